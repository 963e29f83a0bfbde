//! The questions that `login` asks, from nothing to everything that a login needs. What options, files, variables or a
//! profile provide is not asked. All prompts end before the login starts waiting, so none appears beside a live line.

use crate::cli::layers::{ID, Layers, SECRET};
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
use zoho_grant::zoho::scopes::Scopes;
use zoho_grant::zoho::trust::AccountsServer;

/// Adds the person's answers to a login's arguments. The redirect URI is bound before it is shown, and returned
/// bound.
pub fn complete(login: &mut Login, layers: &Layers, app: &App) -> Result<Option<Loopback>, Usage> {
    let missing = Missing::of(&login.grant, layers)?;
    if !prompt::possible() || missing.is_nothing() {
        return Ok(None);
    }
    let is_new = missing.id && missing.secret;
    if is_new {
        app.terminal.say("Prefer a page? zoho-grant setup");
    }
    if missing.server {
        login.grant.servers.dc = Some(answered(prompt::data_center())?);
    }
    let (home, _) = layers.registration(&login.grant)?;
    let redirect_uri = plan::callback(login, layers, &home)?;
    let bound = app.runtime.block_on(Loopback::bind(&redirect_uri));
    let loopback = bound.map_err(Error::from)?;
    if is_new {
        let redirect_uri = loopback.redirect_uri();
        app.terminal.console_form(home.api_console(), redirect_uri);
    }
    ask_for_client(&mut login.grant, &missing, &home, app)?;
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
    let layers = Layers::new(&grant)?;
    let missing = Missing::of(&grant, &layers)?;
    if prompt::possible() && !missing.is_nothing() {
        if missing.server {
            grant.servers.dc = Some(answered(prompt::data_center())?);
        }
        let (home, _) = layers.registration(&grant)?;
        ask_for_client(&mut grant, &missing, &home, app)?;
    }
    layers.note.iter().for_each(|note| app.terminal.say(note));
    plan::without_callback(&grant, consent, &layers)
}

/// What no option, file, variable or profile provided.
struct Missing {
    id: bool,
    secret: bool,
    /// The data center or accounts server.
    server: bool,
}

impl Missing {
    fn of(grant: &Grant, layers: &Layers) -> Result<Self, Usage> {
        let (client, servers) = (&grant.client, &grant.servers);
        let told = servers.dc.is_some() || servers.accounts_url.is_some();
        Ok(Self {
            id: layers
                .any(client.client_id.as_ref(), ID, Id::new)?
                .is_none(),
            secret: client.client_secret_file.is_none() && !layers.hold(SECRET),
            server: !told && !layers.name_a_server(),
        })
    }

    fn is_nothing(&self) -> bool {
        !self.id && !self.secret && !self.server
    }
}

fn ask_for_client(
    grant: &mut Grant,
    missing: &Missing,
    home: &AccountsServer,
    app: &App,
) -> Result<(), Usage> {
    let typed = &mut grant.client.typed;
    if missing.id {
        let id = client_id(home.api_console(), app)?;
        typed.confirmed = id.is_odd();
        grant.client.client_id = Some(id);
    }
    if missing.secret {
        typed.secret = Some(client_secret(app)?);
    }
    Ok(())
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
        let answer = answered(prompt::hidden("Client secret"))?;
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
    let given = layers.any(login.consent.scopes().as_ref(), "ZOHO_SCOPE", Scopes::parse)?;
    if given.is_none() {
        let usual = hand_over.destination.unwrap_or(Destination::Other).scopes();
        let scopes = answered(prompt::scopes(&usual))?;
        app.terminal.will_be_asked(&scopes);
        login.consent.scope = vec![scopes];
    }
    Ok(())
}

/// Nothing is saved without a yes, and a no opens no keyring.
fn ask_to_save(keep: &mut Keep, app: &App) -> Result<(), Usage> {
    if keep.is_requested() {
        return Ok(());
    }
    let question = "Save the client and tokens for later?";
    if !answered(prompt::confirm(question))? {
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
