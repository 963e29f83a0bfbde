//! Lines that shells source: names and line shapes of the aws command.
//!
//! A value of plain characters means the same everywhere. Another is quoted so that the shell takes it as it
//! is, or refused where the shell has no such quoting: an answer from outside must never become a command.

use crate::credentials::Credentials;
use crate::handover::extras::Extras;
use crate::handover::secret_text::secret_text;
use crate::handover::unfit::Why;
use crate::handover::variables::{is_plain, variables};
use zeroize::Zeroizing;

/// `env`, for sh, bash and zsh.
pub(super) fn sh(credentials: &Credentials, extras: &Extras) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, |lines, name, value| {
        lines.extend(["export ", name, "="]);
        if value.chars().all(is_plain) {
            lines.push_str(value);
        } else {
            quote(lines, value);
        }
        is_text(value)
    })
}

/// `fish`: between double quotes it reads `\`, `"` and `$` alone.
pub(super) fn fish(credentials: &Credentials, extras: &Extras) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, |lines, name, value| {
        lines.extend(["set -gx ", name, " \""]);
        escape(lines, value, r#"\"$"#, '\\');
        lines.push('"');
        is_text(value)
    })
}

/// `powershell`: between double quotes it reads `` ` ``, `"` and `$`, and takes typographic quotes for quotes. Piped to
/// Invoke-Expression each line is a command of its own, so no value may hold a line break.
pub(super) fn powershell(
    credentials: &Credentials,
    extras: &Extras,
) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, |lines, name, value| {
        lines.extend(["$Env:", name, "=\""]);
        escape(lines, value, "`\"$", '`');
        lines.push('"');
        value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    })
}

/// `windows-cmd`: its quoting protects neither `%` nor `"`, so only plain values pass.
pub(super) fn windows_cmd(
    credentials: &Credentials,
    extras: &Extras,
) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, |lines, name, value| {
        lines.extend(["set ", name, "=", value]);
        value.chars().all(is_plain)
    })
}

/// A line for each variable that has a value. `add` says whether the shell takes the value; otherwise all is dropped.
fn lines(
    credentials: &Credentials,
    extras: &Extras,
    add: fn(&mut String, &str, &str) -> bool,
) -> Result<Zeroizing<String>, Why> {
    let mut lines = secret_text(0);
    for variable in variables(credentials, &extras.env_prefix) {
        if let Some(value) = &variable.value {
            if !add(&mut lines, &variable.name, value) {
                return Err(Why::CannotCarry(variable.field));
            }
            lines.push('\n');
        }
    }
    Ok(lines)
}

/// Line breaks are carried; other control characters are no part of any credential, and write to terminals.
fn is_text(value: &str) -> bool {
    value.chars().all(|char| char == '\n' || !char.is_control())
}

/// Within single quotes only a single quote has a meaning (POSIX shell, 2.2.2).
fn quote(lines: &mut String, value: &str) {
    lines.push('\'');
    for char in value.chars() {
        match char {
            '\'' => lines.push_str(r"'\''"),
            char => lines.push(char),
        }
    }
    lines.push('\'');
}

fn escape(lines: &mut String, value: &str, special: &str, by: char) {
    for char in value.chars() {
        if special.contains(char) {
            lines.push(by);
        }
        lines.push(char);
    }
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
