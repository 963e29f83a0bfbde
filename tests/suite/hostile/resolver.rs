//! A resolver that never answers for one family, in a network namespace.

use super::login::at;
use super::missing;
use super::port::free_port;
use crate::program::Program;
use std::fs;
use std::net::{Ipv4Addr, UdpSocket};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Answers A queries with 127.0.0.1, and never answers AAAA queries.
fn answer_for_ipv4_alone(socket: &UdpSocket) {
    let mut query = [0; 512];
    loop {
        let (length, from) = socket.recv_from(&mut query).unwrap();
        // The query ends with its type and class (RFC 1035 section 4.1.2).
        let name = query[12..length]
            .iter()
            .position(|byte| *byte == 0)
            .unwrap();
        let end = 12 + name + 5;
        if query[end - 4..end - 2] != [0, 1] {
            continue;
        }
        let mut answer = query[..end].to_vec();
        answer[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        answer.extend(Ipv4Addr::LOCALHOST.octets());
        socket.send_to(&answer, from).unwrap();
    }
}

/// The part of the test below that runs in its network namespace.
#[tokio::test]
#[ignore = "runs in the network of the test below"]
async fn beside_such_a_resolver() {
    let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
    thread::spawn(move || answer_for_ipv4_alone(&socket));
    let redirect_uri = format!("http://localhost:{}/callback", free_port());
    let more = ["--no-browser", "--redirect-uri", &redirect_uri];
    // Nothing listens on port 9, which only shows once the name is resolved.
    let mut login = at("https://accounts.slow.example:9", "1000.CLIENT", &more);
    let began = Instant::now();
    let ended = Program::spawn(&mut login).wait().await;
    let took = began.elapsed();
    let stderr = &ended.stderr;
    assert!(stderr.contains("The connection was refused"), "{stderr}");
    assert!(took < Duration::from_secs(6), "{took:?}: {stderr}");
}

#[test]
fn a_resolver_that_is_silent_about_ipv6_costs_about_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let resolver = folder.path().join("resolv.conf");
    fs::write(&resolver, "nameserver 127.0.0.1\n").unwrap();
    let script = r#"ip link set lo up && mount --bind "$1" /etc/resolv.conf || exit 77
        shift; exec "$@""#;
    let path = std::env::var("PATH").unwrap_or_default();
    let mut alone = Command::new("unshare");
    alone
        .args(["-r", "-m", "-n", "sh", "-c", script, "sh"])
        .args([&resolver, &std::env::current_exe().unwrap()])
        .args(["beside_such_a_resolver", "--ignored"])
        .env("PATH", format!("{path}:/usr/sbin:/sbin"));
    let ended = alone.output();
    let permitted = |ended: &std::process::Output| {
        ended.status.code() != Some(77)
            && !String::from_utf8_lossy(&ended.stderr).contains("unshare:")
    };
    let Some(ended) = ended.ok().filter(permitted) else {
        return missing("no network of its own");
    };
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
