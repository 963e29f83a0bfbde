//! Tests how Zoho is reached: versions of TLS and HTTP, unreachable addresses, and proxies that alone can resolve the
//! names.

use super::{Zoho, inside, lead_names_to};
use crate::hostile::front::Proxy;
use rustls::ProtocolVersion;
use rustls::version::{TLS12, TLS13};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use zoho_stand_in::DataCenter::{Eu, Us};

const TUNNEL: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// An address that accepts no connection is skipped after 0.3 s, for each of four or five requests to new servers.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn each_version_of_tls_will_do_and_http_1_1_is_spoken() {
    if !inside(each_version_of_tls_will_do_and_http_1_1_is_spoken) {
        return;
    }
    for (version, spoken) in [
        (&TLS12, ProtocolVersion::TLSv1_2),
        (&TLS13, ProtocolVersion::TLSv1_3),
    ] {
        // The program does not use HTTP/2, even with a server that supports it.
        let zoho = Zoho::speaking("127.0.0.1", Us, Eu, &[version], &["h2", "http/1.1"]).await;
        let ended = zoho.login(&[]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let handshakes = zoho.cloud.handshakes.lock().unwrap().clone();
        assert!(!handshakes.is_empty());
        for (version, protocol) in &handshakes {
            assert_eq!(*version, spoken);
            assert!(
                protocol
                    .as_deref()
                    .is_none_or(|protocol| protocol == b"http/1.1")
            );
        }
        zoho.cloud.end().await;
    }
}

#[tokio::test]
async fn an_ipv6_address_alone_will_do() {
    if !inside(an_ipv6_address_alone_will_do) {
        return;
    }
    assert_soon(&Zoho::at("::1", Us, Eu).await).await;
}

#[tokio::test]
async fn an_ipv6_address_that_refuses_costs_nothing() {
    if !inside(an_ipv6_address_that_refuses_costs_nothing) {
        return;
    }
    let zoho = Zoho::between(Us, Eu).await;
    lead_names_to(&["::1", "127.0.0.1"]);
    assert_soon(&zoho).await;
}

#[tokio::test]
async fn an_ipv6_address_that_keeps_silent_costs_little() {
    if !inside(an_ipv6_address_that_keeps_silent_costs_little) {
        return;
    }
    let zoho = Zoho::between(Us, Eu).await;
    // If nobody accepts and the queue is full, the system answers no further connection.
    let address: SocketAddr = "[::1]:443".parse().unwrap();
    let socket = tokio::net::TcpSocket::new_v6().unwrap();
    socket.bind(address).unwrap();
    let _deaf = socket.listen(1).unwrap();
    let patience = Duration::from_millis(200);
    let waiting = || TcpStream::connect_timeout(&address, patience).ok();
    let waiting: Vec<_> = std::iter::from_fn(waiting).collect();
    assert!(!waiting.is_empty());
    lead_names_to(&["::1", "127.0.0.1"]);
    assert_soon(&zoho).await;
}

async fn assert_soon(zoho: &Zoho) {
    let began = Instant::now();
    let ended = zoho.login(&[]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let took = began.elapsed();
    assert!(took < SOON, "{took:?}");
}

#[tokio::test]
async fn names_that_only_a_proxy_knows() {
    if !inside(names_that_only_a_proxy_knows) {
        return;
    }
    let zoho = Zoho::between(Us, Us).await;
    lead_names_to(&[]);
    let unknown = zoho.run(&["login", "--no-browser"]).await;
    assert_eq!(unknown.code, Some(1), "{}", unknown.stderr);
    assert!(
        unknown.stderr.contains("could not be found"),
        "{}",
        unknown.stderr
    );

    let proxy = Proxy::start(TUNNEL, 443).await;
    let mut command = zoho.command(&["login", "--no-browser"]);
    command.env("HTTPS_PROXY", format!("http://127.0.0.1:{}", proxy.port));
    let login = crate::hostile::login::Login::of(&mut command).await;
    // The person's browser connects differently.
    lead_names_to(&["127.0.0.1"]);
    let person = zoho.cloud.person();
    let url = person
        .consent(login.address.as_str())
        .await
        .unwrap()
        .unwrap();
    lead_names_to(&[]);
    let code = String::new();
    login
        .complete(&crate::hostile::login::Callback { url, code })
        .await;
    let ended = login.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let mut asked = proxy.first_lines();
    asked.dedup();
    assert_eq!(
        asked,
        [
            "CONNECT accounts.zoho.com:443 HTTP/1.1",
            "CONNECT www.zohoapis.com:443 HTTP/1.1",
        ]
    );
}
