//! Single options and variables, checked; each error names the option.

use crate::cli::Servers;
use crate::cli::usage::Usage;
use crate::cli::variables::{Layer, Variables};
use std::time::Duration;
use zeroize::Zeroizing;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::zoho::data_centers::{DATA_CENTERS, DataCenter};
use zoho_grant::zoho::known_scopes;
use zoho_grant::zoho::scopes::{self, Scopes};
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain, Trust};

/// The redirect URI that the README tells people to register.
pub const REDIRECT_URI: &str = "http://localhost:8085/callback";

/// What to give where a server is wanted.
const A_SERVER: &str = "Give a server such as https://accounts.zoho.eu.";

/// Longer waits are slips of the keyboard.
const LONGEST_TIMEOUT: Duration = Duration::from_hours(24);

/// Reads a time as in 90s or 5m, up to a day.
pub fn timeout(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it as in 90s or 5m"))?;
    if time.is_zero() || time > LONGEST_TIMEOUT {
        return Err("it must be more than nothing and at most a day".to_owned());
    }
    Ok(time)
}

/// The accounts server where the login begins. Data centre and address count as one setting: the
/// strongest source that has either decides.
pub fn home(
    dc: Option<&str>,
    accounts_url: Option<&str>,
    variables: &Variables,
) -> Result<AccountsServer, Usage> {
    let of = |option: Option<&str>, name| match option {
        Some(given) => Some((Zeroizing::new(given.to_owned()), Layer::Option)),
        None => variables.find(name),
    };
    let dc = of(dc, "ZOHO_DC");
    let url = of(accounts_url, "ZOHO_ACCOUNTS_URL");
    let layer = [&dc, &url]
        .into_iter()
        .flatten()
        .map(|(_, layer)| *layer)
        .min();
    let strongest = |setting: Option<(Zeroizing<String>, Layer)>| {
        setting
            .filter(|(_, of)| Some(*of) == layer)
            .map(|(value, _)| value)
    };
    let center = strongest(dc).map(|code| center(&code)).transpose()?;
    let server = strongest(url)
        .map(|url| {
            AccountsServer::given(&url).map_err(|not| {
                Usage::new(
                    "--accounts-url (or ZOHO_ACCOUNTS_URL)",
                    not,
                    "Leave it out, and name the data centre with --dc.",
                )
            })
        })
        .transpose()?;
    match (center, server) {
        (Some(center), Some(server)) if AccountsServer::of(center) != server => Err(Usage::new(
            "--dc together with --accounts-url",
            format!("{} is not the accounts server of {}", server, center.name),
            "Give one of the two.",
        )),
        (_, Some(server)) => Ok(server),
        (Some(center), None) => Ok(AccountsServer::of(center)),
        (None, None) => Ok(AccountsServer::of(&DATA_CENTERS[0])),
    }
}

/// The data centre of a code, in any case.
pub fn center(code: &str) -> Result<&'static DataCenter, Usage> {
    DataCenter::of_code(&code.to_ascii_lowercase()).ok_or_else(|| {
        let known: Vec<String> = DATA_CENTERS
            .iter()
            .map(|center| format!("{} ({})", center.code, center.name))
            .collect();
        Usage::new(
            "--dc (or ZOHO_DC)",
            "no data centre has that code",
            &format!("Known are {}.", known.join(", ")),
        )
    })
}

/// Warns of an accounts server that is not Zoho's as far as is known, or no longer.
pub fn warn_of_server(home: &AccountsServer, warnings: &mut Vec<String>) {
    if home.as_str() == "https://accounts.zoho.ca" {
        warnings.push(
            "Canada's accounts server is https://accounts.zohocloud.ca: use --dc ca.".to_owned(),
        );
    } else if home.data_center().is_none() && !home.is_loopback() {
        warnings.push(format!("{home} is not one of Zoho's known accounts servers, and it will receive the client secret."));
    }
}

/// Where secrets may go: the server where the login begins, those of the table, and those that were named.
pub fn trust(arguments: &Servers, home: &AccountsServer) -> Result<Trust, Usage> {
    let servers = trusted_servers(&arguments.trust_accounts_server)?;
    let domains = trusted_domains(&arguments.trust_api_domain)?;
    Ok(Trust::new(home, servers, domains))
}

/// The servers of --trust-accounts-server.
pub fn trusted_servers(given: &[String]) -> Result<Vec<AccountsServer>, Usage> {
    let servers = given.iter().map(|url| AccountsServer::given(url));
    servers
        .collect::<Result<_, _>>()
        .map_err(|not| Usage::new("--trust-accounts-server", not, A_SERVER))
}

/// The API domains of --trust-api-domain.
pub fn trusted_domains(given: &[String]) -> Result<Vec<ApiDomain>, Usage> {
    let domains = given.iter().map(|url| ApiDomain::given(url));
    domains
        .collect::<Result<_, _>>()
        .map_err(|not| Usage::new("--trust-api-domain", not, A_SERVER))
}

/// The redirect URI, if Zoho could lead back to it.
pub fn redirect_uri(text: &str, home: &AccountsServer) -> Result<RedirectUri, Usage> {
    let option = "--redirect-uri (or ZOHO_REDIRECT_URI)";
    let remedy =
        format!("Give the one that is registered in Zoho's API console, such as {REDIRECT_URI}.");
    let uri = RedirectUri::parse(text).map_err(|not| Usage::new(option, not, &remedy))?;
    if uri.port() == 0 && !home.is_loopback() {
        let reason =
            "port 0 means any free port, and Zoho compares the port with the registered one";
        return Err(Usage::new(option, reason, &remedy));
    }
    Ok(uri)
}

/// The scopes, or the usual ones; those that Zoho may not know are warned of.
pub fn scopes(given: Option<&str>, warnings: &mut Vec<String>) -> Result<Scopes, Usage> {
    let scopes = Scopes::parse(given.unwrap_or(scopes::DEFAULT)).map_err(|not| {
        Usage::new(
            "--scope (or ZOHO_SCOPE)",
            not,
            "Give scopes such as ZohoCRM.modules.READ,ZohoCRM.settings.READ.",
        )
    })?;
    warnings.extend(
        scopes
            .iter()
            .filter_map(|scope| warn_of_scope(scope, &scopes)),
    );
    Ok(scopes)
}

fn warn_of_scope(scope: &str, scopes: &Scopes) -> Option<String> {
    if known_scopes::is_known(scope) {
        return None;
    }
    let guess = known_scopes::nearest(scope);
    let guess = guess.map_or_else(
        || format!("look for it with `zoho-grant scopes {}`", word_of(scope)),
        |known| format!("did you mean {known}?"),
    );
    Some(if scopes.odd().contains(&scope) {
        format!(
            "The scope {scope} does not look like Service.group.OPERATION, and Zoho may refuse it: {guess}"
        )
    } else {
        format!(
            "The scope {scope} is not among those that are known, and Zoho may refuse it: {guess}"
        )
    })
}

/// The group, which is what people search for.
fn word_of(scope: &str) -> &str {
    scope
        .split('.')
        .nth(1)
        .filter(|word| !word.is_empty())
        .unwrap_or(scope)
}
