//! `token` and `header`: prints a live access token to standard output, and nothing else.

use crate::cli::tokens::Use;
use crate::commands::live::{Wanted, live};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use secrecy::ExposeSecret;
use std::process::ExitCode;
use zeroize::Zeroizing;

/// The header prefix for `curl -H @-`, which keeps the token off every command line.
pub const HEADER: &str = "Authorization: Zoho-oauthtoken ";

/// Prints the token, after the given prefix.
pub fn print(before: &str, arguments: &Use, app: &App) -> Ended {
    let source = Source::of(&arguments.from)?;
    let mut live = live(app, &source, &Wanted::of(arguments.refresh))?;
    let text = Zeroizing::new(format!("{before}{}\n", live.token.expose_secret()));
    let printed = app.terminal.hand_out(&text);
    live.put_back(&source);
    printed?;
    // The token is good: a program that waits for it must not fail because the refreshed token could not be saved.
    if let Some(problem) = &live.problem {
        app.terminal.error(problem);
    }
    Ok(ExitCode::SUCCESS)
}
