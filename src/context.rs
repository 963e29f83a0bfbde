//! What a login touches outside itself.

use crate::event::Tell;
use crate::loopback::peer::Persons;
use rand::CryptoRng;
use secrecy::SecretString;
use std::io::Write;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::{mpsc, watch};

/// What a login touches outside itself; a test gives its own.
pub struct Context {
    /// Told what happens.
    pub tell: Tell,
    /// Opens an address in the person's browser, without waiting for it.
    pub open: Box<dyn Fn(&str) + Send>,
    /// Texts that the person pasted: the redirected address among them, perhaps.
    pub pasted: mpsc::Receiver<SecretString>,
    /// Where credentials go that go to no file.
    pub output: Box<dyn Write + Send>,
    /// Whose requests are the person's.
    pub persons: Arc<Persons>,
    /// The source of state, verifier and one-time addresses.
    pub random: Box<dyn CryptoRng + Send>,
    /// The wall clock, for the moment at which the access token ends.
    pub now: fn() -> SystemTime,
    /// Turns to a signal when the process is asked to end.
    pub stopped: watch::Receiver<Option<Signal>>,
}

/// What the system asked this process to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// The terminal was closed.
    HangUp,
}

impl Signal {
    /// 128 and the signal's number, as shells have it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// Waits for a signal.
pub(crate) async fn stopped(stopped: &mut watch::Receiver<Option<Signal>>) -> Signal {
    match stopped
        .wait_for(Option::is_some)
        .await
        .map(|signal| *signal)
    {
        Ok(Some(signal)) => signal,
        // Nobody is left who could stop it.
        _ => std::future::pending().await,
    }
}
