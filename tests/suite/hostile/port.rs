//! Rows 5 and 22: the port is ours alone, or there is no login.

use super::login::{Login, command, stand_in};
use crate::program::{BINARY, Program, at};
use std::iter;
use std::net::TcpListener;
use std::ops::Range;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::net::TcpSocket;

/// Below the ports that systems assign: only these tests use them in the meantime.
const PORTS: Range<u16> = 10_000..30_000;

/// A port that is free on every address of this machine, a different one each time.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Other test runs start at a different port.
    let first = std::process::id().wrapping_mul(101) % 20_000;
    let next = || first + NEXT.fetch_add(1, Ordering::Relaxed);
    let ports = iter::repeat_with(next)
        .map(|at| PORTS.start + u16::try_from(at % u32::from(PORTS.end - PORTS.start)).unwrap());
    let mut free = ports.filter(|port| TcpListener::bind(("::", *port)).is_ok());
    free.next().unwrap()
}

#[tokio::test]
async fn row_05_a_port_held_on_any_address_is_told_before_a_browser_opens() {
    let zoho = stand_in().await;
    let folder = tempfile::tempdir().unwrap();
    let opened = folder.path().join("opened");
    for address in ["127.0.0.1", "[::1]", "0.0.0.0", "[::]"] {
        let holder = TcpListener::bind(format!("{address}:0")).unwrap();
        let port = holder.local_addr().unwrap().port();
        let redirect_uri = format!("http://localhost:{port}/callback");
        let mut command = command(&zoho, &["--redirect-uri", &redirect_uri]);
        command.env("BROWSER", format!("touch {}", opened.display()));
        let stderr = Program::spawn(&mut command).ends_with(6).await;
        let own = format!("(process {})", std::process::id());
        assert!(stderr.contains(&own), "{address}: {stderr}");
        assert!(!stderr.contains("/oauth/v2/auth"), "{address}: {stderr}");
        assert!(!opened.exists());
    }
    assert!(zoho.requests().is_empty());
}

#[tokio::test]
async fn row_05_a_held_port_cannot_be_shared_afterwards() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    for address in ["127.0.0.1", "[::1]", "0.0.0.0", "[::]"] {
        let socket = if address.starts_with('[') {
            TcpSocket::new_v6()
        } else {
            TcpSocket::new_v4()
        };
        let socket = socket.unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.set_reuseport(true).unwrap();
        let address = format!("{address}:{}", login.port()).parse().unwrap();
        let shared = socket.bind(address).and_then(|()| socket.listen(1));
        assert!(shared.is_err(), "{address}");
    }
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_22_a_second_login_names_the_first() {
    let zoho = stand_in().await;
    let redirect_uri = format!("http://localhost:{}/callback", free_port());
    let options = ["--redirect-uri", redirect_uri.as_str()];
    let first = Login::start(&zoho, &options).await;
    let stderr = Program::spawn(&mut command(&zoho, &options))
        .ends_with(6)
        .await;
    let named = format!("zoho-grant (process {})", first.program.id());
    assert!(stderr.contains(&named), "{stderr}");
    first.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_13_the_name_of_the_holder_cannot_write_on_the_terminal() {
    let zoho = stand_in().await;
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join("a\u{1b}[2Jb");
    symlink(BINARY, &named).unwrap();
    let mut holder = at(&named, &command(&zoho, &["--no-browser"]));
    let holder = Login::of(&mut holder).await;
    // Without colors, escape sequences would be stripped.
    let options = [
        "--redirect-uri",
        holder.redirect_uri.as_str(),
        "--color=always",
    ];
    let stderr = Program::spawn(&mut command(&zoho, &options))
        .ends_with(6)
        .await;
    assert!(stderr.contains(r"a\u{1b}[2Jb"), "{stderr}");
    assert!(!stderr.contains("\u{1b}[2J"), "{stderr:?}");
}
