//! Lines that shells source: names and line shapes of the aws command.
//!
//! A value of plain characters means the same everywhere. Another is quoted so that the shell takes it as it
//! is, or refused where the shell has no such quoting: an answer from outside must never become a command.

use crate::credentials::Credentials;
use crate::exact::exact;
use crate::handover::extras::Extras;
use crate::handover::unfit::Why;
use crate::handover::variables::{is_plain, variables};
use std::io::{self, Write};
use zeroize::Zeroizing;

/// `env`, for sh, bash and zsh.
pub(super) fn sh(credentials: &Credentials, extras: &Extras) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, is_text, |out, name, value| {
        if value.chars().all(is_plain) {
            writeln!(out, "export {name}={value}")
        } else {
            // Within single quotes only a single quote has a meaning (POSIX shell, 2.2.2).
            write!(out, "export {name}='")?;
            escape(out, value, |char| (char == '\'').then_some(r"'\'"))?;
            writeln!(out, "'")
        }
    })
}

/// `fish`: between double quotes it reads `\`, `"` and `$` alone.
pub(super) fn fish(credentials: &Credentials, extras: &Extras) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, is_text, |out, name, value| {
        write!(out, "set -gx {name} \"")?;
        escape(out, value, |char| r#"\"$"#.contains(char).then_some("\\"))?;
        writeln!(out, "\"")
    })
}

/// `powershell`: between double quotes it reads `` ` ``, `"` and `$`, and takes typographic quotes for quotes. Piped to
/// Invoke-Expression each line is a command of its own, so no value may hold a line break.
pub(super) fn powershell(
    credentials: &Credentials,
    extras: &Extras,
) -> Result<Zeroizing<String>, Why> {
    let is_printable = |value: &str| value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    lines(credentials, extras, is_printable, |out, name, value| {
        write!(out, "$Env:{name}=\"")?;
        escape(out, value, |char| "`\"$".contains(char).then_some("`"))?;
        writeln!(out, "\"")
    })
}

/// `windows-cmd`: its quoting protects neither `%` nor `"`, so only plain values pass.
pub(super) fn windows_cmd(
    credentials: &Credentials,
    extras: &Extras,
) -> Result<Zeroizing<String>, Why> {
    let is_plain = |value: &str| value.chars().all(is_plain);
    lines(credentials, extras, is_plain, |out, name, value| {
        writeln!(out, "set {name}={value}")
    })
}

/// A line for each variable that has a value, if the shell takes all of them.
fn lines(
    credentials: &Credentials,
    extras: &Extras,
    takes: fn(&str) -> bool,
    line: fn(&mut dyn Write, &str, &str) -> io::Result<()>,
) -> Result<Zeroizing<String>, Why> {
    let mut lines = Vec::new();
    for variable in variables(credentials, &extras.env_prefix) {
        if let Some(value) = variable.value {
            if !takes(&value) {
                return Err(Why::CannotCarry(variable.field));
            }
            lines.push((variable.name, value));
        }
    }
    Ok(exact(|out| {
        lines
            .iter()
            .try_for_each(|(name, value)| line(out, name, value))
    }))
}

/// Line breaks are carried; other control characters are no part of any credential, and write to terminals.
fn is_text(value: &str) -> bool {
    value.chars().all(|char| char == '\n' || !char.is_control())
}

/// The value, with what a character needs before it.
fn escape(
    out: &mut dyn Write,
    value: &str,
    before: fn(char) -> Option<&'static str>,
) -> io::Result<()> {
    for char in value.chars() {
        write!(out, "{}{char}", before(char).unwrap_or_default())?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
