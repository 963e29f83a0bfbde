//! Lines that shells source: names and line shapes of the aws command.
//!
//! A value of plain characters means the same everywhere. Another is quoted so that the shell takes it as it
//! is, or refused where the shell has no such quoting: an answer from outside must never become a command.

use crate::credentials::Credentials;
use crate::handover::format_error::Why;
use crate::handover::format_options::FormatOptions;
use crate::handover::variables::{is_plain, variables};
use zeroize::Zeroizing;

/// `env`, for sh, bash and zsh.
pub(super) fn sh(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, is_text, |text, name, value| {
        text.extend(["export ", name, "="]);
        if value.chars().all(is_plain) {
            text.push_str(value);
        } else {
            // Within single quotes only a single quote has a meaning (POSIX shell, 2.2.2).
            text.push('\'');
            escape(text, value, |char| (char == '\'').then_some(r"'\'"));
            text.push('\'');
        }
    })
}

/// `fish`: between double quotes it reads `\`, `"` and `$` alone.
pub(super) fn fish(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    lines(credentials, extras, is_text, |text, name, value| {
        text.extend(["set -gx ", name, " \""]);
        escape(text, value, |char| r#"\"$"#.contains(char).then_some("\\"));
        text.push('"');
    })
}

/// `powershell`: between double quotes it reads `` ` ``, `"` and `$`, and takes typographic quotes for quotes. Piped to
/// Invoke-Expression each line is a command of its own, so no value may hold a line break.
pub(super) fn powershell(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    let is_printable = |value: &str| value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    lines(credentials, extras, is_printable, |text, name, value| {
        text.extend(["$Env:", name, "=\""]);
        escape(text, value, |char| "`\"$".contains(char).then_some("`"));
        text.push('"');
    })
}

/// `windows-cmd`: its quoting protects neither `%` nor `"`, so only plain values pass.
pub(super) fn windows_cmd(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    let is_plain = |value: &str| value.chars().all(is_plain);
    lines(credentials, extras, is_plain, |text, name, value| {
        text.extend(["set ", name, "=", value]);
    })
}

/// A line for each variable that has a value, if the shell takes all of them.
fn lines(
    credentials: &Credentials,
    extras: &FormatOptions,
    takes: fn(&str) -> bool,
    line: fn(&mut String, &str, &str),
) -> Result<Zeroizing<String>, Why> {
    let mut text = Zeroizing::new(String::new());
    for variable in variables(credentials, &extras.env_prefix) {
        if let Some(value) = variable.value {
            if !takes(&value) {
                return Err(Why::CannotCarry(variable.field));
            }
            line(&mut text, &variable.name, &value);
            text.push('\n');
        }
    }
    Ok(text)
}

/// Line breaks are carried; other control characters are no part of any credential, and write to terminals.
fn is_text(value: &str) -> bool {
    value.chars().all(|char| char == '\n' || !char.is_control())
}

/// The value, with what a character needs before it.
fn escape(text: &mut String, value: &str, before: fn(char) -> Option<&'static str>) {
    for char in value.chars() {
        text.extend(before(char));
        text.push(char);
    }
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
