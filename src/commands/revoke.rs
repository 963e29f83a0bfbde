//! `revoke`: the end of a refresh token, at Zoho and here.

use crate::cli::source::Source;
use crate::cli::tokens::Revoke;
use crate::cli::usage::Usage;
use crate::commands::{Around, Stop};
use crate::prompt;
use secrecy::SecretString;
use std::process::ExitCode;
use zoho_grant::error::Error;
use zoho_grant::unfulfilled::{Request, Unfulfilled};
use zoho_grant::zoho::trust::AccountsServer;

/// Asks, revokes, then forgets.
pub fn revoke(arguments: &Revoke, around: &Around) -> Result<ExitCode, Stop> {
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
        && !around
            .ask(move || prompt::confirm(&question))
            .map_err(unanswered)?
    {
        around.terminal.nothing_revoked();
        return Ok(ExitCode::SUCCESS);
    }
    let was_alive = end(around, &kept.accounts_server, token)?;
    source.forget()?;
    around.terminal.revoked(was_alive, &source);
    Ok(ExitCode::SUCCESS)
}

/// Revokes a refresh token; false when Zoho did not know it any more, which is what was wanted.
pub fn end(around: &Around, server: &AccountsServer, token: &SecretString) -> Result<bool, Error> {
    let zoho = around.zoho();
    let answer = around.runtime.block_on(zoho.revoke(server, token));
    let unfulfilled = answer.map_err(|error| Unfulfilled {
        request: Request::Revoke,
        error,
        server: server.clone(),
    });
    match unfulfilled {
        Ok(()) => Ok(true),
        Err(unfulfilled) if unfulfilled.is_dead() => Ok(false),
        Err(unfulfilled) => Err(Error::Unfulfilled(unfulfilled)),
    }
}
