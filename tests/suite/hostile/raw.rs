//! Row 11: bytes that no browser would send as a request.

use super::login::{Login, stand_in};
use super::wire;
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn row_11_smuggled_and_broken_requests_change_nothing() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let host = format!("Host: {}\r\nConnection: close\r\n", login.authority());
    let target = format!("/callback?code=1000.forged&state={}", login.state());
    let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
    for request in [
        format!("GET {target} HTTP/1.1\r\n{host}{both}\r\n0\r\n\r\nGET"),
        format!(
            "GET {target} HTTP/1.1\r\n{host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"
        ),
        format!("GET {target} HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n"),
        format!("GET {target} HTTP/1.1\r\n{host}Transfer-Encoding: identity\r\n\r\n"),
        format!("GET {target} HTTP/1.1\r\n{host}Transfer-Encoding : chunked\r\n\r\n"),
        format!("GET {target}\0 HTTP/1.1\r\n{host}\r\n"),
        format!("GET {target} HTTP/1.1\r\n{host}X: a\0b\r\n\r\n"),
        format!("GET {target} HTTP/1.1\r\n {host}\r\n"),
        format!("GET {target} HTTP/1.1\r\n{host}X: a\rSec-Purpose: prefetch\r\n\r\n"),
        format!("GET {target} HTTP/9.9\r\n{host}\r\n"),
        format!("GET  {target}  HTTP/1.1\r\n{host}\r\n"),
        format!(
            "GET /callback%0d%0aX-Injected:1{} HTTP/1.1\r\n{host}\r\n",
            &target[9..]
        ),
        format!("GET {target}%0d%0aX-Injected:%201 HTTP/1.1\r\n{host}\r\n"),
        format!(
            "GET {target} HTTP/1.1\r\nHost: {}%0d%0aX-Injected:1\r\nConnection: close\r\n\r\n",
            login.authority()
        ),
        format!(
            "GET {target}&x={} HTTP/1.1\r\n{host}\r\n",
            "a".repeat(1_000_000)
        ),
        format!(
            "GET {target} HTTP/1.1\r\n{host}{}\r\n",
            "X: y\r\n".repeat(10_000)
        ),
        format!(
            "GET {target} HTTP/1.1\r\n{host}Cookie: {}\r\n\r\n",
            "a".repeat(1_000_000)
        ),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_owned(),
        format!("CONNECT {} HTTP/1.1\r\n{host}\r\n", login.authority()),
        "\r\n\r\n\r\n".to_owned(),
        "\u{fffd}\u{1b}[31m\0\0".repeat(1000),
        "GET".to_owned(),
    ] {
        let mut stream = wire::connect(login.port()).await;
        let _ = stream.write_all(request.as_bytes()).await;
        let _ = stream.shutdown().await;
        let answer = wire::read(&mut stream).await;
        let start: String = request.chars().take(200).collect();
        let refused = answer.0.is_empty() || answer.status().starts_with('4');
        assert!(refused, "{start}: {}", answer.0);
        assert_eq!(answer.header("x-injected"), None, "{start}");
    }
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_11_a_bare_line_feed_is_served_or_refused_and_never_splits() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let authority = login.authority();
    let request = format!("GET /callback HTTP/1.1\nHost: {authority}\nConnection: close\n\n");
    let answer = login.send(request).await;
    assert!(answer.status().starts_with('4'), "{}", answer.0);
    let hidden = format!(
        "GET / HTTP/1.1\r\nHost: rebound.example\nHost: {authority}\r\nConnection: close\r\n\r\n"
    );
    assert!(login.send(hidden).await.status().starts_with('4'));
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_11_the_cookies_of_every_other_localhost_app_are_no_obstacle() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let callback = login.consent().await;
    let target = callback
        .url
        .as_str()
        .split_once(&login.authority())
        .unwrap()
        .1;
    let cookies = format!("Cookie: {}\r\n", "session=0123456789abcdef; ".repeat(2520));
    assert!(cookies.len() > 65_000);
    let answer = login.get(target, &cookies).await;
    assert_eq!(answer.status(), "303", "{}", answer.0);
    let page = login
        .get(answer.header("location").unwrap(), &cookies)
        .await;
    assert_eq!(page.status(), "201");
    login.ends_with(0).await;
}

#[tokio::test]
async fn row_11_a_browser_that_speaks_tls_is_told_once() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &["--quiet"]).await;
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for _ in 0..3 {
        assert!(login.send(hello).await.0.is_empty());
    }
    let ended = login.assert_alive(&zoho).await;
    assert_eq!(
        ended.stderr.matches("HTTPS-only mode").count(),
        1,
        "{}",
        ended.stderr
    );
}
