//! A resolver that never answers for one family, in a network namespace.

use super::login::at;
use super::missing;
use crate::program::BINARY;
use std::fs;
use std::net::{Ipv4Addr, UdpSocket};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Answers A queries with 127.0.0.1 and never answers AAAA queries: the other half of the test below, in its namespace.
#[test]
#[ignore = "serves the test below"]
fn never_answers_for_aaaa() {
    let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
    if let Some(ready) = std::env::var_os("READY") {
        fs::write(ready, "").unwrap();
    }
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

#[tokio::test]
async fn a_resolver_that_is_silent_about_ipv6_costs_about_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let resolver = folder.path().join("resolv.conf");
    fs::write(&resolver, "nameserver 127.0.0.1\n").unwrap();
    // Nothing listens on port 9, which only shows once the name is resolved.
    let login = at(
        "https://accounts.slow.example:9",
        "1000.CLIENT",
        &["--no-browser"],
    );
    let script = r#"ip link set lo up && mount --bind "$1" /etc/resolv.conf || exit 77
        shift; "$1" never_answers_for_aaaa --ignored >/dev/null 2>&1 & shift
        for try in $(seq 500); do [ -e "$READY" ] && break; sleep 0.02; done
        "$@"; code=$?; kill $!; exit $code"#;
    let mut alone = std::process::Command::new("unshare");
    alone.args(["-r", "-m", "-n", "sh", "-c", script, "sh"]);
    alone.arg(&resolver).arg(std::env::current_exe().unwrap());
    alone.arg(BINARY);
    let login = login.as_std();
    let redirect_uri = [
        "http://localhost:0/callback",
        "http://localhost:8099/callback",
    ];
    let arguments = login.get_args().map(|argument| {
        let is = argument == redirect_uri[0];
        if is {
            redirect_uri[1].into()
        } else {
            argument.to_owned()
        }
    });
    alone.args(arguments);
    alone.env_clear();
    alone.envs(
        login
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    alone.env(
        "PATH",
        format!(
            "{}:/usr/sbin:/sbin",
            std::env::var("PATH").unwrap_or_default()
        ),
    );
    alone.env("READY", folder.path().join("ready"));
    let began = Instant::now();
    let ended = alone.stdin(Stdio::null()).output();
    let took = began.elapsed();
    let Some(ended) = ended
        .ok()
        .filter(|ended| !matches!(ended.status.code(), Some(77) | None))
    else {
        return missing("no network of its own");
    };
    let stderr = String::from_utf8_lossy(&ended.stderr);
    if stderr.contains("unshare:") {
        return missing("no network of its own");
    }
    assert!(stderr.contains("The connection was refused"), "{stderr}");
    assert!(took < Duration::from_secs(6), "{took:?}: {stderr}");
}
