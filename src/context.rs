//! A login's connections to the outside world.

use crate::event::Tell;
use crate::loopback::peer::Persons;
use rand::CryptoRng;
use secrecy::SecretString;
use std::io::Write;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::{mpsc, watch};

/// Everything outside itself that a login touches; tests supply their own.
pub struct Context {
    /// Receives events.
    pub tell: Tell,
    /// Opens an address in the person's browser, without waiting for it.
    pub open: Box<dyn Fn(&str) + Send>,
    /// Text that the person pasted, which may contain the redirected address.
    pub pasted: mpsc::Receiver<SecretString>,
    /// Where credentials go if they go to no file.
    pub output: Box<dyn Write + Send>,
    /// The users whose requests are accepted.
    pub persons: Arc<Persons>,
    /// The random source for state, verifier and one-time addresses.
    pub random: Box<dyn CryptoRng + Send>,
    /// The wall clock, used to compute when the access token expires.
    pub now: fn() -> SystemTime,
    /// Becomes a signal when the process is asked to end.
    pub stopped: watch::Receiver<Option<Signal>>,
}

/// What the system asked this process to do. The value is the exit code, 128 plus the signal's number, as in shells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt = 130,
    /// SIGTERM.
    Terminate = 143,
    /// SIGHUP: the terminal was closed.
    HangUp = 129,
}

impl Signal {
    /// The exit code.
    pub fn exit_code(self) -> u8 {
        self as u8
    }
}

/// Waits for a signal.
pub(crate) async fn stopped(stopped: &mut watch::Receiver<Option<Signal>>) -> Signal {
    let first = stopped.wait_for(Option::is_some).await;
    match first.map(|signal| *signal) {
        Ok(Some(signal)) => signal,
        // The sender is gone, so no more signals can arrive.
        _ => std::future::pending().await,
    }
}
