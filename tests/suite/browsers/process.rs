//! A browser's process, and the socket that controls it.

use crate::needs::missing;
use crate::program::DEADLINE;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A running browser with its own profile, ended when dropped.
pub struct Process {
    child: Child,
    /// The address it listens on.
    pub address: String,
    profile: Option<TempDir>,
}

/// The first of these names in PATH, unless a variable names a program. None if there is none, which is a failure with
/// `REQUIRE_BROWSER=1`.
pub fn find(names: &[&str], variable: &str) -> Option<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Some(named.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = env::split_paths(&path);
    let found = folders.find_map(|folder| {
        let mut programs = names.iter().map(|name| folder.join(name));
        programs.find(|program| program.is_file())
    });
    if found.is_none() {
        let why = format!("there is no {} in PATH or in {variable}", names[0]);
        missing("REQUIRE_BROWSER", &why);
    }
    found
}

impl Process {
    /// Runs it with this profile, and waits until standard error says where it listens.
    pub fn launch(program: &Path, profile: TempDir, arguments: &[&str], listens: &str) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            // It must not use root's home folder.
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the browser can be run");
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let (sender, address) = mpsc::channel();
        let listens = listens.to_owned();
        // Reads to the end, so that the browser never blocks on a full pipe.
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix(&listens) {
                    let _ = sender.send(address.to_owned());
                }
            }
        });
        Self {
            child,
            address: address.recv_timeout(DEADLINE).expect("it listens"),
            profile: Some(profile),
        }
    }
}

impl Process {
    /// What is left of it, once it has ended by itself.
    pub fn left(mut self) -> TempDir {
        self.child.wait().expect("it is our child");
        self.profile.take().expect("it was started with one")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends numbered calls and receives what comes back.
pub struct Wire {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    calls: u64,
}

impl Wire {
    pub async fn to(address: &str) -> Self {
        let connected = connect_async(address).await;
        let (socket, _) = connected.expect("the browser listens where it says");
        Self { socket, calls: 0 }
    }

    /// Sends a call. Returns its number.
    pub async fn send(&mut self, mut call: Value) -> u64 {
        self.calls += 1;
        call["id"] = self.calls.into();
        let sent = self.socket.send(Message::text(call.to_string())).await;
        sent.expect("the browser runs");
        self.calls
    }

    /// The next message, if it arrives in time.
    pub async fn next(&mut self, until: Instant) -> Option<Value> {
        let message = timeout_at(until, self.socket.next()).await.ok()?;
        let message = message.expect("the browser runs");
        let message = message.expect("it speaks WebSocket").into_data();
        Some(serde_json::from_slice(&message).expect("it speaks JSON"))
    }
}

/// A promise that resolves when the condition holds.
pub fn promise(condition: &str) -> String {
    let all = "{ subtree: true, childList: true, attributes: true, characterData: true }";
    format!(
        "new Promise((done) => {{
            const look = () => ({condition}) && done();
            new MutationObserver(look).observe(document, {all});
            look();
        }})"
    )
}
