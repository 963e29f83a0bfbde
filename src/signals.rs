//! Signals: the first asks the login to end, the second ends the process at once. So does the first before a login.

use crate::typed;
#[cfg(unix)]
use std::io::{Write, stderr};
#[cfg(unix)]
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::sync::mpsc;
use tokio::sync::watch;
use zoho_grant::error::Signal;

/// Whether somebody has listened, and ends by itself.
static LISTENED: AtomicBool = AtomicBool::new(false);

/// Turns to the first signal that arrives.
pub fn listen() -> watch::Receiver<Option<Signal>> {
    LISTENED.store(true, Ordering::Relaxed);
    let (sender, receiver) = watch::channel(None);
    tokio::spawn(async move {
        let Some(mut signals) = Signals::new() else {
            return;
        };
        while let Some(signal) = signals.next().await {
            if sender.borrow().is_some() {
                typed::exit(signal.exit_code());
            }
            sender.send_replace(Some(signal));
        }
    });
    receiver
}

/// Until somebody listens, a signal ends the process with the terminal as it was: left alone, it would leave a
/// terminal that shows nothing.
#[cfg(unix)]
pub fn end_at_once() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        let (sender, caught) = mpsc::channel();
        // The command's own thread waits for the person.
        std::thread::spawn(move || watch(&sender));
        // Where signals cannot be caught, they do what they always do.
        let _ = caught.recv();
    });
}

#[cfg(unix)]
fn watch(caught: &mpsc::Sender<()>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let Ok(runtime) = runtime.enable_io().build() else {
        return;
    };
    runtime.block_on(async {
        let Some(mut signals) = Signals::new() else {
            return;
        };
        let _ = caught.send(());
        while let Some(signal) = signals.next().await {
            if !LISTENED.load(Ordering::Relaxed) {
                // The terminal may be gone.
                let _ = writeln!(stderr());
                typed::exit(signal.exit_code());
            }
        }
    });
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Some(Self {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
            hang_up: signal(SignalKind::hangup()).ok()?,
        })
    }

    async fn next(&mut self) -> Option<Signal> {
        tokio::select! {
            arrived = self.interrupt.recv() => arrived.map(|()| Signal::Interrupt),
            arrived = self.terminate.recv() => arrived.map(|()| Signal::Terminate),
            arrived = self.hang_up.recv() => arrived.map(|()| Signal::HangUp),
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Option<Self> {
        Some(Self)
    }

    async fn next(&mut self) -> Option<Signal> {
        tokio::signal::ctrl_c()
            .await
            .ok()
            .map(|()| Signal::Interrupt)
    }
}
