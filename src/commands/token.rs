//! `token` and `header`: a live access token on standard output, and nothing else.

use crate::cli::source::Source;
use crate::cli::tokens::Use;
use crate::commands::live::live;
use crate::commands::{App, Stop};
use secrecy::ExposeSecret;
use std::process::ExitCode;
use zeroize::Zeroizing;
use zoho_grant::error::Error;

/// The token alone, for a variable of a script.
pub fn token(arguments: &Use, app: &App) -> Result<ExitCode, Stop> {
    print(arguments, app, "")
}

/// A header line, for `curl -H @-`: so the token is on no command line.
pub fn header(arguments: &Use, app: &App) -> Result<ExitCode, Stop> {
    print(arguments, app, "Authorization: Zoho-oauthtoken ")
}

fn print(arguments: &Use, app: &App, before: &str) -> Result<ExitCode, Stop> {
    let source = Source::of(&arguments.from)?;
    let mut live = live(app, &source, None)?;
    let text = Zeroizing::new(format!("{before}{}\n", live.token.expose_secret()));
    let printed = app.terminal.print(&text);
    live.put_back(&source);
    printed.map_err(Error::NotPrinted)?;
    // The token is good: a program that waits for it must not fail because it will be refreshed again.
    if let Some(problem) = &live.problem {
        app.terminal.error(problem);
    }
    Ok(ExitCode::SUCCESS)
}
