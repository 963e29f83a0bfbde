//! The credentials as variables, under the names that most public code uses, and as lines that shells source, in the same
//! syntax as the aws command.
//!
//! A value of plain characters means the same everywhere. Any other is quoted so that the shell takes it literally, or
//! refused if the shell has no such quoting: a response from outside must never become a command.

use crate::credentials::Credentials;
use crate::handover::fields::{View, exposed, scopes};
use crate::handover::format_error::Why;
use crate::untrusted::{Untrusted, is_hidden};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// sh, bash and zsh: within single quotes, only a single quote is special (POSIX shell, 2.2.2).
pub(super) fn sh(of: View) -> Result<Zeroizing<String>, Why> {
    lines(of, is_text, |name, value| {
        if is_plain(value) {
            return format!("export {name}={value}");
        }
        let value = Zeroizing::new(value.replace('\'', r"'\''"));
        format!("export {name}='{}'", *value)
    })
}

/// fish: within double quotes, only `\`, `"` and `$` are special.
pub(super) fn fish(of: View) -> Result<Zeroizing<String>, Why> {
    lines(of, is_text, |name, value| {
        format!("set -gx {name} \"{}\"", *escaped(value, r#"\"$"#, '\\'))
    })
}

/// PowerShell: within double quotes, `` ` ``, `"` and `$` are special, and typographic quotes count as quotes. Piped to
/// Invoke-Expression, each line is a command of its own, so no value may contain a line break.
pub(super) fn powershell(of: View) -> Result<Zeroizing<String>, Why> {
    let is_ascii = |value: &str| value.chars().all(|char| matches!(char, ' '..='~'));
    lines(of, is_ascii, |name, value| {
        format!("$Env:{name}=\"{}\"", *escaped(value, "`\"$", '`'))
    })
}

/// Windows' cmd.exe: its quoting protects neither `%` nor `"`, so only plain values pass.
pub(super) fn windows_cmd(of: View) -> Result<Zeroizing<String>, Why> {
    lines(of, is_plain, |name, value| format!("set {name}={value}"))
}

/// All variables without their prefix, in the order of the documents. The data center is the accounts server's, its code
/// `written` as the consumer needs it.
pub(super) fn variables(
    of: &Credentials,
    written: fn(&str) -> String,
) -> [(&'static str, Option<Cow<'_, str>>); 9] {
    let center = of.accounts_server.data_center();
    let expires_at = of.expires_at_text();
    let api_domain = of.api_domain.as_ref().map(Untrusted::raw);
    [
        ("CLIENT_ID", Some(of.client.id().into())),
        ("CLIENT_SECRET", exposed(Some(of.client.secret()))),
        ("REFRESH_TOKEN", exposed(of.refresh_token.as_ref())),
        ("ACCESS_TOKEN", exposed(of.access_token.as_ref())),
        ("ACCESS_TOKEN_EXPIRES_AT", expires_at.map(Cow::from)),
        ("ACCOUNTS_URL", Some(of.accounts_server.as_str().into())),
        ("API_DOMAIN", api_domain.map(Cow::from)),
        ("DC", center.map(|center| written(center.code).into())),
        ("SCOPE", scopes(of, ",")),
    ]
}

/// Whether every consumer of variables takes the value literally.
pub(crate) fn is_plain(value: &str) -> bool {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "._:/@+=,-".contains(char);
    value.chars().all(is_plain)
}

/// A line for each variable that has a value, if the shell `takes` it.
fn lines(
    of: View,
    takes: fn(&str) -> bool,
    line: fn(&str, &str) -> String,
) -> Result<Zeroizing<String>, Why> {
    let mut text = Zeroizing::new(String::new());
    for (variable, value) in variables(of.credentials, str::to_owned) {
        let Some(value) = value else { continue };
        if !takes(&value) {
            return Err(Why::CannotCarry(variable));
        }
        let name = of.options.env_prefix.name(variable);
        let line = Zeroizing::new(line(&name, &value));
        text.extend([&line, "\n"]);
    }
    Ok(text)
}

/// A value with an escape character before each `special` one.
fn escaped(value: &str, special: &str, escape: char) -> Zeroizing<String> {
    let mut escaped = Zeroizing::new(String::new());
    for char in value.chars() {
        if special.contains(char) {
            escaped.push(escape);
        }
        escaped.push(char);
    }
    escaped
}

/// Line breaks are allowed; other control and invisible characters are not part of any credential.
fn is_text(value: &str) -> bool {
    value.chars().all(|char| char == '\n' || !is_hidden(char))
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
