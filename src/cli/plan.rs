//! Turns arguments and variables into the plan of one run.

use crate::cli::layers::Layers;
use crate::cli::usage::Usage;
use crate::cli::{Consent, Credentials, Grant, Login, Registered, folder};
use crate::{browser, prompt};
use secrecy::SecretString;
use std::io::{IsTerminal, stdout};
use std::time::Duration;
use zoho_grant::error::Error;
use zoho_grant::handover::Target;
use zoho_grant::handover::destination::Destination;
use zoho_grant::handover::fields::Prospect;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::profiles::Keeping;
use zoho_grant::profiles::profile::Backend;
use zoho_grant::settings::Settings;
use zoho_grant::zoho::ANSWER_WITHIN;
use zoho_grant::zoho::client::Client;
use zoho_grant::zoho::scope_catalog;
use zoho_grant::zoho::scopes::{Scopes, has_usual_shape};
use zoho_grant::zoho::trust::{AccountsServer, Trust};
use zoho_stand_in::StandIn;

/// The redirect URI that the README tells people to register.
const REDIRECT_URI: &str = "http://localhost:8085/callback";

/// How long to wait for the person.
pub const TIMEOUT: Duration = Duration::from_mins(5);

/// What a run will do.
pub struct Plan {
    /// The settings of the login.
    pub settings: Settings,
    /// The redirect URI; port 0 means any free port.
    pub redirect_uri: RedirectUri,
    /// Who opens the start address.
    pub opener: Opener,
    /// A note for the person, as a sentence.
    pub note: Option<String>,
    /// Warnings to show in advance, one sentence each.
    pub warnings: Vec<String>,
    /// The stand-in, kept alive during a rehearsal.
    pub stand_in: Option<StandIn>,
}

/// Who opens the start address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opener {
    /// Nobody: the person opens the printed address.
    Nobody,
    /// The person's browser.
    Browser,
    /// The simulated browser of `demo --yes`.
    Visitor,
    /// The same simulated browser, which opens Zoho's address itself and pastes the address that it ends up at.
    PastingVisitor,
}

/// The redirect URI of `login`, if Zoho could redirect to it.
pub fn callback(arguments: &Login, layers: &Layers) -> Result<RedirectUri, Usage> {
    let home = layers.home(&arguments.grant)?;
    let given = arguments.callback.redirect_uri.clone();
    let given = layers.any(given, "ZOHO_REDIRECT_URI", RedirectUri::parse)?;
    let usual = || RedirectUri::parse(REDIRECT_URI).expect("it is a redirect URI");
    let redirect_uri = given.unwrap_or_else(usual);
    let option = "--redirect-uri (or ZOHO_REDIRECT_URI)";
    if redirect_uri.port() == 0 && !home.is_loopback() {
        return Err(Usage::new(
            option,
            "port 0 means any free port, but Zoho compares the port with the registered one",
            &format!("Pass the one that is registered, such as {REDIRECT_URI}."),
        ));
    }
    if !redirect_uri.is_here() && !prompt::possible() {
        return Err(Usage::new(
            option,
            "it is not on this machine, so you must paste the address here after you accept, but there is no terminal",
            &format!("Run it in a terminal, or register and use {REDIRECT_URI}."),
        ));
    }
    Ok(redirect_uri)
}

/// Plans `login`.
pub fn login(arguments: &Login, mut layers: Layers) -> Result<Plan, Usage> {
    let (grant, callback) = (&arguments.grant, &arguments.callback);
    let redirect_uri = self::callback(arguments, &layers)?;
    let mut settings = settings(grant, &arguments.consent, &mut layers)?;
    settings.pkce = !callback.no_pkce;
    settings.page_first = settings.keeping.is_none() && page_first(&grant.result);
    Ok(Plan {
        settings,
        redirect_uri,
        opener: Opener::of(callback.no_browser),
        note: layers.note,
        warnings: layers.warnings,
        stand_in: None,
    })
}

impl Opener {
    /// The browser, unless there is none or the person declined it.
    pub fn of(no_browser: bool) -> Self {
        if no_browser || !browser::can_open() {
            Self::Nobody
        } else {
            Self::Browser
        }
    }
}

/// Whether the credentials would be printed on the person's terminal without an option that requests it.
pub fn page_first(result: &Credentials) -> bool {
    prompt::possible() && stdout().is_terminal() && !result.hand_over.names_a_form()
}

/// Where the credentials go; what is possible depends on what is known before the login.
pub fn target(
    result: &Credentials,
    home: Option<&AccountsServer>,
    scopes: &Scopes,
    warnings: &mut Vec<String>,
) -> Result<Target, Usage> {
    let before = home.map(|home| Prospect {
        data_center: home.data_center(),
        scopes,
        verify: !result.no_verify,
    });
    let prefix = &result.env_prefix;
    result.hand_over.target(prefix, before.as_ref(), warnings)
}

/// The requested or default scopes. Warns about scopes that Zoho may reject.
pub fn scopes(given: Option<Scopes>, warnings: &mut Vec<String>) -> Scopes {
    let scopes = given.unwrap_or_else(|| Destination::Other.scopes());
    let unknown = scopes.iter();
    for scope in unknown.filter(|scope| !scope_catalog::is_known(scope)) {
        // The group is the word to search for.
        let group = scope.split('.').nth(1).filter(|word| !word.is_empty());
        let group = group.unwrap_or(scope);
        let guess = scope_catalog::nearest(scope).map_or_else(
            || format!("look for it with `zoho-grant scopes {group}`"),
            |known| format!("did you mean {known}?"),
        );
        let why = if has_usual_shape(scope) {
            "is not a known scope"
        } else {
            "does not look like Service.group.OPERATION"
        };
        warnings.push(format!(
            "The scope {scope} {why}, and Zoho may refuse it: {guess}"
        ));
    }
    scopes
}

/// The settings of a flow without a redirect URI. Adds its warnings to those of the layers.
pub fn settings(grant: &Grant, consent: &Consent, layers: &mut Layers) -> Result<Settings, Usage> {
    let home = layers.home(grant)?;
    warn_of_server(&home, &mut layers.warnings);
    let given = grant.result.hand_over.scopes(consent.scopes());
    let scopes = scopes(layers.scopes(given)?, &mut layers.warnings);
    Ok(Settings {
        trust: Trust::new(&home, layers.trusted.clone()),
        pkce: true,
        verify: !grant.result.no_verify,
        timeout: consent.timeout.unwrap_or(TIMEOUT),
        answer_within: ANSWER_WITHIN,
        target: target(&grant.result, Some(&home), &scopes, &mut layers.warnings)?,
        scopes,
        keeping: keeping(grant, layers)?,
        // Last, because it may read standard input.
        client: client(&grant.client, layers, home.api_console())?,
        home,
        destination: grant.result.hand_over.reader(),
        rehearsal: false,
        page_first: false,
    })
}

/// Warns of an accounts server that is not, or no longer, known to be Zoho's.
fn warn_of_server(home: &AccountsServer, warnings: &mut Vec<String>) {
    if home.as_str() == "https://accounts.zoho.ca" {
        let now = "Canada's accounts server is https://accounts.zohocloud.ca: use --dc ca.";
        warnings.push(now.to_owned());
    } else if home.data_center().is_none() && !home.is_loopback() {
        warnings.push(format!(
            "{home} is not a known Zoho accounts server, and it will receive the client secret."
        ));
    }
}

/// What `--save` requests. Tests the store first: a missing or locked keyring must be detected before the consent.
pub fn keeping(grant: &Grant, layers: &Layers) -> Result<Option<Keeping>, Usage> {
    if !grant.keep.is_requested() {
        return Ok(None);
    }
    let keeping = place(grant, layers)?;
    let tried = keeping.profiles.try_out(keeping.place);
    tried.map_err(Error::CannotKeep)?;
    Ok(Some(keeping))
}

/// Where the profile is saved: in the keyring unless `--save-to` says otherwise.
pub fn place(grant: &Grant, layers: &Layers) -> Result<Keeping, Usage> {
    let (keep, result) = (&grant.keep, &grant.result);
    let named = keep.save.as_ref().and_then(Option::as_ref);
    Ok(Keeping {
        profiles: folder::profiles()?,
        name: layers.profile_name(named.or(keep.profile.as_ref()))?,
        place: keep.save_to.unwrap_or(Backend::Keyring),
        hand_over: result.hand_over.is_asked_for() && !page_first(result),
    })
}

/// The client secret: the one that is in the file or was typed, otherwise a layer's.
pub fn secret(given: &Registered, layers: &Layers) -> Result<Option<SecretString>, Usage> {
    if let Some(path) = &given.client_secret_file {
        return prompt::secret_file(path).map(Some).map_err(|error| {
            let remedy = "Pass a file that contains only the client secret.";
            Usage::new("--client-secret-file", error, remedy)
        });
    }
    let of_layer = layers.secret(given)?.map(|(_, secret)| secret);
    Ok(given.typed_secret.clone().or(of_layer))
}

/// The client's ID and secret. Warns if the ID looks unusual.
fn client(given: &Registered, layers: &mut Layers, console: &str) -> Result<Client, Usage> {
    let id = layers.id(given)?;
    let id = id.ok_or_else(|| {
        let option = "--client-id ID or set ZOHO_CLIENT_ID";
        Usage::missing("client ID", option, console)
    })?;
    if id.is_odd() && !given.confirmed {
        layers.warnings.push(
            "The client ID is not 1000. followed by 30 capital letters and digits; is it complete?"
                .to_owned(),
        );
    }
    let secret = secret(given, layers)?.ok_or_else(|| {
        let option = "--client-secret-file PATH (- for standard input) or set ZOHO_CLIENT_SECRET";
        Usage::missing("client secret", option, console)
    })?;
    let remedy = format!("Copy it from {console}.");
    Client::new(id, secret).map_err(|not| Usage::new("The client secret", not, &remedy))
}
