//! Signals: the first asks the login to end, the second ends the process at once.

use tokio::sync::watch;
use zoho_grant::error::Signal;

/// Turns to the first signal that arrives.
pub fn listen() -> watch::Receiver<Option<Signal>> {
    let (sender, receiver) = watch::channel(None);
    tokio::spawn(async move {
        let Some(mut signals) = Signals::new() else {
            return;
        };
        while let Some(signal) = signals.next().await {
            if sender.borrow().is_some() {
                crate::typed::show_again();
                std::process::exit(i32::from(signal.exit_code()));
            }
            sender.send_replace(Some(signal));
        }
    });
    receiver
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
