//! Rows 14 and 15: no secret where others can read it.

use super::login::{BINARY, Login, command, stand_in};
use super::wire::{ask, soon};
use super::zoho::{Hostile, Reply, ok, token};
use clap::ValueEnum;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tokio::process::Command;
use url::Url;
use zoho_stand_in::failure::{Failure, Stage};

/// A browser that notes its process and stays open, as browsers do, until the program ends.
fn browser(folder: &Path) -> String {
    let (script, noted) = (folder.join("browser"), folder.join("noted"));
    let text = format!(
        "#!/bin/sh\necho \"$$ $1\" >{0}.new\nmv {0}.new {0}\nexec tail -f /dev/null --pid=$PPID -- \"$1\"\n",
        noted.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script.display().to_string()
}

/// Process and address that the browser was given.
async fn noted(folder: &Path) -> (String, Url) {
    let noted = soon("the browser", async {
        loop {
            if let Ok(text) = fs::read_to_string(folder.join("noted")) {
                return text;
            }
            tokio::task::yield_now().await;
        }
    });
    let noted = noted.await;
    let (process, address) = noted.trim().split_once(' ').unwrap();
    (process.to_owned(), address.parse().unwrap())
}

/// Every command line on this machine, as `ps` shows them to everyone.
fn command_lines() -> String {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).into_owned() + "\n")
        .collect()
}

/// What the token request held under this name.
fn sent(zoho: &Hostile, name: &str) -> String {
    let requests = zoho.requests.borrow();
    let request = requests
        .iter()
        .find(|request| request.starts_with("POST /oauth/v2/token"));
    let body = request.unwrap().split_once("\r\n\r\n").unwrap().1;
    let mut pairs = url::form_urlencoded::parse(body.as_bytes());
    pairs
        .find(|(known, _)| known == name)
        .unwrap()
        .1
        .into_owned()
}

#[tokio::test]
async fn row_14_neither_command_lines_nor_the_browsers_variables_hold_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let zoho = Hostile::start(|_| None).await;
    let mut command =
        super::login::at(&zoho.url, "1000.CLIENT", &["--trust-api-domain", &zoho.url]);
    command.env("BROWSER", browser(folder.path()));
    command.env("ZOHO_SCOPE", "ZohoCRM.org.READ,ZohoCRM.users.READ");
    let mut login = Login::launch(&mut command);
    let (process, start) = noted(folder.path()).await;
    let own = fs::read_to_string(format!("/proc/{}/cmdline", login.process())).unwrap();
    let variables = fs::read_to_string(format!("/proc/{process}/environ")).unwrap();
    let mut lines = command_lines();
    login.begin(&start).await;
    let state = login.state();
    let whole = Hostile::complete(login).await;
    lines += &command_lines();
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    assert!(lines.contains(start.path()) && own.contains("1000.CLIENT"));
    for secret in [
        &state,
        &sent(&zoho, "code_verifier"),
        &sent(&zoho, "client_secret"),
        "1000.access",
    ] {
        assert!(!lines.contains(secret), "on a command line");
        assert!(!variables.contains(secret), "in the browser's variables");
    }
    assert!(!variables.contains("ZOHO_"), "{variables}");
}

#[tokio::test]
async fn row_14_a_second_use_of_the_start_address_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let zoho = stand_in().await;
    let mut command = command(&zoho, &[]);
    command.env("BROWSER", browser(folder.path()));
    let mut login = Login::launch(&mut command);
    let (_, start) = noted(folder.path()).await;
    assert_eq!(login.begin(&start).await.status(), "303");
    login.register(&zoho);
    for _ in 0..3 {
        let second = ask(&start, "GET", "").await;
        assert_eq!((second.status(), second.header("location")), ("410", None));
        assert!(second.body().contains("opened twice"));
    }
    login.told("opened a second time").await;
    let callback = login.consent().await;
    let page = login.complete(&callback).await;
    assert!(page.body().contains("organization"), "{}", page.body());
    let stderr = login.ends_with(0).await;
    assert_eq!(stderr.matches("opened a second time").count(), 1);
    assert!(stderr.contains("Organization") && stderr.contains("Person"));
}

const VERBOSITIES: [&[&str]; 5] = [
    &[],
    &["--quiet"],
    &["-v"],
    &["-vvv"],
    &["-vvv", "--color", "always"],
];

#[tokio::test]
async fn row_15_a_login_tells_no_secret_at_any_verbosity() {
    let echoing = format!(
        "<html>1000.code 1000.access 1000.refresh {}",
        "x".repeat(99)
    );
    let invalid = r#"{"code":"INVALID_TOKEN","message":"1000.access"}"#.to_owned();
    for (asked, body, code) in [
        ("", String::new(), 0),
        ("POST /oauth/v2/token", echoing.clone(), 5),
        (
            "POST /oauth/v2/token",
            token(r#""x":1"#)[..60].to_owned(),
            5,
        ),
        (
            "POST /oauth/v2/token",
            token(r#""api_domain":"https://evil.example""#),
            7,
        ),
        ("GET /crm/v8/org", echoing, 0),
        ("GET /crm/v8/org", invalid, 5),
    ] {
        for verbosity in VERBOSITIES {
            let answer = ok(body.clone());
            let zoho = Hostile::start(move |request| {
                (request == asked).then(|| Reply::Bytes(answer.clone()))
            });
            let zoho = zoho.await;
            let mut command = zoho.command(verbosity);
            command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1");
            let login = Login::of(&mut command).await;
            let state = login.state();
            let whole = Hostile::complete(login).await;
            assert_eq!(whole.code, Some(code), "{}", whole.stderr);
            let verifier = sent(&zoho, "code_verifier");
            for secret in [
                "1000.code",
                "1000.access",
                "1000.refresh",
                "secret-of-the-client",
                &verifier,
            ] {
                assert!(
                    !whole.stderr.contains(secret),
                    "{verbosity:?}: {}",
                    whole.stderr
                );
            }
            // Only in the address that a person may have to open.
            assert_eq!(whole.stderr.matches(&state).count(), 1, "{}", whole.stderr);
        }
    }
}

#[tokio::test]
async fn row_15_a_rehearsal_tells_no_secret_at_any_verbosity() {
    let never_ends = [Failure::Slow, Failure::CrmSlow];
    let failures = Failure::value_variants().iter().filter(|failure| {
        matches!(failure.stage(), Stage::Token | Stage::Crm) && !never_ends.contains(failure)
    });
    let cases = failures
        .map(|failure| vec!["--fail".to_owned(), failure.to_string()])
        .chain([vec![]]);
    for case in cases {
        let mut demo = Command::new(BINARY);
        demo.env_clear()
            .args(["demo", "--yes", "--format", "json", "-vvv"])
            .args(&case);
        let ended = Login::launch(&mut demo).ended().await;
        let Ok(credentials) = serde_json::from_str::<serde_json::Value>(&ended.stdout) else {
            assert!(ended.stdout.is_empty(), "{case:?}: {}", ended.stdout);
            continue;
        };
        for name in ["client_secret", "access_token", "refresh_token"] {
            let secret = credentials[name].as_str().unwrap_or("refresh_token");
            assert!(!ended.stderr.contains(secret), "{case:?}: {name}");
        }
    }
}

#[tokio::test]
async fn row_15_a_secret_given_where_none_belongs_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, "two words that-are-secret").unwrap();
    let file = file.to_str().unwrap();
    for arguments in [
        &["login", "--client-secret", "that-are-secret"][..],
        &["login", "--client-secret=that-are-secret"],
        &[
            "login",
            "--client-id",
            "1000.A",
            "--client-secret-file",
            file,
        ],
        &["login", "--client-id", "two words that-are-secret"],
        &[
            "login",
            "--client-id",
            "1000.A",
            "--accounts-url",
            "https://a:that-are-secret@accounts.zoho.eu",
        ],
    ] {
        let mut command = Command::new(BINARY);
        let ended = Login::launch(command.env_clear().args(arguments))
            .ended()
            .await;
        assert_eq!(
            ended.status.code(),
            Some(2),
            "{arguments:?}: {}",
            ended.stderr
        );
        assert!(
            !ended.stderr.contains("that-are-secret"),
            "{}",
            ended.stderr
        );
    }
}
