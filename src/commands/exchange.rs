//! `exchange`: the grant token of a self client.

use crate::cli::plan::{self, Opener};
use crate::cli::tokens::Exchange;
use crate::cli::usage::Usage;
use crate::cli::{Credentials, options};
use crate::commands::{App, Stop, conclude, context, nothing_pasted, revoke_old};
use crate::prompt;
use secrecy::{ExposeSecret, SecretString};
use std::io;
use std::path::Path;
use std::process::ExitCode;
use zoho_grant::error::Error;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::login::self_client::exchange;
use zoho_grant::settings::Settings;
use zoho_grant::zoho::client;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::trust::AccountsServer;

/// Exchanges, at another data centre when the person names one after a refusal: never by itself.
pub fn run(arguments: &Exchange, app: &App) -> Result<ExitCode, Stop> {
    fits(&arguments.credentials)?;
    let (mut settings, warnings) = plan::without_callback(
        &arguments.client,
        &arguments.servers,
        &arguments.credentials,
        &arguments.keep,
    )?;
    let code = code(arguments)?;
    let old = revoke_old::old(&settings);
    app.terminal.warn(&warnings);
    let trusted = options::trusted_servers(&arguments.servers.trust_accounts_server)?;
    loop {
        let outcome = once(app, &settings, &code);
        let exit = conclude(app.terminal, &outcome);
        let others = others(&settings.home, &trusted);
        if !may_be_elsewhere(&outcome) || others.is_empty() {
            revoke_old::offer(app, &outcome, old, arguments.keep.revoke_old);
            return Ok(exit);
        }
        app.terminal.try_elsewhere(&others);
        match next(app, others)? {
            Some(server) => settings.home = server,
            None => return Ok(exit),
        }
    }
}

fn once(app: &App, settings: &Settings, code: &SecretString) -> Result<Outcome, Error> {
    app.runtime.block_on(async {
        let nothing = nothing_pasted();
        let mut context = context(app.terminal, Opener::Nobody, nothing);
        exchange(settings, code, &mut context).await
    })
}

fn may_be_elsewhere(outcome: &Result<Outcome, Error>) -> bool {
    outcome.as_ref().is_err_and(Error::may_be_elsewhere)
}

/// The other servers that the grant token may belong to. A rehearsal never leads to Zoho's.
fn others(home: &AccountsServer, trusted: &[AccountsServer]) -> Vec<AccountsServer> {
    let table = DATA_CENTERS.iter().map(AccountsServer::of);
    let table = table.filter(|_| !home.is_loopback());
    let all = table.chain(trusted.iter().cloned());
    all.filter(|other| other != home).collect()
}

/// Where the person wants to try next, if there is one to ask.
fn next(app: &App, others: Vec<AccountsServer>) -> Result<Option<AccountsServer>, Usage> {
    if !prompt::possible() {
        return Ok(None);
    }
    let mut lines = vec!["None of them".to_owned()];
    lines.extend(others.iter().map(ToString::to_string));
    let question = "Try once more at which accounts server?";
    let chosen = app.ask(move || prompt::select(question, lines));
    let chosen = chosen.map_err(|error| Usage::unanswered(&error))?;
    Ok(chosen
        .checked_sub(1)
        .and_then(|other| others.into_iter().nth(other)))
}

/// What the console settled has no meaning here, so giving it is a mistake.
fn fits(credentials: &Credentials) -> Result<(), Usage> {
    let given = [
        ("--timeout", credentials.timeout.is_some()),
        ("--scope", !credentials.scope.is_empty()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => Err(Usage::new(
            option,
            "a self client's grant token was made in the console, with its scopes, and nobody is waited for",
            "Leave it out.",
        )),
    }
}

/// The grant token: asked for on a terminal, read from standard input elsewhere.
fn code(arguments: &Exchange) -> Result<SecretString, Usage> {
    let what = "The grant token";
    if arguments.client.client_secret_file.as_deref() == Some(Path::new("-")) && !prompt::possible()
    {
        let why = "standard input is given to the client secret already";
        let remedy = "Give the client secret by ZOHO_CLIENT_SECRET or in a file.";
        return Err(Usage::new(what, why, remedy));
    }
    let remedy = "Copy the code that the console shows, whole and alone: it begins with 1000.";
    let code = prompt::grant_token().map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => Usage::unanswered(&error),
        _ => Usage::new(what, error, remedy),
    })?;
    client::token(code.expose_secret()).map_err(|not| Usage::new(what, not, remedy))
}
