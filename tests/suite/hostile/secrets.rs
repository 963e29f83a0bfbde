//! Rows 14 and 15: no secret where others can read it.

use super::login::{Login, at, command, stand_in};
use super::wire::ask;
use super::zoho::{Hostile, Reply, ok, token};
use crate::opener::Opener;
use crate::program::Program;
use clap::ValueEnum;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::fs;
use zoho_stand_in::failure::{Failure, Stage};

/// Every command line on this machine, as `ps` shows them to every user.
fn command_lines() -> String {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).into_owned() + "\n")
        .collect()
}

/// The value of this field in the token request.
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
    let mut opener = Opener::new();
    let zoho = Hostile::start(|_| None).await;
    let mut command = at(&zoho.url, "1000.CLIENT", &["--trust-api-domain", &zoho.url]);
    command.env("BROWSER", &opener.browser);
    command.env("ZOHO_SCOPE", "ZohoCRM.org.READ,ZohoCRM.users.READ");
    let mut login = Login::unheard(Program::spawn(&mut command));
    let (process, start) = opener.run().await;
    let own = fs::read_to_string(format!("/proc/{}/cmdline", login.program.id())).unwrap();
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
    let mut opener = Opener::new();
    let zoho = stand_in().await;
    let mut command = command(&zoho, &[]);
    command.env("BROWSER", &opener.browser);
    let mut login = Login::unheard(Program::spawn(&mut command));
    let start = opener.opened().await;
    assert_eq!(login.begin(&start).await.status(), "303");
    login.register(&zoho);
    for _ in 0..3 {
        let second = ask(&start, "GET", "").await;
        assert_eq!((second.status(), second.header("location")), ("410", None));
        assert!(second.body().contains("opened twice"));
    }
    login.program.told("opened a second time").await;
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
async fn row_15_no_failure_at_zoho_makes_a_login_tell_a_secret() {
    let never_ends = [Failure::Slow, Failure::CrmSlow];
    let failures = Failure::value_variants().iter().filter(|failure| {
        matches!(failure.stage(), Stage::Token | Stage::Crm) && !never_ends.contains(failure)
    });
    for failure in failures {
        let zoho = stand_in().await;
        zoho.fail(Some(*failure));
        let login = Login::start(&zoho, &["--format", "json", "-vvv"]).await;
        let (state, genuine) = (login.state(), login.consent().await);
        login.complete(&genuine).await;
        let ended = login.program.wait().await;
        let secret = zoho.client_secret();
        let mut secrets = vec![
            ("grant token", genuine.code),
            ("client secret", secret.expose_secret().to_owned()),
        ];
        // If credentials were obtained, they are handed over.
        if !ended.stdout.is_empty() {
            let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
            for name in ["access_token", "refresh_token"] {
                let token = credentials[name].as_str();
                secrets.extend(token.map(|token| (name, token.to_owned())));
            }
            assert!(secrets.len() > 2, "{failure}: nothing was handed over");
        }
        for (name, secret) in secrets {
            assert!(!ended.stderr.contains(&secret), "{failure}: the {name}");
        }
        assert_eq!(ended.stderr.matches(&state).count(), 1, "{failure}");
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
        let ended = Program::start(arguments).wait().await;
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(
            !ended.stderr.contains("that-are-secret"),
            "{}",
            ended.stderr
        );
    }
}
