//! Asking the person at the terminal for what was not given.

use crate::typed;
use secrecy::SecretString;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;
use zoho_grant::handover::file;

/// A secret is some dozens of bytes; whatever is longer is another file.
const SECRET_BYTES: usize = 4096;

/// Whether a person can be asked: they see standard error and type on standard input.
pub fn possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line.
pub fn line(question: &str) -> io::Result<String> {
    let mut stderr = io::stderr();
    write!(stderr, "{question}: ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Asks for a line that is not shown.
pub fn hidden(question: &str) -> io::Result<SecretString> {
    typed::line(&format!("{question} (not shown): "))
}

/// A self client's grant token: asked for on a terminal, read from standard input otherwise.
pub fn grant_token() -> io::Result<SecretString> {
    if possible() {
        hidden("Grant token")
    } else {
        whole(standard_input()?)
    }
}

/// Reads a secret from a file, or from standard input for `-`; white space around it is taken off.
pub fn secret_file(path: &Path) -> io::Result<SecretString> {
    if path == Path::new("-") && possible() {
        return hidden("Client secret");
    }
    if path == Path::new("-") {
        whole(standard_input()?)
    } else {
        let text = file::read(path, SECRET_BYTES).map_err(io::Error::other)?;
        Ok(alone(&text))
    }
}

/// Standard input past the library's buffer, which is never wiped.
#[cfg(unix)]
fn standard_input() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn standard_input() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(io::stdin().as_handle().try_clone_to_owned()?.into())
}

fn whole(source: impl Read) -> io::Result<SecretString> {
    // With room to spare, so that no copy is left behind when it grows.
    let mut text = Zeroizing::new(String::with_capacity(2 * SECRET_BYTES));
    source
        .take(SECRET_BYTES as u64 + 1)
        .read_to_string(&mut text)?;
    if text.len() > SECRET_BYTES {
        let why = format!("it is longer than {SECRET_BYTES} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(alone(&text))
}

/// Without what editors leave around it.
fn alone(text: &str) -> SecretString {
    let slips = |char: char| char.is_whitespace() || char == '\u{feff}';
    text.trim_matches(slips).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_secret_is_taken_whole_or_not_at_all() {
        let taken = |bytes: usize| whole("s".repeat(bytes).as_bytes());
        let secret = taken(SECRET_BYTES).unwrap();
        assert_eq!(secret.expose_secret().len(), SECRET_BYTES);
        let refused = taken(SECRET_BYTES + 1).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        assert_eq!(refused.to_string(), "it is longer than 4096 bytes");
    }
}
