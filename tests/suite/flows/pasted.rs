//! Tests a person at a terminal who pastes the address where their browser ended up, or waits.

use crate::hostile::login::{Callback, consent, stand_in};
use crate::hostile::wire;
use crate::hostile::zoho::{Hostile, Reply, ok, token};
use crate::typist::Typist;
use secrecy::ExposeSecret;
use std::sync::Arc;
use tokio::sync::Notify;
use zoho_stand_in::{DataCenter, StandIn};

/// A login at a terminal, and the callback that Zoho redirects its browser to.
async fn login(zoho: &StandIn, redirect_uri: &str) -> (Typist, Callback) {
    let mut arguments = format!(
        "login --no-browser --client-id {} --accounts-url {} --redirect-uri {redirect_uri} --format json",
        zoho.client_id(),
        zoho.accounts_url(DataCenter::Us),
    );
    for center in DataCenter::PAIR {
        arguments += " --trust-accounts-server ";
        arguments += &zoho.accounts_url(center);
        arguments += " --trust-api-domain ";
        arguments += &zoho.api_domain(center);
    }
    let secret = zoho.client_secret();
    let variables = [("ZOHO_CLIENT_SECRET", secret.expose_secret())];
    let mut typist = Typist::start(&arguments, &variables);
    typist.until("code_challenge_method=S256").await;
    let address: url::Url = typist.address("/oauth/v2/auth?").parse().unwrap();
    let uri = address
        .query_pairs()
        .find(|(name, _)| name == "redirect_uri");
    zoho.register_redirect_uri(&uri.unwrap().1);
    let callback = consent(&address).await;
    (typist, callback)
}

#[tokio::test]
async fn https_on_localhost_works_by_pasting() {
    let zoho = stand_in().await;
    let (mut typist, callback) = login(&zoho, "https://localhost:8443/oauth").await;
    assert!(
        callback
            .url
            .as_str()
            .starts_with("https://localhost:8443/oauth?")
    );
    typist.enter(callback.url.as_str()).await;
    typist.next("refresh_token").await;
    typist.next("code=0").await;
}

#[tokio::test]
async fn another_name_of_this_machine_is_taken_with_the_state_and_nothing_else() {
    let zoho = stand_in().await;
    let (mut typist, callback) = login(&zoho, "http://localhost:0/callback").await;
    let url = callback.url.as_str();
    let port = callback.url.port().unwrap();
    let ours = format!("http://localhost:{port}/");
    for not in [
        url.replace(&ours, "http://127.0.0.1:1/"),
        url.replace(&ours, &format!("http://192.168.1.5:{port}/")),
        url.replace("/callback", "/other"),
    ] {
        typist.enter(&not).await;
    }
    typist.next("That is another address").await;
    typist
        .enter(&url.replace(&ours, &format!("http://127.0.0.1:{port}/")))
        .await;
    typist.next("refresh_token").await;
    typist.next("code=0").await;
}

#[tokio::test]
async fn an_answer_that_takes_long_is_waited_for_with_a_sign_of_life() {
    let release = Arc::new(Notify::new());
    let held = Arc::clone(&release);
    let zoho = Hostile::start(move |request| {
        let answer = ok(token(r#""a":1"#));
        (request == "POST /oauth/v2/token").then(|| Reply::Released(Arc::clone(&held), answer))
    });
    let zoho = zoho.await;
    let arguments = format!(
        "login --no-browser --no-verify --client-id 1000.C --accounts-url {} --redirect-uri http://localhost:0/callback",
        zoho.url
    );
    let mut typist = Typist::start(&arguments, &[("ZOHO_CLIENT_SECRET", "secret")]);
    typist.until("code_challenge_method=S256").await;
    let address: url::Url = typist.address("/oauth/v2/auth?").parse().unwrap();
    let value = |of: &str| {
        let mut pairs = address.query_pairs();
        pairs.find(|(name, _)| name == of).unwrap().1.into_owned()
    };
    let mut callback: url::Url = value("redirect_uri").parse().unwrap();
    callback.set_query(Some(&format!("code=1000.code&state={}", value("state"))));
    let page = tokio::spawn(async move { wire::ask(&callback, "GET", "").await });
    typist.next("Waiting for Zoho's response … 1 s").await;
    typist.next("Waiting for Zoho's response … 2 s").await;
    release.notify_one();
    typist.next("1000.refresh").await;
    assert_eq!(page.await.unwrap().status(), "303");
}
