//! From arguments and variables to the plan of one run.

use crate::cli::client::client;
use crate::cli::layers::{Layers, Registration};
use crate::cli::options::{self, REDIRECT_URI};
use crate::cli::saving::keeping;
use crate::cli::tokens::Keep;
use crate::cli::usage::Usage;
use crate::cli::{Credentials, Login, Registered, Servers, tunnel};
use crate::prompt;
use std::time::Duration;
use zoho_grant::handover::Target;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::settings::Settings;
use zoho_grant::zoho::ANSWER_WITHIN;
use zoho_grant::zoho::scopes::Scopes;
use zoho_stand_in::StandIn;

/// How long a person is waited for.
pub const TIMEOUT: Duration = Duration::from_mins(5);

/// What will be done.
pub struct Plan {
    /// The settings of the login.
    pub settings: Settings,
    /// Where the browser is sent back to; port 0 stands for one that is free.
    pub redirect_uri: RedirectUri,
    /// Who opens the start address.
    pub opener: Opener,
    /// Whether the redirected address can be pasted.
    pub pasting: bool,
    /// The command with which a browser elsewhere reaches this machine.
    pub tunnel: Option<String>,
    /// What the person should know beforehand, one sentence each.
    pub warnings: Vec<String>,
    /// The stand-in, kept alive for a rehearsal.
    pub stand_in: Option<StandIn>,
}

/// Who opens the start address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opener {
    /// Nobody: the person follows the printed address.
    Nobody,
    /// The person's browser.
    Browser,
    /// The browser without a screen of `demo --yes`.
    Visitor,
}

/// The plan of `login`.
pub fn login(arguments: &Login) -> Result<Plan, Usage> {
    let mut warnings = Vec::new();
    let layers = Layers::new(&arguments.client, &arguments.keep, &mut warnings)?;
    let callback = &arguments.callback;
    let registration = layers.registration(&arguments.client, &arguments.servers)?;
    let redirect_uri = layers.any(callback.redirect_uri.as_deref(), "ZOHO_REDIRECT_URI")?;
    let redirect_uri = redirect_uri
        .as_ref()
        .map_or(REDIRECT_URI, |given| given.as_str());
    let redirect_uri = options::redirect_uri(redirect_uri, &registration.home)?;
    if !redirect_uri.is_here() && !prompt::possible() {
        return Err(Usage::new(
            "--redirect-uri (or ZOHO_REDIRECT_URI)",
            "it is not on this machine, so its address must be pasted here after the consent, and there is no terminal",
            &format!("Run it in a terminal, or register {REDIRECT_URI} and give that."),
        ));
    }
    let mut settings = settings(
        &arguments.client,
        &arguments.servers,
        &arguments.credentials,
        &arguments.keep,
        &layers,
        registration,
        &mut warnings,
    )?;
    settings.pkce = !callback.no_pkce;
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let tunnel = tunnel::command(&redirect_uri, environment);
    Ok(Plan {
        settings,
        redirect_uri,
        opener: if callback.no_browser {
            Opener::Nobody
        } else {
            Opener::Browser
        },
        pasting: prompt::possible(),
        tunnel: tunnel.filter(|_| callback.no_browser),
        warnings,
        stand_in: None,
    })
}

/// Settings and warnings of a way without a redirect URI.
pub fn without_callback(
    registered: &Registered,
    servers: &Servers,
    credentials: &Credentials,
    keep: &Keep,
) -> Result<(Settings, Vec<String>), Usage> {
    let mut warnings = Vec::new();
    let layers = Layers::new(registered, keep, &mut warnings)?;
    let registration = layers.registration(registered, servers)?;
    let settings = settings(
        registered,
        servers,
        credentials,
        keep,
        &layers,
        registration,
        &mut warnings,
    )?;
    Ok((settings, warnings))
}

/// Where the credentials go; whether the organisation will be known decides what can go there.
pub fn target(
    credentials: &Credentials,
    scopes: &Scopes,
    warnings: &mut Vec<String>,
) -> Result<Target, Usage> {
    let told = !credentials.no_verify && scopes.allow_reading("ZohoCRM.org");
    credentials.hand_over.target(told, warnings)
}

/// What every way to tokens needs.
fn settings(
    registered: &Registered,
    servers: &Servers,
    credentials: &Credentials,
    keep: &Keep,
    layers: &Layers,
    registration: Registration,
    warnings: &mut Vec<String>,
) -> Result<Settings, Usage> {
    let home = registration.home.clone();
    options::warn_of_server(&home, warnings);
    let scope = layers.any(credentials.scope().as_deref(), "ZOHO_SCOPE")?;
    let scopes = options::scopes(scope.as_ref().map(|given| given.as_str()), warnings)?;
    Ok(Settings {
        trust: options::trust(servers, layers.trusted.clone(), &home)?,
        pkce: true,
        verify: !credentials.no_verify,
        timeout: credentials.timeout.unwrap_or(TIMEOUT),
        answer_within: ANSWER_WITHIN,
        target: target(credentials, &scopes, warnings)?,
        scopes,
        keeping: keeping(keep, &credentials.hand_over, layers)?,
        // Last, because it may ask the person.
        client: client(registered, registration, warnings)?,
        home,
        rehearsal: false,
    })
}
