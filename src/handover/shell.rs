//! The credentials as variables, by names of the majority of public code, and the lines that shells source, in the shapes
//! of the aws command.
//!
//! A value of plain characters means the same everywhere. Another is quoted so that the shell takes it as it
//! is, or refused where the shell has no such quoting: an answer from outside must never become a command.

use crate::handover::fields::View;
use crate::handover::format_error::Why;
use crate::untrusted::is_hidden;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// How a shell takes a variable.
pub(super) struct Shell {
    /// Before its name.
    set: &'static str,
    /// Between its name and its value.
    is: &'static str,
    quote: &'static str,
    /// Whether plain values are quoted, too.
    quotes_plain: bool,
    /// What a character of a quoted value needs before it.
    escape: fn(char) -> Option<&'static str>,
    /// Whether a value may hold a character.
    takes: fn(char) -> bool,
}

/// sh, bash and zsh: within single quotes only a single quote has a meaning (POSIX shell, 2.2.2).
pub(super) static SH: Shell = Shell {
    set: "export ",
    is: "=",
    quote: "'",
    quotes_plain: false,
    escape: |char| (char == '\'').then_some(r"'\'"),
    takes: is_text,
};

/// Between double quotes it reads `\`, `"` and `$` alone.
pub(super) static FISH: Shell = Shell {
    set: "set -gx ",
    is: " ",
    quote: "\"",
    quotes_plain: true,
    escape: |char| r#"\"$"#.contains(char).then_some("\\"),
    takes: is_text,
};

/// Between double quotes it reads `` ` ``, `"` and `$`, and takes typographic quotes for quotes. Piped to
/// Invoke-Expression each line is a command of its own, so no value may hold a line break.
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

/// All of them without the prefix of their names, in the order of the documents. The data center is that of the accounts
/// server beside it.
pub(super) fn variables(of: View<'_>) -> [(&'static str, Option<Cow<'_, str>>); 9] {
    let center = of.credentials.accounts_server.data_center();
    [
        ("CLIENT_ID", of.value("client_id")),
        ("CLIENT_SECRET", of.value("client_secret")),
        ("REFRESH_TOKEN", of.value("refresh_token")),
        ("ACCESS_TOKEN", of.value("access_token")),
        ("ACCESS_TOKEN_EXPIRES_AT", of.value("expires_at")),
        ("ACCOUNTS_URL", of.value("accounts_url")),
        ("API_DOMAIN", of.value("api_domain")),
        ("DC", center.map(|center| center.code.into())),
        ("SCOPE", of.value("scope_comma")),
    ]
}

/// Characters that mean themselves to every consumer of variables.
pub(super) fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || "._:/@+=,-".contains(char)
}

/// A line for each variable that has a value, if the shell takes all of them.
pub(super) fn lines(of: View, shell: &Shell) -> Result<Zeroizing<String>, Why> {
    let mut text = Zeroizing::new(String::new());
    for (variable, value) in variables(of) {
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

/// Line breaks are carried; what else writes to terminals or hides is no part of any credential.
fn is_text(char: char) -> bool {
    char == '\n' || !is_hidden(char)
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
