//! Tests the self client: a grant token from the console, without a redirect, and what can go wrong with it.

use crate::tokens::source::{Life, SCOPES};
use serde_json::Value;
use zoho_stand_in::DataCenter;

#[tokio::test]
async fn a_self_client_sends_no_redirect_and_gets_everything() {
    let life = Life::new().await;
    let ended = life.exchange(&["--format", "json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(credentials["user"]["email"], "rehearsal@example.com");
    let requests = life.stand_in.requests();
    let request = requests
        .iter()
        .find(|request| request.path == "/oauth/v2/token")
        .unwrap();
    assert!(!request.has("redirect_uri") && !request.has("code_verifier"));
    assert!(!life.profiles().exists(), "nothing is kept unless asked");
}

#[tokio::test]
async fn the_wrong_data_centre_is_explained_and_never_tried_in_a_loop() {
    let life = Life::new().await;
    let [us, eu] = DataCenter::PAIR.map(|center| life.stand_in.accounts_url(center));
    let code = life.stand_in.self_client_code(&SCOPES);
    let options = ["--trust-accounts-server", eu.as_str()];
    let ended = life
        .exchange_text(&code, &[("ZOHO_ACCOUNTS_URL", &us)], &options)
        .await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(5), ""));
    for words in [
        "invalid_code",
        "3 to 10 minutes",
        "belongs to another data center",
        &eu,
        "about ten in ten minutes",
    ] {
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
    }
    assert_eq!(life.requests("authorization_code"), 1);
}

#[tokio::test]
async fn what_is_no_grant_token_is_never_sent() {
    let life = Life::new().await;
    for text in [
        "",
        "<!DOCTYPE html>\n<title>API Console</title>",
        "1000.a b",
        &"x".repeat(100_000),
    ] {
        let ended = life.exchange_text(text, &[], &[]).await;
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(
            ended.stderr.contains("The grant token cannot be used"),
            "{}",
            ended.stderr
        );
    }
    let ended = life
        .exchange_text("1000.a", &[], &["--client-secret-file", "-"])
        .await;
    assert_eq!(ended.code, Some(2));
    let ended = life
        .exchange_text("1000.a", &[], &["--redirect-uri", "http://localhost/"])
        .await;
    assert_eq!(ended.code, Some(2));
    assert!(life.stand_in.requests().is_empty());
}

#[tokio::test]
async fn a_grant_token_of_another_client_is_explained() {
    let life = Life::new().await;
    let (code, other) = (
        life.stand_in.self_client_code(&SCOPES),
        "1000.OTHERABCDEFGHIJ0123456789ABCDE",
    );
    let ended = life
        .exchange_text(&code, &[("ZOHO_CLIENT_ID", other)], &[])
        .await;
    assert_eq!(ended.code, Some(5));
    assert!(ended.stderr.contains("invalid_client"), "{}", ended.stderr);
}
