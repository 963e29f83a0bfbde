//! Row 38: proxies work or are rejected by name; none is ever silently skipped.

use super::front::{Authority, Proxy, Socks};
use super::login::{Login, command, stand_in};
use super::network::{NOWHERE, not_begun, trusting};
use super::port::free_port;
use super::zoho::{Hostile, Whole};

#[tokio::test]
async fn row_38_a_login_goes_through_socks() {
    let authority = Authority::new("one");
    for variable in ["ALL_PROXY", "https_proxy"] {
        let zoho = Hostile::start(|_| None).await;
        let front = authority
            .front("accounts.zoho.invalid", 2100, &zoho.url)
            .await;
        let socks = Socks::start(front.port).await;
        let redirect_uri = format!("http://localhost:{}/callback", free_port());
        let options = [
            "--redirect-uri",
            &redirect_uri,
            "--trust-api-domain",
            &zoho.url,
        ];
        let mut command = trusting(&authority, NOWHERE, &options);
        command.env(variable, format!("socks5h://127.0.0.1:{}", socks.port));
        let login = Login::of(&mut command).await;
        let Whole {
            code,
            stdout,
            stderr,
            ..
        } = Hostile::complete(login).await;
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stdout.contains("1000.refresh"));
        let asked = socks.asked.borrow().clone();
        assert!(!asked.is_empty());
        assert!(
            asked.iter().all(|name| name == "accounts.zoho.invalid:443"),
            "{asked:?}"
        );
        // The CRM of this test is on this machine: it was not called through the proxy.
        assert_eq!(zoho.count("GET /crm"), 2);
    }
}

#[tokio::test]
async fn row_38_loopback_never_goes_through_socks() {
    let zoho = stand_in().await;
    let socks = Socks::start(1).await;
    let mut command = command(&zoho, &["--no-browser"]);
    command.env("ALL_PROXY", format!("socks5h://127.0.0.1:{}", socks.port));
    let login = Login::of(&mut command).await;
    login.register(&zoho);
    login.assert_alive(&zoho).await;
    assert!(socks.asked.borrow().is_empty());
}

#[tokio::test]
async fn row_38_an_address_that_is_none_is_refused_by_its_variable() {
    // A server that is reachable without the proxy, but must not be reached.
    let (authority, zoho) = (Authority::new("one"), Hostile::start(|_| None).await);
    let front = authority
        .front("accounts.zoho.invalid", 2100, &zoho.url)
        .await;
    let socks = Socks::start(front.port).await;
    let works = format!("socks5h://127.0.0.1:{}", socks.port);
    for (value, why) in [
        ("\"http://127.0.0.1:3128\"", "quotes stand around"),
        ("'127.0.0.1:3128'", "quotes stand around"),
        ("http://127.0.0.1:99999", "its port is none"),
        ("http://127.0.0.1:0", "its port is none"),
        ("127.0.0.1:99999", "its port is none"),
        ("http://127.0.0.1:port", "its port is none"),
        ("socks://127.0.0.1:1080", "a scheme that is not known"),
        ("htp://127.0.0.1:1080", "a scheme that is not known"),
        ("http://", "no address"),
        ("http:// 127.0.0.1:3128", "holds a space"),
        ("http://me:hunter2@:3128", "no address"),
        ("proxy.example/path", "no address"),
    ] {
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            let redirect_uri = format!("http://localhost:{}/callback", free_port());
            let options = ["--redirect-uri", redirect_uri.as_str()];
            let mut command = trusting(&authority, NOWHERE, &options);
            command.env(variable, value);
            if variable.eq_ignore_ascii_case("https_proxy") {
                // The next variable must not silently replace it.
                command.env("ALL_PROXY", &works);
            }
            let stderr = not_begun(command).await;
            assert!(stderr.contains(why), "{variable}={value}: {stderr}");
            assert!(stderr.contains(variable), "{value}: {stderr}");
            assert!(!stderr.contains("hunter2"), "{stderr}");
        }
    }
    assert!(socks.asked.borrow().is_empty());
    assert!(zoho.requests.borrow().is_empty());
}

#[tokio::test]
async fn row_38_no_proxy_is_obeyed_whatever_the_proxy_is() {
    let authority = Authority::new("one");
    let socks = Socks::start(1).await;
    for proxy in [
        format!("socks5h://127.0.0.1:{}", socks.port),
        "\"quoted\"".to_owned(),
    ] {
        for exception in [
            "*",
            "zoho.invalid",
            ".zoho.invalid",
            "other, accounts.zoho.invalid",
        ] {
            let redirect_uri = format!("http://localhost:{}/callback", free_port());
            let mut command = trusting(&authority, NOWHERE, &["--redirect-uri", &redirect_uri]);
            command.env("ALL_PROXY", &proxy).env("NO_PROXY", exception);
            let stderr = not_begun(command).await;
            assert!(
                stderr.contains("name of the server could not be found"),
                "{stderr}"
            );
        }
    }
    assert!(socks.asked.borrow().is_empty());
}

#[tokio::test]
async fn row_38_the_status_of_a_proxy_that_refuses_is_told() {
    let authority = Authority::new("one");
    for (answer, told) in [
        (
            "HTTP/1.1 403 No\u{1b}[31m\r\nContent-Length: 0\r\n\r\n",
            "403 Forbidden",
        ),
        (
            "HTTP/1.0 407 Proxy\r\nContent-Length: 0\r\n\r\n",
            "407 Proxy Authentication Required",
        ),
        (
            "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n",
            "502 Bad Gateway",
        ),
    ] {
        let proxy = Proxy::start(answer, 1).await;
        let redirect_uri = format!("http://localhost:{}/callback", free_port());
        let mut command = trusting(&authority, NOWHERE, &["--redirect-uri", &redirect_uri]);
        command.env(
            "HTTPS_PROXY",
            format!("http://me:hunter2@127.0.0.1:{}", proxy.port),
        );
        let stderr = not_begun(command).await;
        assert!(stderr.contains(told), "{stderr}");
        assert!(
            !stderr.contains("hunter2") && !stderr.contains('\u{1b}'),
            "{stderr}"
        );
        let tunnel = |line: &String| line.starts_with("CONNECT accounts.zoho.invalid:443 ");
        assert!(proxy.first_lines().iter().all(tunnel));
    }
}
