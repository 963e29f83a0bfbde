//! What a request to the set-up page must be, sent as it is.

use super::{Guide, US, request};
use crate::hostile::wire::ask;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// A form from elsewhere, whatever it knows, changes nothing; and the person goes on.
#[tokio::test]
async fn a_form_that_is_not_the_pages_own_has_no_effect() {
    let guide = Guide::start(&[]).await;
    let client = guide.server_based(US).await;
    let fields = [
        ("center", "1"),
        ("id", "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ"),
        ("secret", "evil"),
        ("destination", "other"),
    ];
    let body = guide.form(&fields);
    let host = guide.page.authority();
    let port = guide.page.port().unwrap();
    let all = format!("Host: {host}\r\n{FORM}");
    for (headers, status) in [
        (format!("Host: localhost:{port}\r\n{FORM}"), "403"),
        (format!("Host: rebound.example\r\n{FORM}"), "403"),
        (format!("{all}Origin: null\r\n"), "403"),
        (format!("{all}Origin: http://127.0.0.1:1\r\n"), "403"),
        (format!("{all}Origin: https://evil.example\r\n"), "403"),
        (format!("{all}Sec-Fetch-Site: same-site\r\n"), "403"),
        (format!("{all}Sec-Fetch-Site: cross-site\r\n"), "403"),
        (format!("{all}Sec-Fetch-Dest: empty\r\n"), "403"),
        (format!("{all}Sec-Fetch-Dest: iframe\r\n"), "403"),
        (format!("{all}Sec-Purpose: prefetch\r\n"), "403"),
        (
            format!("Host: {host}\r\nContent-Type: text/plain\r\n"),
            "403",
        ),
        (format!("Host: {host}\r\n"), "403"),
    ] {
        let headers = format!("{headers}Content-Length: {}\r\n", body.len());
        let answer = request(&guide.page, "POST", &headers, &body).await;
        assert_eq!(answer.status(), status, "{headers}");
    }
    for (what, body) in [
        ("no token", "center=1&destination=other".to_owned()),
        (
            "another token",
            guide.form(&fields).replace("token=", "token=x"),
        ),
        ("a field twice", format!("{body}&id=2")),
        ("the token twice", format!("{body}&token=2")),
    ] {
        let answer = ask(&guide.page, "POST", &body).await;
        assert_eq!(answer.status(), "403", "{what}");
    }
    let html = guide.html().await;
    assert!(!html.contains("1000.ABCDEFGHIJ"), "something was taken");
    assert!(!html.contains("to correct"), "something was judged");
    let page = super::complete(&guide.attempt(&client, &[]).await).await;
    assert_eq!(page.status(), "201", "{}", page.0);
    let stdout = guide.program.wait().await.stdout;
    assert!(
        stdout.contains(&client.id) && !stdout.contains("evil"),
        "{stdout}"
    );
}

#[tokio::test]
async fn nothing_is_taken_from_a_query_and_nothing_but_get_and_post_is_answered() {
    let guide = Guide::start(&[]).await;
    let host = format!("Host: {}\r\n", guide.page.authority());
    let mut queried = guide.page.clone();
    queried.set_query(Some("id=1000.X"));
    assert_eq!(ask(&queried, "GET", "").await.status(), "404");
    assert_eq!(
        ask(&queried, "POST", &guide.form(&[])).await.status(),
        "404"
    );
    for (method, status) in [
        ("HEAD", "405"),
        ("PUT", "405"),
        ("DELETE", "405"),
        ("OPTIONS", "405"),
    ] {
        let answer = request(&guide.page, method, &host, "").await;
        assert_eq!(answer.status(), status, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, POST"), "{method}");
    }
    let with_body = format!("{host}Content-Length: 3\r\n");
    assert_eq!(
        request(&guide.page, "GET", &with_body, "a=b")
            .await
            .status(),
        "405"
    );
    for path in ["/", "/favicon.ico", "/setup/", "/guide/", "/callback"] {
        let other = guide.page.join(path).unwrap();
        assert_eq!(ask(&other, "GET", "").await.status(), "404", "{path}");
    }
    guide.program.signal("INT");
    guide.program.ends_with(130).await;
}

#[tokio::test]
async fn a_form_that_is_too_large_or_never_whole_is_refused() {
    let guide = Guide::start(&[]).await;
    let large = guide.form(&[("id", &"x".repeat(16 * 1024))]);
    assert_eq!(ask(&guide.page, "POST", &large).await.status(), "413");
    let host = format!("Host: {}\r\n{FORM}", guide.page.authority());
    for lengths in [
        "",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 99999999999999999999\r\n",
    ] {
        let answer = request(
            &guide.page,
            "POST",
            &format!("{host}{lengths}"),
            "0\r\n\r\n",
        )
        .await;
        assert!(answer.status().starts_with('4'), "{lengths}: {}", answer.0);
    }
    // A part of it is none of it.
    let cut = guide.form(&[("crm", "mail.example.com")]);
    let headers = format!("{host}Content-Length: {}\r\n", cut.len() + 1);
    let mut stream = crate::hostile::wire::connect(guide.page.port().unwrap()).await;
    let target = guide.page.path();
    let text = format!("POST {target} HTTP/1.1\r\n{headers}\r\n{cut}");
    tokio::io::AsyncWriteExt::write_all(&mut stream, text.as_bytes())
        .await
        .unwrap();
    tokio::io::AsyncWriteExt::shutdown(&mut stream)
        .await
        .unwrap();
    let answer = crate::hostile::wire::read(&mut stream).await;
    assert!(!answer.status().starts_with('3'), "{}", answer.0);
    assert!(!guide.html().await.contains("mail.example.com"));
}

#[tokio::test]
async fn every_answer_protects_itself() {
    let guide = Guide::start(&[]).await;
    let missing = guide.page.join("/").unwrap();
    let go = guide
        .page
        .join(&format!("{}/go", guide.page.path()))
        .unwrap();
    for (address, method, body) in [
        (&guide.opening, "GET", ""),
        (&guide.page, "GET", ""),
        (&guide.page, "POST", ""),
        (&guide.page, "POST", &*guide.form(&[])),
        (&go, "GET", ""),
        (&missing, "GET", ""),
    ] {
        let answer = ask(address, method, body).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{}", answer.0);
        }
        let policy = answer.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action '",
        ] {
            assert!(policy.contains(part), "no {part} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn another_port_than_the_redirect_uris_serves_the_page_and_its_path_is_on_no_command_line() {
    let guide = Guide::start(&[]).await;
    let uri = guide.redirect_uri().await;
    assert_eq!(guide.page.host_str(), Some("127.0.0.1"));
    assert!(
        !uri.contains(&format!(":{}/", guide.page.port().unwrap())),
        "{uri}"
    );
    assert_ne!(guide.page.path(), guide.opening.path());
    assert!(guide.page.path().len() > 40 && guide.opening.path().len() > 40);
    let again = ask(&guide.opening, "GET", "").await;
    assert_eq!(
        again.header("location"),
        Some(guide.page.path()),
        "the same user may open it again"
    );
}
