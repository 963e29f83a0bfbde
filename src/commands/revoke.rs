//! `revoke`: revokes a refresh token at Zoho and removes it here.

use crate::cli::tokens::Revoke;
use crate::cli::usage::Usage;
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use crate::prompt;
use secrecy::SecretString;
use zoho_grant::error::{Error, Request};
use zoho_grant::zoho::token::{self, ExchangeError};
use zoho_grant::zoho::token_error::TokenError;
use zoho_grant::zoho::trust::AccountsServer;

/// Asks, revokes, then removes.
pub fn revoke(arguments: &Revoke, app: &App) -> Ended {
    let source = Source::of(&arguments.from)?;
    let (kept, shown) = (source.load()?, source.shown());
    let Some(token) = &kept.refresh_token else {
        return Err(Usage::wrong(
            "There is nothing to revoke.",
            format!("There is no refresh token in {shown}."),
            "Pass --profile or --env-file to say where it is.",
        ));
    };
    if !arguments.yes {
        if !prompt::possible() {
            let why = "there is no terminal to prompt on";
            return Err(Usage::new("revoke", why, "Pass --yes."));
        }
        let server = &kept.accounts_server;
        let question = format!(
            "Revoke the refresh token of {shown} at {server}? Everything that uses it will stop working."
        );
        if !app.ask(move || prompt::confirm(&question))? {
            app.terminal.say("Nothing was revoked.");
            return Ok(0);
        }
    }
    let was_alive = end(app, &kept.accounts_server, token)?;
    source.forget()?;
    app.terminal.revoked(was_alive, &source.forgotten());
    Ok(0)
}

/// Revokes a refresh token. Returns false if Zoho no longer knew it.
pub fn end(app: &App, server: &AccountsServer, token: &SecretString) -> Result<bool, Error> {
    let zoho = app.zoho();
    let revoked = app.wait("Revoking at Zoho …", token::revoke(&zoho, server, token));
    match revoked {
        Ok(()) => Ok(true),
        Err(ExchangeError::Refused(TokenError::InvalidCode)) => Ok(false),
        Err(error) => Err(Request::Revoke.unfulfilled(error, server)),
    }
}
