//! Row 35: standard output that is closed, broken or never read, and a limit on file size.

use super::login::Login;
use super::zoho::Hostile;
use crate::program::Ended;
use crate::program::{Program, after, command};
use crate::tokens::source::Life;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::{TempDir, tempdir};

/// A home folder and its contents.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempdir().unwrap())
    }

    fn variables(&self) -> [(&str, &str); 1] {
        [("XDG_STATE_HOME", self.0.path().to_str().unwrap())]
    }

    /// The only file with the credentials, readable only by its owner.
    fn rescued(&self) -> Option<PathBuf> {
        let entries = fs::read_dir(self.0.path().join("zoho-grant")).ok()?;
        let mut paths = entries.map(|entry| entry.unwrap().path());
        let (path, more) = (paths.next()?, paths.next());
        assert_eq!(more, None);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(fs::read_to_string(&path).unwrap().contains("refresh_token"));
        Some(path)
    }
}

fn assert_named(stderr: &str, path: &Path) {
    assert!(stderr.contains(path.to_str().unwrap()), "{stderr}");
    assert!(!stderr.contains("Printed"), "{stderr}");
}

#[tokio::test]
async fn row_35_a_closed_standard_output_leaves_a_file_that_is_named() {
    let home = Home::new();
    let demo = command(&home.variables(), &["demo", "--yes", "--format", "json"]);
    let mut shell = after("exec >&-", &demo);
    let ended = Program::spawn(&mut shell).wait().await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_named(&ended.stderr, &home.rescued().unwrap());

    // A person who wants no output says so.
    let home = Home::new();
    let demo = command(&home.variables(), &["demo", "--yes", "--format", "json"]);
    let mut shell = after("exec >/dev/null", &demo);
    let ended = Program::spawn(&mut shell).wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(home.rescued(), None);
}

#[tokio::test]
async fn row_35_a_token_that_goes_nowhere_is_an_error() {
    let life = Life::with_profile().await;
    let variables = life.variables();
    for (word, code) in [("token", 1), ("header", 1), ("profiles", 0)] {
        let mut shell = after("exec >&-", &command(&variables, &[word]));
        let ended = Program::spawn(&mut shell).wait().await;
        assert_eq!(ended.code, Some(code), "{word}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn row_35_a_broken_pipe_leaves_a_file_that_is_named() {
    let home = Home::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut demo = command(&home.variables(), &["demo", "--yes", "--format", "json"]);
    let program = Program::spawn_between(&mut demo, Stdio::null(), writer.into());
    let stderr = program.ends_with(1).await;
    assert_named(&stderr, &home.rescued().unwrap());
}

/// A login whose standard output is a full pipe that nobody reads, at the moment when its browser waits for the page.
async fn blocked(zoho: &Hostile, home: &Home) -> (Login, impl Read + use<>) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let output = File::from(std::os::fd::OwnedFd::from(writer.try_clone().unwrap()));
    // Ends when the reading end closes.
    std::thread::spawn(move || while writer.write_all(&[b'x'; 4096]).is_ok() {});
    let mut command = zoho.command(&["--no-verify"]);
    command.envs(home.variables());
    let login = Login::heard(Program::spawn_between(
        &mut command,
        Stdio::null(),
        output.into(),
    ))
    .await;
    (login, reader)
}

async fn ends(login: Login, signals: &[&str]) -> Ended {
    let target = format!("/callback?code=1000.code&state={}", login.state());
    let mut browser = super::wire::connect(login.port()).await;
    let head = login.head("GET", &target, "");
    tokio::io::AsyncWriteExt::write_all(&mut browser, head.as_bytes())
        .await
        .unwrap();
    let mut login = login;
    login.program.told("Exchanging").await;
    for signal in signals {
        login.program.signal(signal);
    }
    login.program.wait().await
}

#[tokio::test]
async fn row_35_a_blocked_pipe_is_given_up_at_the_first_signal() {
    let (zoho, home) = (Hostile::start(|_| None).await, Home::new());
    let (login, _reader) = blocked(&zoho, &home).await;
    let ended = ends(login, &["TERM"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_named(&ended.stderr, &home.rescued().unwrap());
}

#[tokio::test]
async fn row_35_the_second_signal_ends_a_blocked_pipe_at_once() {
    let (zoho, home) = (Hostile::start(|_| None).await, Home::new());
    let (login, _reader) = blocked(&zoho, &home).await;
    let ended = ends(login, &["INT", "TERM"]).await;
    let code = ended.code;
    // Either it ended just before the second signal, or that signal ended it.
    assert!(matches!(code, Some(1 | 130 | 143)), "{code:?}");
    assert!(!ended.stderr.contains("Printed"), "{}", ended.stderr);
}

#[tokio::test]
async fn row_35_a_limit_on_file_size_is_an_error_and_loses_nothing() {
    let home = Home::new();
    let path = home.0.path().join("credentials.json");
    let options = [
        "demo",
        "--yes",
        "--format",
        "json",
        "--output",
        path.to_str().unwrap(),
    ];
    let demo = command(&home.variables(), &options);
    let mut shell = after("ulimit -f 0", &demo);
    let ended = Program::spawn(&mut shell).wait().await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stdout.contains("refresh_token"), "{}", ended.stderr);
    assert!(!path.exists());
}
