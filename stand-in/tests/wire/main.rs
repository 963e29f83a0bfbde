//! Tests the stand-in over real sockets with a minimal client.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod failures;
mod names;
mod records;
mod shapes;

use std::collections::HashMap;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;
use url::form_urlencoded::Serializer;
use zoho_stand_in::failure::Failure;
use zoho_stand_in::{DataCenter, Rehearsal, StandIn, visitor};

const REDIRECT: &str = "http://localhost:8085/callback";
const FORM: &str = "application/x-www-form-urlencoded";

/// A response, byte for byte.
struct Answer(String);

impl Answer {
    fn status(&self) -> &str {
        self.0.split(' ').nth(1).unwrap_or("none")
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.0.split("\r\n").take_while(|line| !line.is_empty());
        lines.find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    fn json(&self) -> Value {
        serde_json::from_str(self.body()).unwrap()
    }

    fn has_title(&self, title: &str) -> bool {
        self.body().contains(&format!("<title>{title}"))
    }
}

async fn open(url: &Url, method: &str, headers: &str, body: &str) -> TcpStream {
    let authority = url.authority();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\
         content-length: {length}\r\n{headers}\r\n{body}"
    );
    let mut stream = TcpStream::connect(authority).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn send(url: &str, method: &str, headers: &str, body: &str) -> Answer {
    let mut stream = open(&url.parse().unwrap(), method, headers, body).await;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    // A zip file is no text.
    Answer(String::from_utf8_lossy(&answer).into_owned())
}

async fn fetch(url: &str) -> Answer {
    send(url, "GET", "", "").await
}

async fn post(url: &str, body: &str) -> Answer {
    send(url, "POST", &format!("content-type: {FORM}\r\n"), body).await
}

async fn ask_crm(url: &str, token: &str) -> Answer {
    send(
        url,
        "GET",
        &format!("authorization: Zoho-oauthtoken {token}\r\n"),
        "",
    )
    .await
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A minimal client and its stand-in.
struct Case {
    zoho: StandIn,
    scope: &'static str,
}

impl Case {
    async fn new(rehearsal: Rehearsal) -> Self {
        let zoho = StandIn::start(rehearsal).await.unwrap();
        zoho.register_redirect_uri(REDIRECT);
        Self {
            zoho,
            scope: "ZohoCRM.org.READ,ZohoCRM.users.ALL",
        }
    }

    async fn failing(failure: Failure) -> Self {
        Self::new(Rehearsal {
            failure: Some(failure),
            interval: Duration::ZERO,
            ..Rehearsal::default()
        })
        .await
    }

    fn authorization(&self, redirect_uri: &str) -> String {
        let query = encoded(&[
            ("client_id", &self.zoho.client_id()),
            ("response_type", "code"),
            ("redirect_uri", redirect_uri),
            ("scope", self.scope),
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("state", "a+b/c=d"),
        ]);
        format!(
            "{}/oauth/v2/auth?{query}",
            self.zoho.accounts_url(DataCenter::Us)
        )
    }

    /// The consent page, or Zoho's error page, after the redirect to the data center.
    async fn page(&self, redirect_uri: &str) -> Answer {
        let answer = fetch(&self.authorization(redirect_uri)).await;
        match answer.header("location") {
            Some(moved) => fetch(moved).await,
            None => answer,
        }
    }

    async fn answer_consent(&self, redirect_uri: &str, decision: &str) -> Answer {
        let page = self.page(redirect_uri).await;
        let ticket = page
            .body()
            .split("name=\"ticket\" value=\"")
            .nth(1)
            .unwrap();
        let ticket = ticket.split('"').next().unwrap();
        let moved = self.zoho.requests().last().unwrap().data_center;
        let url = format!("{}/consent", self.zoho.accounts_url(moved));
        post(
            &url,
            &encoded(&[("ticket", ticket), ("decision", decision)]),
        )
        .await
    }

    /// The callback's address, which nothing serves here.
    async fn callback(&self) -> Callback {
        let answer = self.answer_consent(REDIRECT, "accept").await;
        assert_eq!(answer.status(), "303");
        Callback(answer.header("location").unwrap().to_owned())
    }

    fn token_form(&self, code: &str) -> String {
        encoded(&[
            ("grant_type", "authorization_code"),
            ("client_id", &self.zoho.client_id()),
            ("client_secret", self.zoho.client_secret().expose_secret()),
            ("code", code),
            ("redirect_uri", REDIRECT),
        ])
    }

    fn token_url(&self) -> String {
        format!("{}/oauth/v2/token", self.zoho.accounts_url(DataCenter::Eu))
    }

    async fn exchange(&self) -> Answer {
        let code = self.callback().await.value("code").unwrap();
        post(&self.token_url(), &self.token_form(&code)).await
    }

    fn crm(&self, path: &str) -> String {
        format!("{}/crm/v8/{path}", self.zoho.api_domain(DataCenter::Eu))
    }
}

struct Callback(String);

impl Callback {
    fn value(&self, name: &str) -> Option<String> {
        let pairs: HashMap<_, _> = self
            .0
            .parse::<Url>()
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect();
        pairs.get(name).cloned()
    }
}
