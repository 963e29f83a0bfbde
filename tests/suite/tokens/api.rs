//! `api`: one request to the CRM with a live token, and nothing to anyone else.

use crate::hostile::zoho::{Hostile, Reply};
use crate::program::{Ended, Program, command};
use crate::tokens::source::Life;
use crate::typist::Typist;
use serde_json::{Value, json};
use std::fs;
use std::process::Stdio;
use std::sync::Arc;
use tokio::sync::Notify;
use zoho_stand_in::failure::Failure;

fn body(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"))
}

/// An answer of the CRM.
fn answer(status: &str, more: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n");
    format!("{head}{more}\r\n{body}").into_bytes()
}

#[tokio::test]
async fn the_body_goes_to_standard_output_and_no_secret_to_the_terminal() {
    let life = Life::with_profile().await;
    let token = life.secrets()["access_token"].as_str().unwrap().to_owned();
    let ended = life.run(&["api", "/crm/v8/org"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(body(&ended)["org"][0]["company_name"], "Rehearsal Company");
    let ended = life
        .run(&["api", "-vvv", "/crm/v8/users?type=CurrentUser"])
        .await;
    assert_eq!(body(&ended)["users"][0]["full_name"], "Rehearsal User");
    let said = ended.stderr;
    assert!(said.contains("GET http://127.0.0.1:"), "{said}");
    assert!(said.contains("/crm/v8/users → 200 OK"), "{said}");
    assert!(!said.contains(&token), "the token is shown");
}

#[tokio::test]
async fn no_path_leads_to_another_host() {
    let life = Life::with_profile().await;
    let before = life.stand_in.requests().len();
    for path in [
        "https://evil.example/crm",
        "//evil.example/crm",
        "@evil.example/",
        "/@evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "crm/v8/org",
        ".evil.example/",
        ":80@evil.example/",
        "/crm/v8/org\r\nHost: evil.example",
        "/crm/v8/org\u{202e}",
        "/crm/v8/org#",
        "",
    ] {
        let ended = life.run(&["api", path]).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{path:?}"
        );
        assert!(ended.stderr.contains("<PATH>"), "{}", ended.stderr);
    }
    let ended = life.run(&["api", "/../../crm/v8/%2e%2e/v8/org"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(life.stand_in.requests().len(), before + 1);
}

#[tokio::test]
async fn an_error_is_exit_5_with_its_status_and_its_body() {
    let life = Life::with_profile().await;
    let ended = life.run(&["api", "/crm/v8/Nothing?fields=id"]).await;
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    let code = body(&ended)["code"].as_str().unwrap().to_owned();
    assert!(
        ended.stderr.contains(&format!("{code}.")),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("returned status 4"),
        "{}",
        ended.stderr
    );
    assert_eq!(life.requests("refresh_token"), 0);
}

#[tokio::test]
async fn a_scope_that_is_missing_is_told_and_nothing_is_refreshed() {
    let life = Life::with_profile().await;
    life.stand_in.fail(Some(Failure::ScopeMismatch));
    let ended = life.run(&["api", "/crm/v8/org"]).await;
    assert_eq!(ended.code, Some(5));
    assert_eq!(body(&ended)["code"], "OAUTH_SCOPE_MISMATCH");
    assert!(
        ended.stderr.contains("zoho-grant scopes"),
        "{}",
        ended.stderr
    );
    assert_eq!(life.requests("refresh_token"), 0);
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_refreshed_once() {
    let life = Life::with_profile().await;
    let old = "1000.old.old";
    life.change("access_token", old);
    let input = life.home.path().join("query.json");
    let query =
        json!({ "select_query": "select Last_Name from Leads where id is not null limit 1" });
    fs::write(&input, query.to_string()).unwrap();
    let ended = life.run(&["api", "/crm/v8/org"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(body(&ended)["org"][0]["company_name"], "Rehearsal Company");
    assert_eq!(life.requests("refresh_token"), 1);
    assert_ne!(life.secrets()["access_token"], old);

    life.stand_in.fail(Some(Failure::InvalidToken));
    let ended = life.run(&["api", "/crm/v8/org"]).await;
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert_eq!(body(&ended)["code"], "INVALID_TOKEN");
    assert!(
        ended.stderr.contains("zoho-grant check"),
        "{}",
        ended.stderr
    );
    assert_eq!(life.requests("refresh_token"), 2);

    let ended = life.run(&["api", "--refresh", "/crm/v8/org"]).await;
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert_eq!(life.requests("refresh_token"), 3);
}

#[tokio::test]
async fn input_is_sent_as_json_also_after_a_refresh() {
    let zoho = Hostile::start(|request| {
        let first = request == "PATCH /crm/v8/Leads";
        first.then(|| {
            Reply::Bytes(answer(
                "401 Unauthorized",
                "",
                r#"{"code":"INVALID_TOKEN"}"#,
            ))
        })
    })
    .await;
    let life = Life::at(&zoho).await;
    let arguments = ["api", "-X", "patch", "/crm/v8/Leads", "--input", "-"];
    let program = Program::start_with("{\"data\":[]}", &life.variables(), &arguments);
    assert_eq!(program.wait().await.code, Some(5));
    let requests = zoho.requests.borrow().clone();
    let sent = requests
        .iter()
        .filter(|request| request.starts_with("PATCH /crm/v8/Leads "));
    let sent: Vec<&String> = sent.collect();
    assert_eq!(sent.len(), 2, "{requests:?}");
    for request in &sent {
        assert!(
            request.contains("content-type: application/json"),
            "{request}"
        );
        assert!(request.ends_with("\r\n\r\n{\"data\":[]}"), "{request}");
    }
    assert!(
        sent[1].contains("Zoho-oauthtoken 1000.access\r\n"),
        "{}",
        sent[1]
    );
    assert_eq!(zoho.count("POST /oauth/v2/token"), 1);
    drop(requests);

    let file = life.home.path().join("input.json");
    fs::write(&file, "{}").unwrap();
    let ended = life
        .run(&["api", "/crm/v8/coql", "--input", file.to_str().unwrap()])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(zoho.count("POST /crm/v8/coql"), 1);
    let ended = life
        .run(&["api", "/crm/v8/coql", "--input", "/no/such/file"])
        .await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("--input /no/such/file"),
        "{}",
        ended.stderr
    );
    assert_eq!(zoho.count("POST /crm/v8/coql"), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Hostile::start(|_| None).await;
    let location = format!("location: {}/crm/v8/org\r\n", other.url);
    let zoho =
        Hostile::start(move |_| Some(Reply::Bytes(answer("302 Found", &location, "moved")))).await;
    let life = Life::at(&zoho).await;
    let ended = life.run(&["api", "/crm/v8/org"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(5), "moved"));
    assert!(
        ended
            .stderr
            .contains("It is a redirect, which is not followed"),
        "{}",
        ended.stderr
    );
    assert!(other.requests.borrow().is_empty());
}

#[tokio::test]
async fn the_token_goes_to_no_domain_that_is_not_trusted() {
    let life = Life::with_profile().await;
    let other = Hostile::start(|_| None).await;
    life.change_at("api_domain", &other.url);
    let ended = life.run(&["api", "/crm/v8/org"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(7), ""));
    assert!(
        ended.stderr.contains("--trust-api-domain"),
        "{}",
        ended.stderr
    );
    assert!(other.requests.borrow().is_empty());
    let trust = ["api", "/crm/v8/org", "--trust-api-domain", &other.url];
    assert_eq!(life.run(&trust).await.code, Some(0));
    assert_eq!(other.count("GET /crm/v8/org"), 1);
}

#[tokio::test]
async fn a_body_is_passed_on_as_it_comes() {
    let more = Arc::new(Notify::new());
    let released = Arc::clone(&more);
    let zoho = Hostile::start(move |_| {
        let first =
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nfirst".to_vec();
        Some(Reply::InTwo(
            first,
            Arc::clone(&released),
            b"\0last".to_vec(),
        ))
    })
    .await;
    let life = Life::at(&zoho).await;
    let mut program = Program::start_in(&life.variables(), &["api", "/crm/v8/org"]);
    program.has_printed("first").await;
    more.notify_one();
    let ended = program.wait().await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "first\0last")
    );
}

#[tokio::test]
async fn a_terminal_is_shown_what_would_control_it() {
    let more = Arc::new(Notify::new());
    let released = Arc::clone(&more);
    let body = "{\"a\":\n\t\"\x1b]0;title\x07\u{9b}2J\u{202e}é\"}".as_bytes();
    let at = body.len() - 3;
    let zoho = Hostile::start(move |_| {
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_bytes();
        let first = [head, &body[..at]].concat();
        Some(Reply::InTwo(
            first,
            Arc::clone(&released),
            body[at..].to_vec(),
        ))
    })
    .await;
    let life = Life::at(&zoho).await;
    let mut person = Typist::start("api /crm/v8/org", &life.variables());
    let shown = r#""\u{1b}]0;title\u{7}\u{9b}2J\u{202e}"#;
    person.until(shown).await;
    more.notify_one();
    person.until("code=0").await;
    let whole = format!("{{\"a\":\r\n\t{shown}é\"}}code=0");
    assert!(person.seen.contains(&whole), "{}", person.seen);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told() {
    let short = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nfirst".to_vec();
    let zoho = Hostile::start(move |_| Some(Reply::Bytes(short.clone()))).await;
    let life = Life::at(&zoho).await;
    let ended = life.run(&["api", "/crm/v8/org"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "first"));
    assert!(ended.stderr.contains("ended early"), "{}", ended.stderr);
}

/// What grows in the memory is not the body.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_large_body_is_not_kept() {
    const LARGE: usize = 96 * 1024 * 1024;
    let zoho = Hostile::start(move |_| {
        let head =
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {LARGE}\r\n\r\n");
        Some(Reply::Bytes(
            [head.into_bytes(), vec![b'a'; LARGE]].concat(),
        ))
    })
    .await;
    let life = Life::at(&zoho).await;
    let inner = command(&life.variables(), &["api", "/crm/v8/org"]);
    // Of address space, in KiB: the program itself needs far less than this, and the body more.
    let mut limited = crate::program::after("ulimit -v 90000", &inner);
    let mut program = limited
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let status = tokio::time::timeout(crate::program::DEADLINE, program.wait()).await;
    assert!(status.expect("it ends").unwrap().success());
}
