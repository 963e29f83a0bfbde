//! Strangers at the callback port, in their own process: idle and slow connections, and a series of junk requests.
//! Limited in number and time, and to this machine.

use crate::process::Process;
use crate::{Outcome, STRANGERS};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Half of them send nothing, the other half one byte at a time.
const CONNECTIONS: usize = 500;

/// The pause between two bytes of a slow connection.
const DRIP: Duration = Duration::from_millis(50);

/// The maximum number of junk requests, unless the server stops first.
const JUNK: usize = 20_000;

/// The time limit for everything here.
const LONGEST: Duration = Duration::from_secs(20);

/// A server that accepts no connection for this long is full.
const PATIENCE: Duration = Duration::from_millis(200);

/// Requests that scanners, other applications and forgers send.
const TARGETS: [&str; 4] = [
    "/favicon.ico",
    "/callback?error=access_denied",
    "/callback?code=foreign&state=foreign",
    "/wp-login.php",
];

/// The process that plays the strangers; it ends when this is dropped.
pub struct Load(#[expect(dead_code, reason = "it is held")] Process);

impl Load {
    /// Starts the strangers and returns once their connections are open.
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

/// Runs as that process.
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

/// Sends an endless header on each connection, and replaces those that are dropped.
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

/// Sends a request. Returns whether it could connect; the response does not matter.
fn ask(port: u16, target: &str) -> bool {
    let Some(mut stream) = connect(port) else {
        return false;
    };
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    let _ = stream.set_read_timeout(Some(PATIENCE));
    // A server that closes early is not this stranger's problem.
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.read_to_end(&mut Vec::new());
    true
}
