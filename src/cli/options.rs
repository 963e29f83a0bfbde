//! Single options and variables, checked; each error names the option.

use crate::cli::Servers;
use crate::cli::usage::Usage;
use std::time::Duration;
use zoho_grant::loopback::redirect_uri::{NotARedirectUri, RedirectUri};
use zoho_grant::zoho::data_centers::{DATA_CENTERS, DataCenter};
use zoho_grant::zoho::scope_catalog;
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

/// The accounts server that the options name.
pub fn server(given: &Servers) -> Result<Option<AccountsServer>, Usage> {
    let center = given.dc.as_deref().map(|name| center("--dc", name));
    let server = given.accounts_url.as_deref().map(|url| {
        let remedy = "Leave it out, and name the data centre with --dc.";
        AccountsServer::given(url).map_err(|not| Usage::new("--accounts-url", not, remedy))
    });
    one_server(
        "--dc together with --accounts-url",
        center.transpose()?,
        server.transpose()?,
    )
}

/// Data centre and address count as one setting of their layer.
pub fn one_server(
    both: &str,
    center: Option<&DataCenter>,
    server: Option<AccountsServer>,
) -> Result<Option<AccountsServer>, Usage> {
    match (center, server) {
        (Some(center), Some(server)) if AccountsServer::of(center) != server => Err(Usage::new(
            both,
            format!("{} is not the accounts server of {}", server, center.name),
            "Give one of the two.",
        )),
        (center, server) => Ok(server.or_else(|| center.map(AccountsServer::of))),
    }
}

/// The data centre that is named.
pub fn center(option: &str, name: &str) -> Result<&'static DataCenter, Usage> {
    DataCenter::named(name).ok_or_else(|| {
        let known: Vec<String> = DATA_CENTERS
            .iter()
            .map(|center| format!("{} ({})", center.code, center.name))
            .collect();
        let remedy = format!("Known are {}.", known.join(", "));
        Usage::new(option, "no data centre has that code", &remedy)
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

/// Where secrets may go: the server where the login begins, those of the table, and those that were named now or when
/// the profile was kept.
pub fn trust(
    arguments: &Servers,
    kept: (Vec<AccountsServer>, Vec<ApiDomain>),
    home: &AccountsServer,
) -> Result<Trust, Usage> {
    let (mut servers, mut domains) = kept;
    servers.extend(trusted_servers(&arguments.trust_accounts_server)?);
    domains.extend(trusted_domains(&arguments.trust_api_domain)?);
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
    let uri = RedirectUri::parse(text).map_err(|not| match not {
        NotARedirectUri::BlockedPort(_) => {
            let remedy =
                format!("Register one with another port, such as {REDIRECT_URI}, and give it.");
            Usage::new(option, not, &remedy)
        }
        not => Usage::new(option, not, &remedy),
    })?;
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
    if scope_catalog::is_known(scope) {
        return None;
    }
    let guess = scope_catalog::nearest(scope);
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
