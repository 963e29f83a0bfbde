//! Row 36: a valid token response in unusual framing, which must lose neither the grant token nor the tokens.

use super::front::Authority;
use super::login::{Login, at};
use super::zoho::{Hostile, Reply, Whole, ok, token};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

const TOKEN: &str = "POST /oauth/v2/token";

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(text.as_ref()).unwrap();
    packer.finish().unwrap()
}

/// An HTTP/1.0 response, which ends when the connection does.
fn old(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("HTTP/1.0 200 OK\r\n{headers}\r\n");
    [head.as_bytes(), body.as_ref()].concat()
}

/// Runs a login that gets these bytes as its token response.
async fn login(answer: Vec<u8>) -> Whole {
    let script = move |request: &str| (request == TOKEN).then(|| Reply::Bytes(answer.clone()));
    let zoho = Hostile::start(script).await;
    let whole = zoho.whole(&[]).await;
    assert_eq!(zoho.count(TOKEN), 1);
    whole
}

fn assert_obtained(whole: &Whole, of: &str) {
    assert_eq!(whole.code, Some(0), "{of}: {}", whole.stderr);
    assert!(whole.stdout.contains("1000.refresh"), "{of}");
}

#[tokio::test]
async fn row_36_a_mark_and_gzip_that_nobody_asked_for_lose_nothing() {
    let good = token(r#""scope":"ZohoCRM.org.READ""#);
    let marked = format!("\u{feff}{good}");
    for (of, body, headers) in [
        ("a mark", marked.as_bytes().to_vec(), ""),
        ("gzip", gzip(&good), "content-encoding: gzip\r\n"),
        ("gzip without its header", gzip(&good), ""),
        ("gzip and a mark", gzip(&marked), ""),
        (
            "gzip in the header alone",
            good.clone().into(),
            "content-encoding: gzip\r\n",
        ),
    ] {
        assert_obtained(&login(old(headers, &body)).await, of);
        let length = format!("content-length: {}\r\n{headers}", body.len());
        let answer = String::from_utf8(old(&length, "")).unwrap();
        let answer = answer.replace("HTTP/1.0", "HTTP/1.1");
        assert_obtained(&login([answer.into_bytes(), body].concat()).await, of);
    }
}

#[tokio::test]
async fn row_36_gzip_that_unpacks_without_end_is_refused() {
    let bomb = gzip(vec![b' '; 20_000_000]);
    assert!(bomb.len() < 60_000, "it must be small enough to be read");
    let whole = login(ok(bomb)).await;
    assert_eq!(whole.code, Some(5), "{}", whole.stderr);
    assert!(
        whole.stderr.contains("longer than 65536 bytes"),
        "{}",
        whole.stderr
    );
}

#[tokio::test]
async fn row_36_an_answer_that_is_whole_needs_no_farewell() {
    let authority = Authority::new("one");
    let good = token(r#""a":1"#);
    let half = &good[..good.len() - 1];
    for (body, code) in [(good.as_str(), 0), (half, 1)] {
        let answer = old("", body);
        let script = move |request: &str| (request == TOKEN).then(|| Reply::Bytes(answer.clone()));
        let zoho = Hostile::start(script).await;
        let front = authority.curt(&zoho.url).await;
        let server = format!("https://localhost:{}", front.port);
        let mut command = at(&server, "1000.CLIENT", &["--no-browser", "--no-verify"]);
        command.env("SSL_CERT_FILE", authority.file.path());
        let whole = Hostile::complete(Login::of(&mut command).await).await;
        assert_eq!(whole.code, Some(code), "{}", whole.stderr);
        assert_eq!(whole.stdout.contains("1000.refresh"), code == 0);
        assert_eq!(zoho.count(TOKEN), 1);
    }
    // Announces more than it sends.
    let cut = String::from_utf8(ok(good))
        .unwrap()
        .replace("content-length: ", "content-length: 9");
    assert_obtained(&login(cut.into_bytes()).await, "a wrong length");
}

#[tokio::test]
async fn row_36_strange_fields_and_what_is_given_twice_alike_lose_nothing() {
    for more in [
        r#""access_token":"1000.access","refresh_token":"1000.refresh""#.to_owned(),
        r#""access_token":null,"refresh_token":"""#.to_owned(),
        r#""scope":"A.b.READ","scope":"C.d.READ","expires_in":"x","":0"#.to_owned(),
        format!(r#""deep":{}{}"#, "[".repeat(9000), "]".repeat(9000)),
        r#""\ud800":"\ud800","number":1e999999,"error":null"#.to_owned(),
    ] {
        let whole = login(ok(token(&more))).await;
        assert_obtained(&whole, &more);
    }
    let strange = [
        token(r#""name":"#).as_bytes(),
        b"\"\xff\xfe\"}\n<!-- gateway -->",
    ]
    .concat();
    let strange = String::from_utf8_lossy(&strange).replace(":}", ":");
    assert_obtained(
        &login(ok(strange)).await,
        "what is no text, and what follows",
    );
}

#[tokio::test]
async fn row_36_two_different_values_of_what_decides_are_an_error() {
    for (name, first) in [
        ("access_token", ""),
        ("refresh_token", ""),
        ("api_domain", r#""api_domain":"https://www.zohoapis.com","#),
        ("error", r#""error":"invalid_code","#),
    ] {
        let whole = login(ok(token(&format!(r#"{first}"{name}":"1000.other""#)))).await;
        assert_eq!(whole.code, Some(5), "{name}: {}", whole.stderr);
        let said = format!("two different values of {name}");
        assert!(whole.stderr.contains(&said), "{}", whole.stderr);
        assert!(!whole.stdout.contains("1000."), "{name}");
    }
}
