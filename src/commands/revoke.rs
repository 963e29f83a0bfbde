//! `revoke`: the end of a refresh token, at Zoho and here.

use crate::cli::source::Source;
use crate::cli::tokens::Revoke;
use crate::cli::usage::Usage;
use crate::commands::{App, Stop};
use crate::prompt;
use secrecy::SecretString;
use std::process::ExitCode;
use zoho_grant::error::{Error, Request};
use zoho_grant::zoho::token;
use zoho_grant::zoho::trust::AccountsServer;

/// Asks, revokes, then forgets.
pub fn revoke(arguments: &Revoke, app: &App) -> Result<ExitCode, Stop> {
    let source = Source::of(&arguments.from)?;
    let kept = source.load()?;
    let Some(token) = &kept.refresh_token else {
        return Err(Usage {
            what: "There is nothing to revoke.".to_owned(),
            cause: format!("There is no refresh token in {}.", source.shown()),
            remedy: "Name where it is with --profile or --env-file.".to_owned(),
            exit_code: 2,
        }
        .into());
    };
    if !arguments.yes && !prompt::possible() {
        return Err(Usage::new("revoke", "there is no terminal to ask on", "Give --yes.").into());
    }
    let question = format!(
        "Revoke the refresh token of {} at {}? Everything that uses it stops.",
        source.shown(),
        kept.accounts_server
    );
    let unanswered = |error| Usage::unanswered(&error);
    if !arguments.yes
        && !app
            .ask(move || prompt::confirm(&question))
            .map_err(unanswered)?
    {
        app.terminal.nothing_revoked();
        return Ok(ExitCode::SUCCESS);
    }
    let was_alive = end(app, &kept.accounts_server, token)?;
    source.forget()?;
    app.terminal.revoked(was_alive, &source);
    Ok(ExitCode::SUCCESS)
}

/// Revokes a refresh token; false when Zoho did not know it any more, which is what was wanted.
pub fn end(app: &App, server: &AccountsServer, token: &SecretString) -> Result<bool, Error> {
    let zoho = app.zoho();
    let revoked = app.runtime.block_on(token::revoke(&zoho, server, token));
    let unfulfilled = |error| Error::Unfulfilled {
        request: Request::Revoke,
        error,
        server: server.clone(),
    };
    match revoked.map_err(unfulfilled) {
        Ok(()) => Ok(true),
        Err(error) if error.is_dead_token() => Ok(false),
        Err(error) => Err(error),
    }
}
