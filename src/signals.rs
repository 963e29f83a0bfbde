//! Signals, on their own thread: the first asks a login to end; the second ends the process, whatever blocks (except for a
//! terminal that is closed twice). Without a login, the first one does.

use crate::prompt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch::{Receiver, Sender};
use zoho_grant::context::Signal;

/// The first signal that arrived.
static FIRST: LazyLock<Sender<Option<Signal>>> = LazyLock::new(|| Sender::new(None));

/// Whether a login is listening, and will end by itself.
static LISTENED: AtomicBool = AtomicBool::new(false);

/// For a login: receives the first signal, which then no longer ends the process.
pub fn listen() -> Receiver<Option<Signal>> {
    LISTENED.store(true, Ordering::Relaxed);
    first()
}

/// Receives the first signal during a login.
pub fn first() -> Receiver<Option<Signal>> {
    FIRST.subscribe()
}

/// No login listens any more: the first signal ends the process again.
pub fn unlisten() {
    LISTENED.store(false, Ordering::Relaxed);
}

#[cfg(unix)]
pub use unix::{keep_cores_again, keep_no_core, watch};

#[cfg(unix)]
mod unix {
    use super::{FIRST, LISTENED, Ordering, Signal, prompt};
    use rustix::process::{Resource, Rlimit, getpgrp, getrlimit, getsid, setrlimit};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGSTOP, SIGTERM, SIGTSTP, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::{emulate_default_handler, exit, raise};
    use std::sync::OnceLock;

    /// In bytes. On Linux, 1 also keeps the memory from a program that core dumps are piped to; 0 does not.
    const CORE: u64 = if cfg!(target_os = "linux") { 1 } else { 0 };

    /// The limit with which this program was started.
    static FORMER: OnceLock<Rlimit> = OnceLock::new();

    /// Prevents core dumps, because the memory contains secrets.
    pub fn keep_no_core() {
        let mut limit = getrlimit(Resource::Core);
        let _ = FORMER.set(limit);
        limit.current = Some(limit.maximum.map_or(CORE, |maximum| maximum.min(CORE)));
        let _ = setrlimit(Resource::Core, limit);
    }

    /// Restores the limit for a program that replaces this one: its memory is its own business.
    pub fn keep_cores_again() {
        if let Some(limit) = FORMER.get() {
            let _ = setrlimit(Resource::Core, *limit);
        }
    }

    /// Catches the signals that end or stop the process, except those that its parent ignores. If they cannot be
    /// caught, they have their default effect.
    pub fn watch() {
        let ignored = ignored();
        let caught = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGXFSZ];
        let caught = caught
            .iter()
            .filter(|signal| ignored >> (**signal - 1) & 1 == 0);
        if let Ok(mut signals) = Signals::new(caught) {
            std::thread::spawn(move || signals.forever().for_each(obey));
        }
    }

    /// One bit for each signal. Safe code cannot query them directly.
    fn ignored() -> u64 {
        cfg_select! {
            target_os = "linux" => {
                let status = procfs::process::Process::myself().and_then(|own| own.status());
                status.map_or(0, |status| status.sigign)
            }
            _ => 0,
        }
    }

    fn obey(signal: i32) {
        match signal {
            SIGINT => end(signal, Signal::Interrupt),
            SIGTERM => end(signal, Signal::Terminate),
            SIGHUP => end(signal, Signal::HangUp),
            SIGTSTP => stop(),
            // A write beyond the file size limit then fails with an error, which is reported.
            SIGXFSZ => {}
            _ => {
                let _left = prompt::leave();
                let _ = emulate_default_handler(signal);
            }
        }
    }

    fn end(number: i32, signal: Signal) {
        let question = prompt::leave();
        let listened = LISTENED.load(Ordering::Relaxed);
        let first = *FIRST.borrow();
        if listened && first.is_none() {
            FIRST.send_replace(Some(signal));
        } else if listened && first == Some(Signal::HangUp) && signal == Signal::HangUp {
            // A closed terminal is told twice, by the system and by the shell: nobody is impatient.
        } else if listened || question.is_some() {
            exit(signal.exit_code().into());
        } else {
            let _ = emulate_default_handler(number);
        }
    }

    /// Stops with the terminal restored, until the shell continues the process. A group that contains the session leader
    /// has no shell to do that.
    fn stop() {
        if getsid(None) == Ok(getpgrp()) {
            return;
        }
        drop(prompt::leave());
        let _ = raise(SIGSTOP);
        // It waits for the foreground, and signals must not wait.
        std::thread::spawn(prompt::resume);
    }
}

/// Catches Ctrl-C.
#[cfg(not(unix))]
pub fn watch() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else { return };
    std::thread::spawn(move || {
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                drop(prompt::leave());
                if LISTENED.load(Ordering::Relaxed) && FIRST.borrow().is_none() {
                    FIRST.send_replace(Some(Signal::Interrupt));
                } else {
                    std::process::exit(Signal::Interrupt.exit_code().into());
                }
            }
        });
    });
}
