//! Row 12: a token endpoint and a CRM that give every answer except the right one.

use super::login::Login;
use super::zoho::{Hostile, Reply, ok, token};

const TOKEN: &str = "POST /oauth/v2/token";

/// Asserts the exit code and output for a token response, sent byte for byte.
async fn ends(answer: impl Into<Vec<u8>>, code: i32, said: &str) {
    let answer = answer.into();
    let start = String::from_utf8_lossy(&answer[..answer.len().min(200)]).into_owned();
    let zoho =
        Hostile::start(move |request| (request == TOKEN).then(|| Reply::Bytes(answer.clone())));
    let zoho = zoho.await;
    let whole = zoho.whole(&[]).await;
    assert_eq!(whole.code, Some(code), "{start}: {}", whole.stderr);
    assert!(whole.stderr.contains(said), "{start}: {}", whole.stderr);
    assert_eq!(whole.page.status(), "201");
    assert_eq!(zoho.count(TOKEN), 1, "{start}");
    assert_eq!(zoho.count("GET /elsewhere"), 0);
}

fn with(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    )
}

#[tokio::test]
async fn row_12_redirects_are_never_followed() {
    for status in [
        "301 Moved",
        "302 Found",
        "303 See",
        "307 Temporary",
        "308 Permanent",
    ] {
        let elsewhere = with(status, "location: /elsewhere\r\n", &token(r#""a":1"#));
        ends(elsewhere, 5, "a redirect").await;
    }
}

#[tokio::test]
async fn row_12_what_is_no_token_answer_is_told_as_what_it_is() {
    let (deep, list) = ("[".repeat(60_000), format!("[{}]", token(r#""a":1"#)));
    let nested = format!(
        r#"{{"access_token":"1000.a","a":{}"#,
        r#"{"a":"#.repeat(10_000)
    );
    for (body, said) in [
        ("", "an empty answer"),
        ("<html>1000.html</html>", "a web page instead of JSON"),
        (r#"{"access_token":"1000.half"#, "cut short"),
        (&deep, "no JSON"),
        (&list, "no JSON"),
        (&nested, "cut short"),
        ("{}", "JSON without an access token"),
        (
            r#"{"access_token":["1000.a"]}"#,
            "JSON without an access token",
        ),
        (
            r#"{"access_token":"a\u0000b"}"#,
            "JSON without an access token",
        ),
        ("\u{feff}{}", "JSON without an access token"),
    ] {
        ends(ok(body), 5, said).await;
    }
    ends(ok(*b"\xff\xfe{\x00"), 5, "no JSON").await;
    ends(
        ok(*b"{\"access_token\":\"\xff\"}"),
        5,
        "JSON without an access token",
    )
    .await;
    ends(ok(r#"{"error":"invalid_code"}"#), 5, "(invalid_code)").await;
    ends(
        ok(r#"{"error":{"code":1},"access_token":""}"#),
        5,
        "JSON without",
    )
    .await;
}

#[tokio::test]
async fn row_12_an_endless_answer_is_not_read_to_its_end() {
    let huge = with("200 OK", "", &"x".repeat(10_000_000));
    ends(huge, 5, "longer than 65536 bytes").await;
}

#[tokio::test]
async fn row_12_what_is_no_answer_at_all_ends_in_exit_1() {
    ends(
        with("200 OK", "", "{{").replace("2\r\n", "200\r\n"),
        1,
        "closed before",
    )
    .await;
    for answer in [
        String::new(),
        "HTTP/1.1 200".to_owned(),
        "\u{1b}[31mno http".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{".to_owned(),
        with("200 OK", &"x: y\r\n".repeat(10_000), "{}"),
        with("200 OK", &format!("x: {}\r\n", "y".repeat(1_000_000)), "{}"),
    ] {
        ends(answer, 1, "could not be exchanged").await;
    }
}

#[tokio::test]
async fn row_12_strange_fields_lose_no_token() {
    for more in [
        r#""expires_in":1e18"#.to_owned(),
        r#""expires_in":"3600000000000000""#.to_owned(),
        r#""expires_in_sec":-1"#.to_owned(),
        r#""token_type":7,"scope":["a"],"status":{}"#.to_owned(),
        r#""scope":"\u001b[31m <script> \u0000""#.to_owned(),
        format!(r#""scope":"{}""#, "Z.a.READ ".repeat(5_000)),
        format!(r#""token_type":"{}""#, "x".repeat(50_000)),
    ] {
        let body =
            format!(r#"{{"access_token":"1000.access","refresh_token":"1000.refresh",{more}}}"#);
        let whole = Hostile::with_token(body)
            .await
            .whole(&["--format", "json"])
            .await;
        let start: String = more.chars().take(80).collect();
        assert_eq!(whole.code, Some(0), "{start}: {}", whole.stderr);
        assert!(whole.stdout.contains("1000.refresh"), "{start}");
    }
}

#[tokio::test]
async fn row_12_success_without_a_refresh_token_hands_over_and_ends_in_exit_5() {
    let zoho = Hostile::with_token(r#"{"access_token":"1000.access"}"#).await;
    let whole = zoho.whole(&[]).await;
    assert_eq!(whole.code, Some(5), "{}", whole.stderr);
    assert!(whole.stdout.contains("1000.access"));
    assert!(whole.page.body().contains("no refresh token"));
}

#[tokio::test]
async fn row_12_a_foreign_api_domain_gets_no_token() {
    let elsewhere = Hostile::start(|_| None).await;
    for domain in [
        elsewhere.url.as_str(),
        "https://www.zohoapis.com.evil.example",
        "https://www.zohoapis.com",
        "",
    ] {
        let zoho = Hostile::with_token(token(&format!(r#""api_domain":"{domain}""#))).await;
        let whole = zoho.whole(&[]).await;
        let code = if domain.is_empty() { 0 } else { 7 };
        assert_eq!(whole.code, Some(code), "{domain}: {}", whole.stderr);
        assert!(whole.stdout.contains("1000.refresh"));
        assert_eq!(zoho.count("GET /crm"), 0);
    }
    assert!(elsewhere.requests.borrow().is_empty());
}

#[tokio::test]
async fn row_12_the_crm_may_answer_anything_and_the_tokens_stay() {
    for answer in [
        String::new(),
        with("302 Found", "location: /elsewhere\r\n", "{}"),
        with("200 OK", "", "[]"),
        with("200 OK", "", r#"{"org":[],"users":[]}"#),
        with("200 OK", "", r#"{"org":[7],"users":"x"}"#),
        with("200 OK", "", &"x".repeat(2_000_000)),
        with("500 Oops", "", "<html>"),
    ] {
        let start: String = answer.chars().take(80).collect();
        let zoho = Hostile::start(move |request| {
            request
                .starts_with("GET /crm")
                .then(|| Reply::Bytes(answer.clone().into()))
        });
        let zoho = zoho.await;
        let whole = zoho.whole(&[]).await;
        assert_eq!(whole.code, Some(0), "{start}: {}", whole.stderr);
        assert!(
            whole.stderr.contains("was not checked"),
            "{start}: {}",
            whole.stderr
        );
        assert!(whole.stdout.contains("1000.refresh"));
        assert_eq!(zoho.count("GET /elsewhere"), 0);
    }
}

#[tokio::test]
async fn row_12_an_exchange_is_asked_for_once_however_often_the_browser_comes() {
    let zoho = Hostile::start(|_| None).await;
    let login = zoho.login(&[]).await;
    let target = format!("/callback?code=1000.code&state={}", login.state());
    let get = |login: &Login| {
        let head = login.head("GET", &target, "");
        let port = login.port();
        async move { super::wire::send(port, head.as_bytes()).await }
    };
    let answers = futures_util::future::join_all([get(&login), get(&login), get(&login)]).await;
    let places: Vec<_> = answers
        .iter()
        .map(|answer| answer.header("location"))
        .collect();
    assert!(places[0].is_some());
    assert_eq!(places, [places[0]; 3]);
    login.get(places[0].unwrap(), "").await;
    login.ends_with(0).await;
    assert_eq!(zoho.count(TOKEN), 1);
}
