//! The questions that `login` asks, from nothing to everything that a login needs. What options, files, variables or a
//! profile provide is not asked. All prompts end before the login starts waiting, so none appears beside a live line.

use crate::cli::layers::{Layers, SECRET};
use crate::cli::tokens::Keep;
use crate::cli::usage::Usage;
use crate::cli::{Consent, Grant, Login, folder, plan};
use crate::commands::App;
use crate::prompt;
use clap::ValueEnum;
use secrecy::{ExposeSecret, SecretString};
use std::io;
use zoho_grant::error::Error;
use zoho_grant::handover::destination::Destination;
use zoho_grant::loopback::Loopback;
use zoho_grant::profiles::profile::Backend;
use zoho_grant::settings::Settings;
use zoho_grant::zoho::client::Id;
use zoho_grant::zoho::registration::{self, Slip};

/// Adds the person's answers to a login's arguments. The redirect URI is bound before it is shown, and returned
/// bound.
pub fn complete(login: &mut Login, layers: &Layers, app: &App) -> Result<Option<Loopback>, Usage> {
    let Some(missing) = Missing::of(&login.grant, layers)? else {
        return Ok(None);
    };
    let is_new = missing.id && missing.secret;
    if is_new {
        app.terminal.say("Prefer a page? zoho-grant setup");
    }
    let console = missing.ask_for_server(&mut login.grant, layers)?;
    let redirect_uri = plan::callback(login, layers)?;
    let bound = app.runtime.block_on(Loopback::bind(&redirect_uri));
    let loopback = bound.map_err(Error::from)?;
    if is_new {
        app.terminal.console_form(console, loopback.redirect_uri());
    }
    missing.ask_for_client(&mut login.grant, console, app)?;
    if is_new {
        ask_what_for(login, layers, app)?;
        ask_to_save(&mut login.grant.keep, app)?;
    }
    Ok(Some(loopback))
}

/// Settings and warnings for a flow without a redirect URI; asks for the client if necessary.
pub fn settings(
    grant: &Grant,
    consent: &Consent,
    app: &App,
) -> Result<(Settings, Vec<String>), Usage> {
    let mut grant = grant.clone();
    let mut layers = Layers::new(&grant)?;
    if let Some(missing) = Missing::of(&grant, &layers)? {
        let console = missing.ask_for_server(&mut grant, &layers)?;
        missing.ask_for_client(&mut grant, console, app)?;
    }
    layers.note.iter().for_each(|note| app.terminal.say(note));
    let settings = plan::settings(&grant, consent, &mut layers)?;
    Ok((settings, layers.warnings))
}

/// What no option, file, variable or profile provided.
struct Missing {
    id: bool,
    secret: bool,
    /// The data center or accounts server.
    server: bool,
}

impl Missing {
    /// None if nothing is missing, or nobody can be asked.
    fn of(grant: &Grant, layers: &Layers) -> Result<Option<Self>, Usage> {
        let client = &grant.client;
        let id = layers.id(client)?.is_none();
        let secret = client.client_secret_file.is_none() && !layers.hold(SECRET);
        let server = !layers.name_a_server(&grant.servers);
        let asks = (id || secret || server) && prompt::possible();
        Ok(asks.then_some(Self { id, secret, server }))
    }

    /// Returns the API console where the client is registered.
    fn ask_for_server(&self, grant: &mut Grant, layers: &Layers) -> Result<&'static str, Usage> {
        if self.server {
            grant.servers.dc = Some(answered(prompt::data_center())?);
        }
        Ok(layers.home(grant)?.api_console())
    }

    fn ask_for_client(&self, grant: &mut Grant, console: &str, app: &App) -> Result<(), Usage> {
        if self.id {
            let id = client_id(console, app)?;
            grant.client.confirmed = id.is_odd();
            grant.client.client_id = Some(id);
        }
        if self.secret {
            grant.client.typed_secret = Some(client_secret(app)?);
        }
        Ok(())
    }
}

/// Asks until the answer can be a client ID. An unusual one must be confirmed once.
fn client_id(console: &str, app: &App) -> Result<Id, Usage> {
    let help = format!("from {console}");
    loop {
        let answer = answered(prompt::text("Client ID:", &help))?;
        match registration::client_id(&answer, false) {
            Ok(id) => return Ok(id),
            Err(slip) => {
                app.terminal.no_client_id(slip);
                if slip == Slip::Odd
                    && answered(prompt::confirm("Use it anyway?"))?
                    && let Ok(id) = registration::client_id(&answer, true)
                {
                    return Ok(id);
                }
            }
        }
    }
}

/// Asks until the answer can be a client secret.
fn client_secret(app: &App) -> Result<SecretString, Usage> {
    loop {
        let answer = answered(prompt::secret("Client secret"))?;
        match registration::client_secret(answer.expose_secret()) {
            Ok(secret) => return Ok(secret),
            Err(slip) => app.terminal.no_client_secret(slip),
        }
    }
}

/// Which program will read the CRM, and which scopes it needs.
fn ask_what_for(login: &mut Login, layers: &Layers, app: &App) -> Result<(), Usage> {
    let hand_over = &mut login.grant.result.hand_over;
    if hand_over.destination.is_none() && !hand_over.names_a_form() {
        let all = Destination::value_variants();
        let lines = all.iter().map(|it| it.title().to_owned()).collect();
        let chosen = answered(prompt::select("What will read your CRM?", lines))?;
        hand_over.destination = Some(all[chosen]);
    }
    if layers.scopes(login.consent.scopes())?.is_none() {
        let usual = hand_over.destination.unwrap_or(Destination::Other).scopes();
        let scopes = answered(prompt::scopes(&usual))?;
        app.terminal.will_be_asked(&scopes);
        login.consent.scope = vec![scopes];
    }
    Ok(())
}

/// Nothing is saved without a yes, and a no opens no keyring.
fn ask_to_save(keep: &mut Keep, app: &App) -> Result<(), Usage> {
    let question = "Save the client and tokens for later?";
    if keep.is_requested() || !answered(prompt::confirm(question))? {
        return Ok(());
    }
    let profiles = folder::profiles()?;
    let mut place = Backend::Keyring;
    if let Err(trouble) = profiles.try_out(place) {
        place = Backend::File;
        app.terminal.no_keyring(&trouble, &profiles.path());
        if !answered(prompt::confirm("Save them to that file?"))? {
            return Ok(());
        }
    }
    keep.save_to = Some(place);
    Ok(())
}

fn answered<T>(answer: io::Result<T>) -> Result<T, Usage> {
    answer.map_err(|error| Usage::unanswered(&error))
}
