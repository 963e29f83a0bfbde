//! Signals, on a thread of their own: the first asks a login to end, and whatever blocks, the second ends the process
//! (but for a terminal that is closed twice). Without a login, so does the first.

use crate::prompt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch::{Receiver, Sender};
use zoho_grant::context::Signal;

/// The first signal that arrived.
static FIRST: LazyLock<Sender<Option<Signal>>> = LazyLock::new(|| Sender::new(None));

/// Whether a login has listened, and ends by itself.
static LISTENED: AtomicBool = AtomicBool::new(false);

/// For a login: turns to the first signal, which does not end the process any more.
pub fn listen() -> Receiver<Option<Signal>> {
    LISTENED.store(true, Ordering::Relaxed);
    first()
}

/// Turns to the first signal of a login.
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

    /// In bytes. On Linux one byte keeps the memory from a program that cores are piped to, too, and none does not.
    const CORE: u64 = if cfg!(target_os = "linux") { 1 } else { 0 };

    /// The limit that this program was started with.
    static FORMER: OnceLock<Rlimit> = OnceLock::new();

    /// The memory holds secrets, so no core file is left of it.
    pub fn keep_no_core() {
        let limit = getrlimit(Resource::Core);
        let _ = FORMER.set(limit);
        let core = limit.maximum.map_or(CORE, |maximum| maximum.min(CORE));
        let none = Rlimit {
            current: Some(core),
            ..limit
        };
        let _ = setrlimit(Resource::Core, none);
    }

    /// For a program that takes this one's place: what its memory holds is its own matter.
    pub fn keep_cores_again() {
        if let Some(limit) = FORMER.get() {
            let _ = setrlimit(Resource::Core, *limit);
        }
    }

    /// Catches the signals that end or stop the process, except those that whoever started it ignores. Where they
    /// cannot be caught, they do what they always do.
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

    /// One bit for each signal.
    #[cfg(target_os = "linux")]
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mut lines = status.lines();
        let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
        ignored.map_or(0, |bits| {
            u64::from_str_radix(bits.trim(), 16).unwrap_or_default()
        })
    }

    /// Safe code cannot ask for them.
    #[cfg(not(target_os = "linux"))]
    fn ignored() -> u64 {
        0
    }

    fn obey(signal: i32) {
        match signal {
            SIGINT => end(signal, Signal::Interrupt),
            SIGTERM => end(signal, Signal::Terminate),
            SIGHUP => end(signal, Signal::HangUp),
            SIGTSTP => stop(),
            // The write that went beyond the limit on file size fails, and is told of.
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

    /// With the terminal as it was, until the shell goes on with it. A group that the session's leader is in has no
    /// shell that could.
    fn stop() {
        if getsid(None) == Ok(getpgrp()) {
            return;
        }
        drop(prompt::leave());
        let _ = raise(SIGSTOP);
        // It waits for the foreground, and signals do not wait.
        std::thread::spawn(prompt::resume);
    }
}

/// Keeps what the system does.
#[cfg(not(unix))]
pub fn keep_no_core() {}

/// Catches Ctrl-C.
#[cfg(not(unix))]
pub fn watch() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return;
    };
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
