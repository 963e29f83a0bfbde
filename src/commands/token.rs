//! `token` and `header`: prints a live access token to standard output, and nothing else.

use crate::cli::tokens::Use;
use crate::commands::live::{Live, live};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use zeroize::Zeroizing;
use zoho_grant::handover::json::pretty;

/// What is printed.
#[derive(Clone, Copy)]
pub enum Bare {
    /// The access token.
    Token,
    /// A header line for `curl -H @-`, which keeps the token off every command line.
    Header,
}

/// Prints it.
pub fn print(bare: Bare, arguments: &Use, app: &App) -> Ended {
    let source = Source::of(&arguments.from)?;
    let mut live = live(app, &source, arguments.refresh, None)?;
    let text = text(bare, &live, arguments.json);
    let printed = app.terminal.hand_out(&text);
    live.put_back(&source);
    printed?;
    // The token works: a program that waits for it must not fail because it could not be saved.
    live.tell_problem(app);
    Ok(0)
}

fn text(bare: Bare, live: &Live, json: bool) -> Zeroizing<String> {
    let token = live.token().expose_secret();
    let (member, header, scheme) = match bare {
        Bare::Token => ("access_token", "", ""),
        Bare::Header => ("authorization", "Authorization: ", "Zoho-oauthtoken "),
    };
    if !json {
        return Zeroizing::new(format!("{header}{scheme}{token}\n"));
    }
    let value = Zeroizing::new(format!("{scheme}{token}"));
    let expires_at = live.kept.expires_at_text();
    // In the order of the alphabet.
    let mut object = BTreeMap::from([(member, value.as_str())]);
    object.extend(expires_at.as_deref().map(|end| ("expires_at", end)));
    pretty(&object)
}
