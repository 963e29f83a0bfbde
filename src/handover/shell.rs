//! The credentials as variables, under the names that most public code uses, and as lines that shells source, in the same
//! syntax as the aws command.
//!
//! A value of plain characters means the same everywhere. Any other is quoted so that the shell takes it literally, or
//! refused if the shell has no such quoting: a response from outside must never become a command.

use crate::credentials::Credentials;
use crate::handover::fields::{View, exposed};
use crate::handover::format_error::Why;
use crate::untrusted::{Untrusted, is_hidden};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// How a shell sets a variable.
pub(super) struct Shell {
    /// Before its name.
    set: &'static str,
    /// Between its name and its value.
    is: &'static str,
    quote: &'static str,
    /// Whether plain values are quoted too.
    quotes_plain: bool,
    /// How a character of a quoted value is escaped.
    escape: fn(char) -> Option<&'static str>,
    /// Whether a value may contain a character.
    takes: fn(char) -> bool,
}

/// sh, bash and zsh: within single quotes, only a single quote is special (POSIX shell, 2.2.2).
pub(super) static SH: Shell = Shell {
    set: "export ",
    is: "=",
    quote: "'",
    quotes_plain: false,
    escape: |char| (char == '\'').then_some(r"'\'"),
    takes: is_text,
};

/// Within double quotes, only `\`, `"` and `$` are special.
pub(super) static FISH: Shell = Shell {
    set: "set -gx ",
    is: " ",
    quote: "\"",
    quotes_plain: true,
    escape: |char| r#"\"$"#.contains(char).then_some("\\"),
    takes: is_text,
};

/// Within double quotes, `` ` ``, `"` and `$` are special, and typographic quotes count as quotes. Piped to
/// Invoke-Expression, each line is a command of its own, so no value may contain a line break.
pub(super) static POWERSHELL: Shell = Shell {
    set: "$Env:",
    is: "=",
    quote: "\"",
    quotes_plain: true,
    escape: |char| "`\"$".contains(char).then_some("`"),
    takes: |char| matches!(char, ' '..='~'),
};

/// Its quoting protects neither `%` nor `"`, so only plain values pass.
pub(super) static WINDOWS_CMD: Shell = Shell {
    set: "set ",
    is: "=",
    quote: "",
    quotes_plain: false,
    escape: |_| None,
    takes: is_plain,
};

/// All variables without their prefix, in the order of the documents. The data center is the accounts server's, its code
/// `written` as the consumer needs it.
pub(super) fn variables(
    of: &Credentials,
    written: fn(&str) -> String,
) -> [(&'static str, Option<Cow<'_, str>>); 9] {
    let center = of.accounts_server.data_center();
    let expires_at = of.expires_at_text();
    let api_domain = of.api_domain.as_ref().map(Untrusted::raw);
    let scopes = of.scopes.as_ref();
    [
        ("CLIENT_ID", Some(of.client.id().into())),
        ("CLIENT_SECRET", exposed(Some(of.client.secret()))),
        ("REFRESH_TOKEN", exposed(of.refresh_token.as_ref())),
        ("ACCESS_TOKEN", exposed(of.access_token.as_ref())),
        ("ACCESS_TOKEN_EXPIRES_AT", expires_at.map(Cow::from)),
        ("ACCOUNTS_URL", Some(of.accounts_server.as_str().into())),
        ("API_DOMAIN", api_domain.map(Cow::from)),
        ("DC", center.map(|center| written(center.code).into())),
        ("SCOPE", scopes.map(|scopes| scopes.joined(",").into())),
    ]
}

/// Characters that every consumer of variables takes literally.
pub(super) fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || "._:/@+=,-".contains(char)
}

/// A line for each variable that has a value, if the shell can represent all of them.
pub(super) fn lines(of: View, shell: &Shell) -> Result<Zeroizing<String>, Why> {
    let mut text = Zeroizing::new(String::new());
    for (variable, value) in variables(of.credentials, str::to_owned) {
        let Some(value) = value else { continue };
        if !value.chars().all(shell.takes) {
            return Err(Why::CannotCarry(variable));
        }
        let name = of.options.env_prefix.name(variable);
        text.extend([shell.set, &name, shell.is]);
        if value.chars().all(is_plain) && !shell.quotes_plain {
            text.push_str(&value);
        } else {
            text.push_str(shell.quote);
            for char in value.chars() {
                text.extend((shell.escape)(char));
                text.push(char);
            }
            text.push_str(shell.quote);
        }
        text.push('\n');
    }
    Ok(text)
}

/// Line breaks are allowed; other control and invisible characters are not part of any credential.
fn is_text(char: char) -> bool {
    char == '\n' || !is_hidden(char)
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
