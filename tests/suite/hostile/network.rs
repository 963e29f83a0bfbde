//! Rows 12 and 21: certificates, names, refused connections and proxies on the way to Zoho.

use super::front::{Authority, Proxy};
use super::login::{Login, at, command, stand_in};
use super::port::free_port;
use super::zoho::{Hostile, Whole};
use crate::program::Program;
use tokio::process::Command;

const TUNNEL: &str = "HTTP/1.1 200 Connection established\r\n\r\n";
const LOCKED: &str =
    "HTTP/1.1 407 Proxy Authentication Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
/// A name that no resolver knows (RFC 6761).
pub(super) const NOWHERE: &str = "https://accounts.zoho.invalid";

/// A login at this server, which trusts this authority and no other.
pub(super) fn trusting(authority: &Authority, server: &str, more: &[&str]) -> Command {
    let mut command = at(server, "1000.CLIENT", &[&["--no-browser"], more].concat());
    command.env("SSL_CERT_FILE", authority.file.path());
    command
}

/// Asserts that the login cannot begin. Returns what the program says about it.
pub(super) async fn not_begun(mut command: Command) -> String {
    let stderr = Program::spawn(&mut command).ends_with(1).await;
    assert!(stderr.contains("The login was not started"), "{stderr}");
    stderr
}

#[tokio::test]
async fn row_12_a_login_goes_through_real_tls() {
    let (authority, zoho) = (Authority::new("one"), Hostile::start(|_| None).await);
    let front = authority.front("localhost", 2100, &zoho.url).await;
    let server = format!("https://localhost:{}", front.port);
    let mut command = trusting(&authority, &server, &["--trust-api-domain", &zoho.url]);
    let whole = Hostile::complete(Login::of(&mut command).await).await;
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    assert!(whole.stdout.contains("1000.refresh"));
}

#[tokio::test]
async fn row_12_a_bad_certificate_is_told_with_its_remedy() {
    let (authority, other) = (Authority::new("one"), Authority::new("other"));
    let zoho = Hostile::start(|_| None).await;
    for (name, year, trusted, cause, remedy) in [
        (
            "localhost",
            2001,
            &authority,
            "has expired or is not valid yet",
            "clock",
        ),
        (
            "accounts.example",
            2100,
            &authority,
            "issued for another name",
            "hosts file",
        ),
        (
            "localhost",
            2100,
            &other,
            "A company proxy",
            "system's certificate store",
        ),
    ] {
        let front = authority.front(name, year, &zoho.url).await;
        let server = format!("https://localhost:{}", front.port);
        let stderr = not_begun(trusting(trusted, &server, &[])).await;
        assert!(stderr.contains(cause), "{stderr}");
        assert!(stderr.contains(remedy), "{stderr}");
    }
    assert!(zoho.requests.borrow().is_empty());
}

#[tokio::test]
async fn row_12_an_authority_may_stand_in_a_folder_alone() {
    let (authority, zoho) = (Authority::new("one"), Hostile::start(|_| None).await);
    let front = authority.front("localhost", 2100, &zoho.url).await;
    let server = format!("https://localhost:{}", front.port);
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(authority.file.path(), folder.path().join("company.pem")).unwrap();
    let mut command = trusting(&authority, &server, &["--trust-api-domain", &zoho.url]);
    command.env_remove("SSL_CERT_FILE");
    command.env(
        "SSL_CERT_DIR",
        format!("/does/not/exist:{}", folder.path().display()),
    );
    let whole = Hostile::complete(Login::of(&mut command).await).await;
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
}

#[tokio::test]
async fn row_12_a_system_without_authorities_is_told_before_the_consent() {
    let authority = Authority::new("one");
    let zoho = Hostile::start(|_| None).await;
    let front = authority.front("localhost", 2100, &zoho.url).await;
    let server = format!("https://localhost:{}", front.port);
    for (variable, path, words) in [
        (
            "SSL_CERT_FILE",
            "/dev/null",
            "The file of trusted certificates, /dev/null, ",
        ),
        (
            "SSL_CERT_DIR",
            "/does/not/exist",
            "store is missing or empty",
        ),
    ] {
        let mut command = trusting(&authority, &server, &[]);
        command.env_remove("SSL_CERT_FILE").env(variable, path);
        let stderr = not_begun(command).await;
        assert!(stderr.contains(words), "{stderr}");
        assert!(stderr.contains("ca-certificates"), "{stderr}");
    }
}

#[tokio::test]
async fn row_12_a_server_that_speaks_no_tls_gets_nothing() {
    let (authority, plain) = (Authority::new("one"), Proxy::start(LOCKED, 1).await);
    let server = format!("https://localhost:{}", plain.port);
    let stderr = not_begun(trusting(&authority, &server, &[])).await;
    assert!(stderr.contains("No encrypted connection"), "{stderr}");
    assert!(!plain.asked.borrow().iter().any(|said| said.contains("GET")));
}

#[tokio::test]
async fn row_12_a_refused_connection_and_an_unknown_name_are_told_apart() {
    let authority = Authority::new("one");
    let closed = format!("https://localhost:{}", free_port());
    let stderr = not_begun(trusting(&authority, &closed, &[])).await;
    assert!(stderr.contains("The connection was refused"), "{stderr}");
    let redirect_uri = format!("http://localhost:{}/callback", free_port());
    let stderr = not_begun(trusting(
        &authority,
        NOWHERE,
        &["--redirect-uri", &redirect_uri],
    ))
    .await;
    assert!(
        stderr.contains("server's name could not be resolved"),
        "{stderr}"
    );
    assert!(stderr.contains("VPN"), "{stderr}");
}

#[tokio::test]
async fn row_12_a_server_that_goes_away_before_the_exchange_is_told() {
    let (authority, zoho) = (Authority::new("one"), Hostile::start(|_| None).await);
    let front = authority.front("localhost", 2100, &zoho.url).await;
    let server = format!("https://localhost:{}", front.port);
    let login = Login::of(&mut trusting(&authority, &server, &[])).await;
    front.accepting.abort();
    let whole = Hostile::complete(login).await;
    assert_eq!(whole.code, Some(1), "{}", whole.stderr);
    assert!(
        whole.stderr.contains("The connection was refused"),
        "{}",
        whole.stderr
    );
    assert!(whole.page.body().contains("The connection was refused"));
    assert_eq!(zoho.count("POST"), 0);
}

/// A login at a name that only the proxy can resolve.
fn proxied(authority: &Authority, proxy: &Proxy, domain: &str) -> Command {
    let redirect_uri = format!("http://localhost:{}/callback", free_port());
    let mut command = trusting(
        authority,
        NOWHERE,
        &[
            "--redirect-uri",
            &redirect_uri,
            "--trust-api-domain",
            domain,
            "-vvv",
        ],
    );
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "http_proxy"] {
        command.env(
            name,
            format!("http://person:proxy-secret@127.0.0.1:{}", proxy.port),
        );
    }
    command
}

#[tokio::test]
async fn row_21_a_proxy_that_refuses_is_named_with_its_variable() {
    let (authority, proxy) = (Authority::new("one"), Proxy::start(LOCKED, 1).await);
    let stderr = not_begun(proxied(&authority, &proxy, NOWHERE)).await;
    assert!(stderr.contains("Check HTTPS_PROXY"), "{stderr}");
    assert!(!stderr.contains("proxy-secret"), "{stderr}");
    assert!(proxy.first_lines()[0].starts_with("CONNECT accounts.zoho.invalid:443 "));
}

#[tokio::test]
async fn row_21_zoho_is_reached_through_the_proxy_and_loopback_never() {
    let (authority, zoho) = (Authority::new("one"), Hostile::start(|_| None).await);
    let front = authority
        .front("accounts.zoho.invalid", 2100, &zoho.url)
        .await;
    let proxy = Proxy::start(TUNNEL, front.port).await;
    let mut command = proxied(&authority, &proxy, &zoho.url);
    let Whole {
        code,
        stdout,
        stderr,
        ..
    } = Hostile::complete(Login::of(&mut command).await).await;
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("1000.refresh"));
    assert!(!stderr.contains("proxy-secret"), "{stderr}");
    let asked = proxy.first_lines();
    let tunnel = |line: &String| line.starts_with("CONNECT accounts.zoho.invalid:443 ");
    assert!(!asked.is_empty() && asked.iter().all(tunnel), "{asked:?}");
    // The CRM of this test is on this machine: it was called, and not through the proxy.
    assert_eq!(zoho.count("GET /crm"), 2);
}

#[tokio::test]
async fn row_21_a_stand_in_on_this_machine_is_never_asked_through_a_proxy() {
    let (zoho, proxy) = (stand_in().await, Proxy::start(LOCKED, 1).await);
    let mut command = command(&zoho, &["--no-browser"]);
    for name in [
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "all_proxy",
    ] {
        command.env(name, format!("http://127.0.0.1:{}", proxy.port));
    }
    let login = Login::of(&mut command).await;
    login.register(&zoho);
    login.assert_alive(&zoho).await;
    assert!(proxy.first_lines().is_empty());
}
