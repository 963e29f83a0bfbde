//! From arguments and variables to the plan of one run.

use crate::cli::client::client;
use crate::cli::keep::keeping;
use crate::cli::life::Keep;
use crate::cli::options::{self, REDIRECT_URI};
use crate::cli::usage::Usage;
use crate::cli::variables::Variables;
use crate::cli::{Demo, Flow, Login, Registered};
use std::str::FromStr;
use std::time::Duration;
use zoho_grant::demo::failure::Failure;
use zoho_grant::demo::{self, Rehearsal, StandIn};
use zoho_grant::settings::Settings;
use zoho_grant::zoho::ANSWER_WITHIN;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain, Trust};

/// A rehearsal has no registered port to keep to.
const DEMO_REDIRECT_URI: &str = "http://localhost:0/callback";

/// How long a person is waited for.
const TIMEOUT: Duration = Duration::from_mins(5);

/// How long a rehearsal without a person waits: what comes, comes at once.
const VISITOR_TIMEOUT: Duration = Duration::from_secs(5);

/// What will be done.
pub struct Plan {
    /// The settings of the login.
    pub settings: Settings,
    /// Who opens the start address.
    pub opener: Opener,
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
    let settings = settings(
        &arguments.client,
        &arguments.keep,
        &arguments.flow,
        &mut warnings,
    )?;
    let opener = if arguments.flow.no_browser {
        Opener::Nobody
    } else {
        Opener::Browser
    };
    Ok(Plan {
        settings,
        opener,
        warnings,
        stand_in: None,
    })
}

/// What every way to tokens at the real Zoho has to know.
pub fn settings(
    arguments: &Registered,
    keep: &Keep,
    flow: &Flow,
    warnings: &mut Vec<String>,
) -> Result<Settings, Usage> {
    let variables = Variables::new(arguments.env_file.as_deref())
        .map_err(|reason| Usage::new("--env-file", reason, "Name a file that can be read."))?;
    let (dc, url) = (arguments.dc.as_deref(), arguments.accounts_url.as_deref());
    let home = options::home(dc, url, &variables)?;
    options::warn_of_server(&home, warnings);
    let redirect_uri = variables.or(flow.redirect_uri.as_deref(), "ZOHO_REDIRECT_URI");
    let redirect_uri = redirect_uri
        .as_ref()
        .map_or(REDIRECT_URI, |given| given.as_str());
    let scope = variables.or(flow.scope().as_deref(), "ZOHO_SCOPE");
    Ok(Settings {
        scopes: options::scopes(scope.as_ref().map(|given| given.as_str()), warnings)?,
        trust: options::trust(arguments, &home)?,
        redirect_uri: options::redirect_uri(redirect_uri, &home)?,
        pkce: !flow.no_pkce,
        verify: !flow.no_verify,
        timeout: flow.timeout.unwrap_or(TIMEOUT),
        answer_within: ANSWER_WITHIN,
        target: options::target(flow, warnings)?,
        keeping: keeping(keep, flow, &variables)?,
        // Last, because it may ask the person.
        client: client(arguments, &variables, &home, warnings)?,
        home,
        rehearsal: false,
    })
}

/// The plan of `demo`: the variables of real logins do not matter to it.
pub async fn demo(arguments: &Demo) -> Result<Plan, Usage> {
    let flow = &arguments.flow;
    let mut warnings = Vec::new();
    let failure = arguments
        .fail
        .as_deref()
        .and_then(|name| Failure::from_str(name).ok());
    let rehearsal = Rehearsal {
        failure,
        ..Rehearsal::default()
    };
    let stand_in = StandIn::start(rehearsal)
        .await
        .map_err(|error| Usage::machine(&error))?;
    let (home, trust) = servers(&stand_in)?;
    let redirect_uri = flow.redirect_uri.as_deref().unwrap_or(DEMO_REDIRECT_URI);
    let client =
        Id::new(&stand_in.client_id()).and_then(|id| Client::new(id, stand_in.client_secret()));
    let settings = Settings {
        client: client.map_err(|not| Usage::new("The stand-in", not, ""))?,
        scopes: options::scopes(flow.scope().as_deref(), &mut warnings)?,
        redirect_uri: options::redirect_uri(redirect_uri, &home)?,
        home,
        trust,
        pkce: !flow.no_pkce,
        verify: !flow.no_verify,
        timeout: flow.timeout.unwrap_or(if arguments.yes {
            VISITOR_TIMEOUT
        } else {
            TIMEOUT
        }),
        answer_within: ANSWER_WITHIN,
        target: options::target(flow, &mut warnings)?,
        keeping: None,
        rehearsal: true,
    };
    let opener = match (arguments.yes, flow.no_browser) {
        (true, _) => Opener::Visitor,
        (false, true) => Opener::Nobody,
        (false, false) => Opener::Browser,
    };
    Ok(Plan {
        settings,
        opener,
        warnings,
        stand_in: Some(stand_in),
    })
}

/// Where the rehearsed login begins, and the servers of the stand-in, which are all that it trusts.
fn servers(stand_in: &StandIn) -> Result<(AccountsServer, Trust), Usage> {
    use demo::DataCenter::{Eu, Us};
    let unusable = |not| Usage::new("The stand-in", not, "");
    let home = AccountsServer::given(&stand_in.accounts_url(Us)).map_err(unusable)?;
    let away = AccountsServer::given(&stand_in.accounts_url(Eu)).map_err(unusable)?;
    let domains = [Us, Eu].map(|center| ApiDomain::given(&stand_in.api_domain(center)));
    let trust = Trust::new(&home, vec![away], domains.into_iter().flatten().collect());
    Ok((home, trust))
}
