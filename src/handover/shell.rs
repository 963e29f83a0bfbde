//! Lines that shells source: names and line shapes of the aws command.
//!
//! A value of plain characters means the same everywhere. Another is quoted so that the shell takes it as it
//! is, or refused where the shell has no such quoting: an answer from outside must never become a command.

use crate::credentials::Credentials;
use crate::handover::extras::Extras;
use crate::handover::unfit::Why;
use crate::handover::variables::{is_plain, variables};
use zeroize::Zeroizing;

/// `env`, for sh, bash and zsh.
pub(super) fn sh(credentials: &Credentials, extras: &Extras) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, |name, value| {
        let quoted = if value.chars().all(is_plain) {
            value.to_owned()
        } else {
            // Within single quotes only a single quote has a meaning (POSIX shell, 2.2.2).
            format!("'{}'", value.replace('\'', r"'\''"))
        };
        is_text(value).then(|| format!("export {name}={quoted}\n"))
    })
}

/// `fish`: between double quotes it reads `\`, `"` and `$` alone.
pub(super) fn fish(credentials: &Credentials, extras: &Extras) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, |name, value| {
        let escaped = escaped(value, r#"\"$"#, '\\');
        is_text(value).then(|| format!("set -gx {name} \"{escaped}\"\n"))
    })
}

/// `powershell`: between double quotes it reads `` ` ``, `"` and `$`, and takes typographic quotes for quotes. Piped to
/// Invoke-Expression each line is a command of its own, so no value may hold a line break.
pub(super) fn powershell(
    credentials: &Credentials,
    extras: &Extras,
) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, |name, value| {
        let carried = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let escaped = escaped(value, "`\"$", '`');
        carried.then(|| format!("$Env:{name}=\"{escaped}\"\n"))
    })
}

/// `windows-cmd`: its quoting protects neither `%` nor `"`, so only plain values pass.
pub(super) fn windows_cmd(
    credentials: &Credentials,
    extras: &Extras,
) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, |name, value| {
        let carried = value.chars().all(is_plain);
        carried.then(|| format!("set {name}={value}\n"))
    })
}

/// A line for each variable that has a value.
fn lines(
    credentials: &Credentials,
    extras: &Extras,
    line: fn(&str, &str) -> Option<String>,
) -> Result<Zeroizing<String>, Why> {
    let mut lines = Zeroizing::new(String::new());
    for variable in variables(credentials, &extras.env_prefix) {
        if let Some(value) = &variable.value {
            let line = line(&variable.name, value).ok_or(Why::CannotCarry(variable.field))?;
            lines.push_str(&Zeroizing::new(line));
        }
    }
    Ok(lines)
}

/// Line breaks are carried; other control characters are no part of any credential, and write to terminals.
fn is_text(value: &str) -> bool {
    value.chars().all(|char| char == '\n' || !char.is_control())
}

fn escaped(value: &str, special: &str, by: char) -> String {
    let mut escaped = String::new();
    for char in value.chars() {
        if special.contains(char) {
            escaped.push(by);
        }
        escaped.push(char);
    }
    escaped
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
