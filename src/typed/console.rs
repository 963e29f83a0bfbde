//! Other systems: safe code cannot hide there what is typed.

use super::LINE_BYTES;
use secrecy::SecretString;
use std::io::{self, stdin};
use tokio::sync::mpsc;
use zeroize::{Zeroize, Zeroizing};

/// Asks by a library, which hides the line.
pub fn line(prompt: &str) -> io::Result<SecretString> {
    let line = rpassword::prompt_password(prompt).map(Zeroizing::new)?;
    Ok(line.trim().into())
}

/// A thread of its own, which does not hold the process.
pub fn read(sender: mpsc::Sender<SecretString>) {
    std::thread::spawn(move || {
        let mut line = Zeroizing::new(String::with_capacity(LINE_BYTES));
        while matches!(stdin().read_line(&mut line), Ok(1..)) {
            if sender.blocking_send(line.as_str().into()).is_err() {
                return;
            }
            line.zeroize();
        }
    });
}

/// Nothing was hidden.
pub fn show_again() {}

/// Ends the process.
pub fn exit(code: u8) -> ! {
    std::process::exit(i32::from(code))
}
