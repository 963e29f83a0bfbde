//! The terminal is left as it was, whatever shell, person and system do, and what is typed at a question is not shown.

use crate::program::{Program, after, command};
use crate::rehearsed::bounded;
use crate::typist::{Modes, Typist};
use rexpect::process::Signal;
use rustix::io::ioctl_fionbio;
use secrecy::ExposeSecret;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use zoho_grant::demo::visitor;

/// Asks for a grant token.
const QUESTION: &str = r#""$PROGRAM" demo --flow self-client"#;

/// Waits for the browser, or for its address.
const PASTING: &str = r#""$PROGRAM" demo --flow paste --no-browser"#;

/// Shells with job control; the first leaves the terminal as a stopped program leaves it.
const SHELLS: [&[&str]; 2] = [&["dash", "-i"], &["bash", "--norc", "--noprofile", "-i"]];

impl Typist {
    /// An interactive shell.
    async fn interactive(shell: &[&str]) -> Self {
        let mut typist = Self::shell(shell, &[("PS1", "$ "), ("ENV", "")]);
        typist.enter("stty sane; echo ready=$((1))").await;
        typist.next("ready=1").await;
        typist
    }

    /// How the shell gives the terminal to programs.
    async fn given(&mut self) -> String {
        self.enter("echo \"is=$(stty -g)=\"").await;
        self.next("is=$").await;
        self.next("is=").await;
        self.next("=").await
    }

    /// Asks how the last program ended.
    async fn ended(&mut self) -> String {
        self.enter("echo code=$?,").await;
        self.next("code=$").await;
        self.next("code=").await;
        self.next(",").await
    }

    /// Accepts in the browser, and pastes the address.
    async fn paste(&mut self) {
        let visit = bounded(visitor::consent(&self.address("/oauth/v2/auth"))).await;
        self.enter(visit.unwrap().address.expose_secret()).await;
    }
}

/// A question that nothing but a terminal is around, how that was before, and its end after `act`.
async fn alone(act: impl AsyncFnOnce(&mut Typist)) -> (Modes, Modes, i32) {
    let mut typist = Typist::alone(&[], &["demo", "--flow", "self-client"]);
    typist.until("ready").await;
    let before = typist.modes();
    typist.enter("go").await;
    typist.next("(not shown): ").await;
    assert_ne!(typist.modes(), before);
    typist.press("1000.half").await;
    act(&mut typist).await;
    let code = typist.end().await;
    assert!(!typist.seen.contains("half"), "{}", typist.seen);
    (before, typist.modes(), code)
}

#[tokio::test]
async fn a_key_or_a_signal_that_ends_a_question_leaves_the_terminal_as_before() {
    for (key, code) in [("\x03", 130), ("\x1c", 131), ("\x1b", 130)] {
        let (before, now, ended) = alone(async |typist| typist.press(key).await).await;
        assert_eq!((now, ended), (before, code), "{key:?}");
    }
    for (signal, code) in [
        (Signal::SIGINT, 130),
        (Signal::SIGTERM, 143),
        (Signal::SIGHUP, 129),
        (Signal::SIGQUIT, 131),
    ] {
        let (before, now, ended) = alone(async |typist| typist.signal(signal)).await;
        assert_eq!((now, ended), (before, code), "{signal}");
    }
}

#[tokio::test]
async fn ctrl_z_does_nothing_where_nobody_could_go_on() {
    let (before, now, ended) = alone(async |typist| {
        typist.press("\x1a").await;
        typist.enter("").await;
    })
    .await;
    assert_eq!((now, ended), (before, 5));
}

#[tokio::test]
async fn ends_in_a_shell_leave_the_terminal_as_before() {
    for shell in SHELLS {
        for (key, code) in [("\x03", "130"), ("\x1c", "131")] {
            let mut typist = Typist::interactive(shell).await;
            let before = typist.given().await;
            typist.enter(QUESTION).await;
            typist.next("(not shown): ").await;
            typist.press("1000.half").await;
            typist.press(key).await;
            assert_eq!(typist.ended().await, code, "{shell:?}");
            assert_eq!(typist.given().await, before, "{shell:?}");
        }
    }
}

#[tokio::test]
async fn a_question_comes_back_after_ctrl_z_and_stays_unseen() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        let before = typist.given().await;
        typist.enter(QUESTION).await;
        typist.next("(not shown): ").await;
        typist.press("1000.").await;
        typist.press("\x1a").await;
        assert_eq!(typist.given().await, before, "{shell:?}");
        typist.enter("fg").await;
        let seen = typist.next("(not shown): ").await;
        typist.press("\x1b[200~not.known\x1b[201~\r").await;
        let seen = seen + &typist.next("invalid_code").await;
        assert!(!seen.contains("not.known"), "{shell:?}: {seen}");
        assert_eq!(typist.ended().await, "5", "{shell:?}");
        assert_eq!(typist.given().await, before, "{shell:?}");
    }
}

#[tokio::test]
async fn a_stopped_question_can_be_ended_from_the_shell() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        let before = typist.given().await;
        typist.enter(QUESTION).await;
        typist.next("(not shown): ").await;
        typist.press("\x1a").await;
        typist.given().await;
        typist.enter("kill %1; wait %1").await;
        assert_eq!(typist.ended().await, "143", "{shell:?}");
        assert_eq!(typist.given().await, before, "{shell:?}");
    }
}

#[tokio::test]
async fn a_question_in_the_background_waits_to_be_in_front() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        let before = typist.given().await;
        typist.enter(&format!("{QUESTION} & :")).await;
        typist
            .enter("until grep -q ') T ' /proc/$!/stat; do :; done; echo stopped=$((1))")
            .await;
        let seen = typist.next("stopped=1").await;
        assert!(!seen.contains("(not shown)"), "{shell:?}: {seen}");
        typist.enter("fg").await;
        typist.next("(not shown): ").await;
        typist.enter("1000.not.known").await;
        let seen = typist.next("invalid_code").await;
        assert!(!seen.contains("not.known"), "{shell:?}: {seen}");
        assert_eq!(typist.ended().await, "5", "{shell:?}");
        assert_eq!(typist.given().await, before, "{shell:?}");
    }
}

#[tokio::test]
async fn a_login_goes_on_in_the_background_and_takes_an_address_in_front() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        typist.enter(&format!("{PASTING} & :")).await;
        typist.until("Waiting for Zoho").await;
        // The shell gets its lines, though the program waits for one, too.
        typist.enter("echo mine=$((1))").await;
        typist.until("mine=1").await;
        typist.enter("fg").await;
        typist.paste().await;
        typist.until("Credentials obtained").await;
    }
}

#[tokio::test]
async fn a_login_that_was_stopped_takes_an_address() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        typist.enter(PASTING).await;
        typist.until("Waiting for Zoho").await;
        typist.press("\x1a").await;
        typist.until("topped").await;
        typist.enter("fg").await;
        typist.paste().await;
        typist.until("Credentials obtained").await;
    }
}

#[tokio::test]
async fn what_was_ignored_at_the_start_stays_ignored() {
    let arguments = ["demo", "--no-browser", "--format", "json"];
    let ignoring = after("trap '' INT HUP TERM QUIT TSTP", &command(&[], &arguments));
    let mut program = Program::spawn(ignoring.into(), Stdio::null());
    let address = program.line_with("/oauth/v2/auth").await;
    for signal in ["INT", "HUP", "TERM", "QUIT", "TSTP", "INT"] {
        program.signal(signal);
    }
    bounded(visitor::consent(address.trim())).await.unwrap();
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("refresh_token"));
}

#[tokio::test]
async fn keys_of_ignored_signals_do_nothing_at_a_question() {
    let mut typist = Typist::run(&format!("trap '' INT QUIT; {QUESTION}"), &[]);
    typist.next("(not shown): ").await;
    typist.press("\x03\x1c").await;
    typist.enter("1000.not.known").await;
    typist.until("code=5").await;
}

#[tokio::test]
async fn the_second_signal_ends_a_login_whose_output_nobody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let (_unread, path) = full_pipe(folder.path());
    let login = command(&[], &["demo", "--yes"]);
    let login = after(&format!("exec > {}", path.display()), &login);
    let mut program = Program::spawn(login.into(), Stdio::null());
    program.line_with("whose the tokens are").await;
    program.signal("INT");
    program.signal("TERM");
    assert_eq!(program.wait().await.code, Some(143));
}

#[tokio::test]
async fn no_core_file_can_hold_a_secret() {
    let most = "ulimit -S -c $(ulimit -H -c)";
    let waiting = after(most, &command(&[], &["demo", "--no-browser"]));
    let mut program = Program::spawn(waiting.into(), Stdio::null());
    program.line_with("/oauth/v2/auth").await;
    let limits = fs::read_to_string(format!("/proc/{}/limits", program.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core"))
        .unwrap();
    let soft = core.split_whitespace().nth(4).unwrap();
    assert!(["0", "1"].contains(&soft), "{core}");
}

/// A pipe that takes nothing more.
fn full_pipe(folder: &Path) -> (File, PathBuf) {
    let path = folder.join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    let pipe = File::options().read(true).write(true).open(&path).unwrap();
    ioctl_fionbio(&pipe, true).unwrap();
    while (&pipe).write(&[0; 4096]).is_ok() {}
    (pipe, path)
}
