//! From arguments and variables to checked settings.

use crate::cli::ask;
use crate::cli::variables::{Layer, Variables};
use crate::cli::{Demo, Flow, Login};
use secrecy::SecretString;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use zeroize::Zeroizing;
use zoho_grant::demo::failure::Failure;
use zoho_grant::demo::{self, Rehearsal, StandIn};
use zoho_grant::handover::file::{Existing, OutputFile, Unusable};
use zoho_grant::handover::{Format, Target};
use zoho_grant::loopback::redirect_uri::{NotARedirectUri, RedirectUri};
use zoho_grant::settings::Settings;
use zoho_grant::zoho::ANSWER_WITHIN;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::data_centers::{DATA_CENTERS, DataCenter};
use zoho_grant::zoho::scopes::{self, Scopes};
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain, Trust};

const REDIRECT_URI: &str = "http://localhost:8085/callback";
const DEMO_REDIRECT_URI: &str = "http://localhost:0/callback";
const TIMEOUT: Duration = Duration::from_mins(5);
/// How long a rehearsal without a person waits: what comes, comes at once.
const VISITOR_TIMEOUT: Duration = Duration::from_secs(5);
const LONGEST_TIMEOUT: Duration = Duration::from_hours(24);

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

/// A setting that cannot be used: what, why and what to do.
#[derive(Debug)]
pub struct Usage {
    /// What cannot be done, naming the option.
    pub what: String,
    /// Why.
    pub cause: String,
    /// What to do.
    pub remedy: String,
    /// 2 for settings, 1 for this machine, 130 for Ctrl-C at a question.
    pub exit_code: u8,
}

/// The plan of `login`.
pub fn login(arguments: Login) -> Result<Plan, Usage> {
    let variables = Variables::new(arguments.env_file.as_deref())
        .map_err(|reason| unusable("--env-file", reason, "Name a file that can be read."))?;
    let home = home(&arguments, &variables)?;
    let mut warnings = Vec::new();
    warn_of_server(&home, &mut warnings);
    let trust = trust(&arguments, &home)?;
    let redirect_uri = pick(
        arguments.flow.redirect_uri.clone(),
        &variables,
        "ZOHO_REDIRECT_URI",
    );
    let redirect_uri = redirect_uri.as_deref().map_or(REDIRECT_URI, |given| given);
    let redirect_uri = self::redirect_uri(redirect_uri, &home)?;
    let scope = if arguments.flow.scope.is_empty() {
        None
    } else {
        Some(arguments.flow.scope.join(","))
    };
    let scopes = pick(scope, &variables, "ZOHO_SCOPE");
    let scopes = self::scopes(scopes.as_ref().map(|given| given.as_str()), &mut warnings)?;
    let target = target(&arguments.flow, &mut warnings)?;
    let client = client(&arguments, &variables, &home, &mut warnings)?;
    let opener = if arguments.flow.no_browser {
        Opener::Nobody
    } else {
        Opener::Browser
    };
    let settings = Settings {
        client,
        scopes,
        home,
        trust,
        redirect_uri,
        pkce: !arguments.flow.no_pkce,
        verify: !arguments.flow.no_verify,
        timeout: arguments.flow.timeout.unwrap_or(TIMEOUT),
        answer_within: ANSWER_WITHIN,
        target,
        rehearsal: false,
    };
    Ok(Plan {
        settings,
        opener,
        warnings,
        stand_in: None,
    })
}

/// The plan of `demo`: the variables of real logins do not matter to it.
pub async fn demo(arguments: Demo) -> Result<Plan, Usage> {
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
        .map_err(|error| no_runtime(&error))?;
    let given = |address: String| {
        AccountsServer::given(&address).map_err(|not| unusable("the stand-in", not, ""))
    };
    let home = given(stand_in.accounts_url(demo::DataCenter::Us))?;
    let away = given(stand_in.accounts_url(demo::DataCenter::Eu))?;
    let domains =
        demo::DataCenter::ALL.map(|center| ApiDomain::given(&stand_in.api_domain(center)));
    let trust = Trust::new(&home, vec![away], domains.into_iter().flatten().collect());
    let flow = &arguments.flow;
    let scope = (!flow.scope.is_empty()).then(|| flow.scope.join(","));
    let client =
        Id::new(&stand_in.client_id()).and_then(|id| Client::new(id, stand_in.client_secret()));
    let settings = Settings {
        client: client.map_err(|not| unusable("the stand-in", not, ""))?,
        scopes: scopes(scope.as_deref(), &mut warnings)?,
        redirect_uri: redirect_uri(
            flow.redirect_uri.as_deref().unwrap_or(DEMO_REDIRECT_URI),
            &home,
        )?,
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
        target: target(flow, &mut warnings)?,
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

/// Reads a time as in 90s or 5m, up to a day.
pub fn timeout(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it as in 90s or 5m"))?;
    if time.is_zero() || time > LONGEST_TIMEOUT {
        return Err("it must be more than nothing and at most a day".to_owned());
    }
    Ok(time)
}

/// This machine does not even give what every program needs.
pub fn no_runtime(error: &std::io::Error) -> Usage {
    Usage {
        what: "The program could not be started.".to_owned(),
        cause: error.to_string(),
        remedy: "Free memory and file descriptors, and try again.".to_owned(),
        exit_code: 1,
    }
}

fn unusable(option: &str, reason: impl ToString, remedy: &str) -> Usage {
    let reason = reason.to_string();
    Usage {
        what: format!("{option} cannot be used."),
        cause: format!("{}{}.", reason[..1].to_uppercase(), &reason[1..]),
        remedy: remedy.to_owned(),
        exit_code: 2,
    }
}

fn pick(option: Option<String>, variables: &Variables, name: &str) -> Option<Zeroizing<String>> {
    option
        .map(Zeroizing::new)
        .or_else(|| variables.find(name).map(|(value, _)| value))
}

/// The accounts server where the login begins. Data centre and address count as one setting: the
/// strongest source that has either decides.
fn home(arguments: &Login, variables: &Variables) -> Result<AccountsServer, Usage> {
    let of = |option: &Option<String>, name| match option {
        Some(given) => Some((Zeroizing::new(given.clone()), Layer::Option)),
        None => variables.find(name),
    };
    let dc = of(&arguments.dc, "ZOHO_DC");
    let url = of(&arguments.accounts_url, "ZOHO_ACCOUNTS_URL");
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
                unusable(
                    "--accounts-url (or ZOHO_ACCOUNTS_URL)",
                    not,
                    "Leave it out, and name the data centre with --dc.",
                )
            })
        })
        .transpose()?;
    match (center, server) {
        (Some(center), Some(server)) if AccountsServer::of(center) != server => Err(unusable(
            "--dc together with --accounts-url",
            format!("{} is not the accounts server of {}", server, center.name),
            "Give one of the two.",
        )),
        (_, Some(server)) => Ok(server),
        (Some(center), None) => Ok(AccountsServer::of(center)),
        (None, None) => Ok(AccountsServer::of(&DATA_CENTERS[0])),
    }
}

fn center(code: &str) -> Result<&'static DataCenter, Usage> {
    DataCenter::of_code(&code.to_ascii_lowercase()).ok_or_else(|| {
        let known: Vec<String> = DATA_CENTERS
            .iter()
            .map(|center| format!("{} ({})", center.code, center.name))
            .collect();
        unusable(
            "--dc (or ZOHO_DC)",
            "no data centre has that code",
            &format!("Known are {}.", known.join(", ")),
        )
    })
}

fn warn_of_server(home: &AccountsServer, warnings: &mut Vec<String>) {
    if home.as_str() == "https://accounts.zoho.ca" {
        warnings.push(
            "Canada's accounts server is https://accounts.zohocloud.ca: use --dc ca.".to_owned(),
        );
    } else if home.data_center().is_none() && !home.is_loopback() {
        warnings.push(format!("{home} is not one of Zoho's known accounts servers, and it will receive the client secret."));
    }
}

fn trust(arguments: &Login, home: &AccountsServer) -> Result<Trust, Usage> {
    let remedy = "Give a server such as https://accounts.zoho.eu.";
    let servers = arguments
        .trust_accounts_server
        .iter()
        .map(|url| AccountsServer::given(url));
    let servers = servers
        .collect::<Result<_, _>>()
        .map_err(|not| unusable("--trust-accounts-server", not, remedy))?;
    let domains = arguments
        .trust_api_domain
        .iter()
        .map(|url| ApiDomain::given(url));
    let domains = domains
        .collect::<Result<_, _>>()
        .map_err(|not| unusable("--trust-api-domain", not, remedy))?;
    Ok(Trust::new(home, servers, domains))
}

fn redirect_uri(text: &str, home: &AccountsServer) -> Result<RedirectUri, Usage> {
    let option = "--redirect-uri (or ZOHO_REDIRECT_URI)";
    let remedy =
        format!("Give the one that is registered in Zoho's API console, such as {REDIRECT_URI}.");
    let uri =
        RedirectUri::parse(text).map_err(|not: NotARedirectUri| unusable(option, not, &remedy))?;
    if uri.port() == 0 && !home.is_loopback() {
        let reason =
            "port 0 means any free port, and Zoho compares the port with the registered one";
        return Err(unusable(option, reason, &remedy));
    }
    Ok(uri)
}

fn scopes(given: Option<&str>, warnings: &mut Vec<String>) -> Result<Scopes, Usage> {
    let scopes = Scopes::parse(given.unwrap_or(scopes::DEFAULT)).map_err(|not| {
        unusable(
            "--scope (or ZOHO_SCOPE)",
            not,
            "Give scopes such as ZohoCRM.modules.READ,ZohoCRM.settings.READ.",
        )
    })?;
    for scope in scopes.odd() {
        warnings.push(format!(
            "The scope {scope} does not look like Service.group.OPERATION; Zoho may refuse it."
        ));
    }
    Ok(scopes)
}

fn target(flow: &Flow, warnings: &mut Vec<String>) -> Result<Target, Usage> {
    // The parser lets only known names through.
    let format = Format::from_str(&flow.format).unwrap_or(Format::Text);
    let existing = match (format, flow.force) {
        (Format::Dotenv, _) => Existing::Merge,
        (_, true) => Existing::Replace,
        (_, false) => Existing::Keep,
    };
    let prepare = |path: &Path| {
        OutputFile::prepare(path, existing).map_err(|reason| Usage {
            exit_code: if matches!(reason, Unusable::System(_)) {
                1
            } else {
                2
            },
            ..unusable(
                &format!(
                    "--output {}",
                    zoho_grant::foreign::Foreign::new(path.display().to_string())
                ),
                reason,
                "Name another file, or mend this one.",
            )
        })
    };
    let file = flow.output.as_deref().map(prepare).transpose()?;
    warnings.extend(file.iter().flat_map(OutputFile::warnings));
    Ok(Target { format, file })
}

fn client(
    arguments: &Login,
    variables: &Variables,
    home: &AccountsServer,
    warnings: &mut Vec<String>,
) -> Result<Client, Usage> {
    let console = home
        .data_center()
        .and_then(|center| center.api_console)
        .unwrap_or("https://api-console.zoho.com");
    let id = match pick(arguments.client_id.clone(), variables, "ZOHO_CLIENT_ID") {
        Some(id) => id,
        None if ask::possible() => {
            let answer = ask::line(&format!("Client ID, from {console}"));
            Zeroizing::new(answer.map_err(|error| unanswered(&error))?)
        }
        None => {
            return Err(missing(
                "--client-id ID or ZOHO_CLIENT_ID",
                "client ID",
                console,
            ));
        }
    };
    let remedy = format!("Copy it from {console}.");
    let id =
        Id::new(&id).map_err(|not| unusable("--client-id (or ZOHO_CLIENT_ID)", not, &remedy))?;
    if id.is_odd() {
        warnings.push("The client ID does not look like 1000. and 30 capital letters and digits; is it complete?".to_owned());
    }
    let secret = secret(arguments, variables, console)?;
    Client::new(id, secret).map_err(|not| unusable("The client secret", not, &remedy))
}

fn secret(arguments: &Login, variables: &Variables, console: &str) -> Result<SecretString, Usage> {
    if let Some(path) = &arguments.client_secret_file {
        return ask::secret_file(path).map_err(|error| {
            unusable(
                "--client-secret-file",
                error,
                "Name a file that holds the client secret and nothing else.",
            )
        });
    }
    match variables.find("ZOHO_CLIENT_SECRET") {
        Some((secret, _)) => Ok(secret.as_str().into()),
        None if ask::possible() => ask::hidden("Client secret").map_err(|error| unanswered(&error)),
        None => Err(missing(
            "--client-secret-file PATH (- for standard input) or ZOHO_CLIENT_SECRET",
            "client secret",
            console,
        )),
    }
}

fn missing(option: &str, name: &str, console: &str) -> Usage {
    Usage {
        what: format!("The {name} is missing."),
        cause: "It was not given, and there is no terminal to ask on.".to_owned(),
        remedy: format!("Give {option}; it stands in {console}."),
        exit_code: 2,
    }
}

fn unanswered(error: &std::io::Error) -> Usage {
    let interrupted = error.kind() == std::io::ErrorKind::Interrupted;
    Usage {
        what: "The question was not answered.".to_owned(),
        cause: if interrupted {
            "Ctrl-C was pressed.".to_owned()
        } else {
            error.to_string()
        },
        remedy: "Give client ID and secret by option or variable, or answer the question."
            .to_owned(),
        exit_code: if interrupted { 130 } else { 2 },
    }
}
