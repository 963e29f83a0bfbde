//! What the person types or pastes: secrets, and while the program waits the address with the grant token. The
//! terminal does not show it: nothing stays in its history, and the live line stays whole.

#[cfg(not(unix))]
mod console;
#[cfg(unix)]
mod tty;

#[cfg(not(unix))]
use console as system;
use secrecy::SecretString;
use std::io;
use tokio::sync::mpsc;
#[cfg(unix)]
use tty as system;

/// Longer lines are no address.
const LINE_BYTES: usize = 16 * 1024;

/// As many lines wait to be judged; a pasted page has more.
const LINES: usize = 16;

/// Prompts for a line that is not shown. In the background the process stops until it is in front.
pub fn line(prompt: &str) -> io::Result<SecretString> {
    system::line(prompt)
}

/// Lines of the terminal on standard input, which shows none of them until [`ShowAgain`] is dropped.
pub fn lines() -> mpsc::Receiver<SecretString> {
    let (sender, lines) = mpsc::channel(LINES);
    system::read(sender);
    lines
}

/// Has the terminal show again what is typed when dropped, and forgets what was typed and not read: it would end
/// up in the shell.
#[must_use]
pub struct ShowAgain;

impl Drop for ShowAgain {
    fn drop(&mut self) {
        system::show_again();
    }
}

/// Ends the process with this exit code, the terminal as it was.
pub fn exit(code: u8) -> ! {
    system::exit(code)
}
