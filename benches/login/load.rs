//! Strangers at the callback port, in a process of their own: idle and slow connections, and junk requests
//! one after the other. Bounded in number and time, and on this machine only.

use crate::process::Process;
use crate::{Outcome, STRANGERS};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Half of them say nothing, half of them a byte at a time.
const CONNECTIONS: usize = 500;

/// Between two bytes of a slow connection.
const DRIP: Duration = Duration::from_millis(50);

/// Junk requests, unless the server ends before.
const JUNK: usize = 20_000;

/// Everything ends after this time.
const LONGEST: Duration = Duration::from_secs(20);

/// A server that takes no connection for so long is full.
const PATIENCE: Duration = Duration::from_millis(200);

/// Requests as scanners, other applications and forgers send them.
const TARGETS: [&str; 4] = [
    "/favicon.ico",
    "/callback?error=access_denied",
    "/callback?code=foreign&state=foreign",
    "/wp-login.php",
];

/// The process that plays the strangers; it ends with this value.
pub struct Load(#[expect(dead_code, reason = "it is held")] Process);

impl Load {
    /// Returns when the connections stand.
    pub fn start(port: u16) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args([STRANGERS, &port.to_string()])
            .stdout(Stdio::piped());
        let mut process = Process::start(&mut command)?;
        let stdout = process.0.stdout.take().ok_or("its output is a pipe")?;
        BufReader::new(stdout).read_line(&mut String::new())?;
        Ok(Self(process))
    }
}

/// What the process does.
pub fn run(port: u16) {
    let began = Instant::now();
    let mut held: Vec<TcpStream> = (0..CONNECTIONS).map_while(|_| connect(port)).collect();
    println!("{}", held.len());
    let slow = held.split_off(held.len() / 2);
    thread::spawn(move || drip(slow, port));
    for at in 0..JUNK {
        if began.elapsed() > LONGEST || !ask(port, TARGETS[at % TARGETS.len()]) {
            break;
        }
    }
    thread::sleep(LONGEST.saturating_sub(began.elapsed()));
}

fn connect(port: u16) -> Option<TcpStream> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, PATIENCE).ok()
}

/// A header without end on each connection; one that was dropped comes again.
fn drip(mut slow: Vec<TcpStream>, port: u16) {
    loop {
        for stream in &mut slow {
            if stream.write_all(b"X").is_err()
                && let Some(again) = connect(port)
            {
                *stream = again;
            }
        }
        thread::sleep(DRIP);
    }
}

/// Whether a connection could be made; the answer does not matter.
fn ask(port: u16, target: &str) -> bool {
    let Some(mut stream) = connect(port) else {
        return false;
    };
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    let _ = stream.set_read_timeout(Some(PATIENCE));
    // A server that hangs up early is one more stranger's trouble.
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.read_to_end(&mut Vec::new());
    true
}
