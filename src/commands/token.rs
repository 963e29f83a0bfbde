//! `token` and `header`: a live access token on standard output, and nothing else.

use crate::cli::tokens::Use;
use crate::commands::live::{Wanted, live};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use secrecy::ExposeSecret;
use std::process::ExitCode;
use zeroize::Zeroizing;

/// What makes a header line of a token, for `curl -H @-`: so the token is on no command line.
pub const HEADER: &str = "Authorization: Zoho-oauthtoken ";

/// The token, behind what the command puts before it.
pub fn print(before: &str, arguments: &Use, app: &App) -> Ended {
    let source = Source::of(&arguments.from)?;
    let mut live = live(app, &source, &Wanted::of(arguments.refresh))?;
    let text = Zeroizing::new(format!("{before}{}\n", live.token.expose_secret()));
    let printed = app.terminal.hand_out(&text);
    live.put_back(&source);
    printed?;
    // The token is good: a program that waits for it must not fail because it will be refreshed again.
    if let Some(problem) = &live.problem {
        app.terminal.error(problem);
    }
    Ok(ExitCode::SUCCESS)
}
