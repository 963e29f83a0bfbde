//! Tests the program `zoho-stand-in` as a test in any language would use it.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::collections::HashMap;
use std::process::Stdio;

use axum::Router;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use url::Url;
use zoho_stand_in::visitor;

/// Starts the program and returns the variables it prints. It stops when the child is dropped.
async fn start(arguments: &[&str]) -> (Child, HashMap<String, String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zoho-stand-in"))
        .args(arguments)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut printed = HashMap::new();
    while !printed.contains_key("EU_API_DOMAIN") {
        let line = lines.next_line().await.unwrap().expect("eight lines");
        let (name, value) = line.split_once('=').unwrap();
        printed.insert(name.to_owned(), value.to_owned());
    }
    (child, printed)
}

/// Logs in with the printed values and exchanges the code at the server that the callback names.
async fn login(printed: &HashMap<String, String>) -> (Url, Value) {
    let mut start = Url::parse(&printed["ZOHO_ACCOUNTS_URL"]).unwrap();
    start.set_path("/oauth/v2/auth");
    start.query_pairs_mut().extend_pairs([
        ("client_id", &*printed["ZOHO_CLIENT_ID"]),
        ("redirect_uri", &printed["ZOHO_REDIRECT_URI"]),
        ("response_type", "code"),
        ("scope", "ZohoCRM.org.READ"),
    ]);
    let visit = visitor::consent(start.as_str()).await.unwrap();
    let callback = Url::parse(visit.address.expose_secret()).unwrap();
    let pairs: HashMap<_, _> = callback.query_pairs().into_owned().collect();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", &*printed["ZOHO_CLIENT_ID"]),
        ("client_secret", &printed["EU_CLIENT_SECRET"]),
        ("redirect_uri", &printed["ZOHO_REDIRECT_URI"]),
        ("code", &pairs["code"]),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let url = format!("{}/oauth/v2/token", pairs["accounts-server"]);
    let asked = tokio::task::spawn_blocking(move || {
        let answer = ureq::post(url).send_form(form).unwrap();
        serde_json::from_reader(answer.into_body().into_reader()).unwrap()
    });
    (callback, asked.await.unwrap())
}

/// A redirect URI that is served but has no page.
async fn redirect_uri() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/callback", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, Router::new()).into_future());
    uri
}

#[tokio::test]
async fn what_it_prints_is_enough_for_a_login() {
    let redirect_uri = redirect_uri().await;
    let arguments = ["--port", "0", "--redirect-uri", &redirect_uri];
    let (_child, printed) = start(&arguments).await;
    assert_eq!(printed["ZOHO_CLIENT_SECRET"], printed["EU_CLIENT_SECRET"]);
    let (callback, tokens) = login(&printed).await;
    assert!(callback.as_str().starts_with(&redirect_uri), "{callback}");
    assert_eq!(tokens["api_domain"], printed["EU_API_DOMAIN"]);
    assert_eq!(tokens["scope"], "ZohoCRM.org.READ");
}

#[tokio::test]
async fn it_plays_what_its_options_say() {
    let redirect_uri = redirect_uri().await;
    let arguments = [
        "--own-secrets",
        "--fail",
        "throttled-200",
        "--redirect-uri",
        &redirect_uri,
    ];
    let (_child, printed) = start(&arguments).await;
    assert_ne!(printed["ZOHO_CLIENT_SECRET"], printed["EU_CLIENT_SECRET"]);
    let (_, answer) = login(&printed).await;
    assert_eq!(answer["error"], "Access Denied");

    let arguments = ["--person-at", "us", "--redirect-uri", &redirect_uri];
    let (_child, mut printed) = start(&arguments).await;
    let (callback, _) = login(&printed).await;
    assert!(callback.as_str().contains("location=us"), "{callback}");
    printed.insert("EU_CLIENT_SECRET".to_owned(), "wrong".to_owned());
    let (_, answer) = login(&printed).await;
    assert_eq!(answer, json!({ "error": "invalid_client_secret" }));
}

#[tokio::test]
async fn an_unknown_failure_is_answered_with_the_known_ones() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zoho-stand-in"));
    let output = command.args(["--fail", "Slow"]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("half-json, huge"), "{said}");
}
