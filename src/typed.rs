//! What the person types or pastes while the program waits. It holds a grant token, so the terminal does not
//! show it: nothing stays in its history, and the live line stays whole.

use secrecy::SecretString;
use tokio::sync::mpsc;

/// Longer lines are no address.
const LINE_BYTES: usize = 16 * 1024;

/// As many lines wait to be judged; a pasted page has more.
const LINES: usize = 16;

/// Lines of the terminal on standard input, until [`show_again`] is called.
pub fn lines() -> mpsc::Receiver<SecretString> {
    let (sender, lines) = mpsc::channel(LINES);
    system::read(sender);
    lines
}

/// Shows nothing of what is typed from now on.
pub fn hide() {
    system::hide();
}

/// Has the terminal show again what is typed, and forgets what was typed and not read: it would end up in the
/// shell. Called before every end.
pub fn show_again() {
    system::show_again();
}

#[cfg(unix)]
mod system {
    use super::LINE_BYTES;
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::Errno;
    use rustix::termios::{LocalModes, OptionalActions, Termios};
    use rustix::termios::{tcgetattr, tcgetpgrp, tcsetattr};
    use secrecy::SecretString;
    use std::io::{Stdin, stdin};
    use std::sync::{Mutex, PoisonError};
    use std::time::Duration;
    use tokio::sync::mpsc;
    use zeroize::{Zeroize, Zeroizing};

    /// Until it is looked again whether the process is in the foreground.
    const BACKGROUND_PAUSE: Duration = Duration::from_millis(300);

    /// How the terminal was before.
    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// A thread of its own watches the terminal and reads a line that is there, so that no read holds anything
    /// up; the process ends without it.
    pub fn read(sender: mpsc::Sender<SecretString>) {
        if !in_foreground() {
            return;
        }
        hide();
        std::thread::spawn(move || {
            let terminal = stdin();
            let mut line = Zeroizing::new(Vec::with_capacity(LINE_BYTES));
            while is_readable(&terminal) && !sender.is_closed() {
                if !in_foreground() {
                    // In the background, reading would stop the process.
                    std::thread::sleep(BACKGROUND_PAUSE);
                    continue;
                }
                if take(&terminal, &mut line).is_err() {
                    return;
                }
                if line.ends_with(b"\n") || line.len() == LINE_BYTES {
                    let text = String::from_utf8_lossy(&line).into_owned();
                    // More lines than can be judged are a page.
                    let _ = sender.try_send(text.into());
                    line.zeroize();
                }
            }
        });
    }

    pub fn show_again() {
        let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = before.take().filter(|_| in_foreground()) {
            let _ = tcsetattr(stdin(), OptionalActions::Flush, &before);
        }
    }

    pub fn hide() {
        let Ok(before) = tcgetattr(stdin()) else {
            return;
        };
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        if tcsetattr(stdin(), OptionalActions::Now, &hidden).is_ok() {
            *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        }
    }

    fn in_foreground() -> bool {
        tcgetpgrp(stdin()).is_ok_and(|group| group == rustix::process::getpgrp())
    }

    /// Waits until there is something to read; false when that will never be.
    fn is_readable(terminal: &Stdin) -> bool {
        loop {
            let mut polled = [PollFd::new(terminal, PollFlags::IN)];
            match poll(&mut polled, None) {
                Err(Errno::INTR) => {}
                outcome => return outcome.is_ok(),
            }
        }
    }

    /// Adds what is there to the line: a terminal gives one line at most. The end of the input is an error.
    fn take(terminal: &Stdin, line: &mut Zeroizing<Vec<u8>>) -> Result<(), Errno> {
        let mut piece = Zeroizing::new([0; 4096]);
        let length = match rustix::io::read(terminal, &mut piece[..]) {
            Ok(0) => return Err(Errno::PIPE),
            Ok(length) => length,
            Err(Errno::INTR | Errno::AGAIN) => 0,
            Err(error) => return Err(error),
        };
        // Beyond its capacity the line would move, and leave an unwiped copy behind.
        let room = LINE_BYTES - line.len();
        line.extend_from_slice(&piece[..length.min(room)]);
        Ok(())
    }
}

#[cfg(not(unix))]
mod system {
    use secrecy::SecretString;
    use tokio::sync::mpsc;

    /// A thread of its own, which does not hold the process. Safe code cannot hide what is typed here.
    pub fn read(sender: mpsc::Sender<SecretString>) {
        std::thread::spawn(move || {
            let mut line = zeroize::Zeroizing::new(String::with_capacity(super::LINE_BYTES));
            while matches!(std::io::stdin().read_line(&mut line), Ok(1..)) {
                if sender.blocking_send(line.as_str().into()).is_err() {
                    return;
                }
                zeroize::Zeroize::zeroize(&mut *line);
            }
        });
    }

    pub fn hide() {}

    pub fn show_again() {}
}
