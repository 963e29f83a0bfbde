//! `token` and `header`: prints a live access token to standard output, and nothing else.

use crate::cli::tokens::Use;
use crate::commands::live::{Wanted, live};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use std::process::ExitCode;
use zeroize::Zeroizing;
use zoho_grant::handover::json::pretty;

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bare {
    /// The access token.
    Token,
    /// A header line for `curl -H @-`, which keeps the token off every command line.
    Header,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

/// Prints it.
pub fn print(bare: Bare, arguments: &Use, app: &App) -> Ended {
    let source = Source::of(&arguments.from)?;
    let mut live = live(app, &source, &Wanted::of(arguments.refresh))?;
    let text = if arguments.json {
        object(bare, &live.token, live.kept.expires_at_text())
    } else {
        line(bare, &live.token)
    };
    let printed = app.terminal.hand_out(&text);
    live.put_back(&source);
    printed?;
    // The token is good: a program that waits for it must not fail because the refreshed token could not be saved.
    if let Some(problem) = &live.problem {
        app.terminal.error(problem);
    }
    Ok(ExitCode::SUCCESS)
}

fn line(bare: Bare, token: &SecretString) -> Zeroizing<String> {
    let before = match bare {
        Bare::Token => "",
        Bare::Header => "Authorization: Zoho-oauthtoken ",
    };
    Zeroizing::new(format!("{before}{}\n", token.expose_secret()))
}

fn object(bare: Bare, token: &SecretString, expires_at: Option<String>) -> Zeroizing<String> {
    let token = token.expose_secret();
    let authorization = Zeroizing::new(format!("Zoho-oauthtoken {token}"));
    pretty(&Object {
        access_token: (bare == Bare::Token).then_some(token),
        authorization: (bare == Bare::Header).then_some(&authorization),
        expires_at,
    })
}
