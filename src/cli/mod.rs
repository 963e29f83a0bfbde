//! The command line: options, variables and help.

mod complete;
pub mod folder;
pub mod generated;
mod git;
pub mod handover;
mod layers;
pub mod plan;
pub mod rehearsal;
pub mod setup;
pub mod tokens;
mod tunnel;
pub mod usage;
pub mod variables;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Args, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};
use handover::HandOver;
use std::path::PathBuf;
use std::time::Duration;
use tokens::{EXIT_CODES, From, Keep, SELF_CLIENT};
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::profiles::profile::Name;
use zoho_grant::zoho::client::Id;
use zoho_grant::zoho::data_centers::DataCenter;
use zoho_grant::zoho::scopes::{self, Scopes};
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain};
use zoho_stand_in::failure::Failure;

/// Longer waits are typing errors.
const LONGEST_TIMEOUT: Duration = Duration::from_hours(24);

/// Get verified Zoho CRM OAuth credentials with one command.
#[derive(Parser)]
#[command(name = "zoho-grant", version, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How much is said, and how.
    #[command(flatten)]
    pub talk: Talk,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Start here: a page in the browser leads from nothing to credentials for Zoho CRM
    Setup(setup::Setup),
    /// Log in at Zoho in the browser and get credentials for Zoho CRM
    Login(Login),
    /// Rehearse the login against a stand-in Zoho inside this program: no account needed, nothing leaves the machine
    Demo(Demo),
    /// Exchange the grant token of a self client, typed in or on standard input, for tokens
    #[command(after_help = SELF_CLIENT)]
    Exchange(Grant),
    /// Print a live access token, refreshed if less than 5 minutes remain
    #[command(after_help = EXIT_CODES)]
    Token(tokens::Use),
    /// Print the Authorization header with a live access token, as in: zoho-grant header | curl -H @- URL
    #[command(after_help = EXIT_CODES)]
    Header(tokens::Use),
    /// Check that credentials work, who owns them and which scopes respond
    #[command(after_help = EXIT_CODES)]
    Check(tokens::Check),
    /// Revoke a refresh token and delete the saved profile
    Revoke(tokens::Revoke),
    /// List the saved profiles, without secrets
    Profiles,
    /// Remove a saved profile from this machine; its tokens live on at Zoho
    Forget {
        /// Which one [default: default] [env: ZOHO_PROFILE]
        #[arg(add = ArgValueCandidates::new(complete::profiles))]
        profile: Option<Name>,
    },
    /// Get credentials with a non-browser client: you consent on any other device
    Device(Device),
    /// Look up Zoho's scopes
    Scopes {
        /// Only those with this word in name or description
        word: Option<String>,
    },
    /// Look up Zoho's data centers
    Datacenters,
    /// Export saved credentials in any format; no request is made
    Export(Export),
    /// Print the completion script of a shell
    Completions(generated::Completions),
    /// Print the manual page, or that of a command
    Man(generated::Man),
}

/// Options of `login`.
#[derive(Args)]
#[command(after_help = "Exit codes:
  0 credentials obtained          4 nothing arrived in time
  1 this machine or the network   5 Zoho answered with an error
  2 wrong usage or settings       6 the redirect URI's port is taken
  3 consent refused               7 refused for safety
Any option beats its variable; --env-file beats the environment, which beats a saved profile. Client ID, secret and
server come together from the first of them that has a client ID.")]
pub struct Login {
    #[command(flatten)]
    pub grant: Grant,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub callback: Callback,
}

/// Options of `device`.
#[derive(Args)]
#[command(after_help = "Exit codes: as login's; 4 when the code was not entered in time.")]
pub struct Device {
    #[command(flatten)]
    pub grant: Grant,
    #[command(flatten)]
    pub consent: Consent,
}

/// Options of `demo`.
#[derive(Args)]
pub struct Demo {
    /// The flow to rehearse
    #[arg(long, value_enum, default_value = "login")]
    pub flow: Flow,
    /// Rehearse a failure
    #[arg(long, value_name = "CASE", value_enum)]
    pub fail: Option<Failure>,
    /// Consent without a browser
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub callback: Callback,
    #[command(flatten)]
    pub result: Credentials,
}

/// Which flow `demo` rehearses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Flow {
    /// As login: the browser brings the answer.
    Login,
    /// As login with a redirect URI elsewhere: you paste the answer.
    Paste,
    /// As exchange: you paste a self client's grant token.
    SelfClient,
    /// As device: you enter a code in any browser.
    Device,
    /// As setup: you register a client in the stand-in's API console, and fill in the page.
    Setup,
}

/// Options of `export`.
#[derive(Args)]
#[command(
    after_help = "Reads these variables: ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN, ZOHO_ACCESS_TOKEN,
ZOHO_ACCESS_TOKEN_EXPIRES_AT, ZOHO_ACCOUNTS_URL (or ZOHO_DC), ZOHO_API_DOMAIN, ZOHO_SCOPE and ZOHO_REDIRECT_URI.
All are read from one place: --profile, else --env-file, else the environment if it holds client and token,
else the profile of ZOHO_PROFILE, else the profile default."
)]
pub struct Export {
    #[command(flatten)]
    pub from: From,
    #[command(flatten)]
    pub hand_over: HandOver,
}

/// What every flow needs.
#[derive(Args)]
pub struct Grant {
    #[command(flatten)]
    pub client: Registered,
    #[command(flatten)]
    pub servers: Servers,
    #[command(flatten)]
    pub result: Credentials,
    #[command(flatten)]
    pub keep: Keep,
}

/// The client, as registered.
#[derive(Args)]
#[command(next_help_heading = "Client")]
pub struct Registered {
    /// Client ID of the client registered in Zoho's API console [env: ZOHO_CLIENT_ID]
    #[arg(long, value_name = "ID", value_parser = Id::new)]
    pub client_id: Option<Id>,
    /// File that holds the client secret, - for standard input [env: ZOHO_CLIENT_SECRET holds the secret itself]
    #[arg(long, value_name = "PATH")]
    pub client_secret_file: Option<PathBuf>,
    /// File with ZOHO_… variables; no .env is read by itself
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
}

/// Where Zoho is.
#[derive(Args)]
#[command(next_help_heading = "Zoho")]
pub struct Servers {
    /// Data center where the client is registered: us, eu, in, au, jp, ca, sa, cn, uk, ae or sg [default: us] [env: ZOHO_DC]
    #[arg(long, value_name = "CODE", value_parser = variables::data_center, add = ArgValueCandidates::new(complete::data_centers))]
    pub dc: Option<&'static DataCenter>,
    /// Accounts server instead of the data center's [env: ZOHO_ACCOUNTS_URL]
    #[arg(long, value_name = "URL", value_parser = AccountsServer::given)]
    pub accounts_url: Option<AccountsServer>,
    /// A further accounts server that Zoho's answers may name (repeatable)
    #[arg(long, value_name = "URL", value_parser = AccountsServer::given)]
    pub trust_accounts_server: Vec<AccountsServer>,
    /// A further API domain that Zoho's token answer may name (repeatable)
    #[arg(long, value_name = "URL", value_parser = ApiDomain::given)]
    pub trust_api_domain: Vec<ApiDomain>,
}

/// What the person is asked to consent to.
#[derive(Args, Default)]
#[command(next_help_heading = "Zoho")]
pub struct Consent {
    /// Scopes, separated by commas or spaces (repeatable) [env: ZOHO_SCOPE]
    #[arg(long, value_name = "A,B", value_parser = Scopes::parse, long_help = scope_help(), add = ArgValueCompleter::new(complete::scopes))]
    pub scope: Vec<Scopes>,
    /// How long to wait for the consent, as in 90s or 5m [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    pub timeout: Option<Duration>,
}

/// How the answer of the browser comes back.
#[derive(Args)]
#[command(next_help_heading = "Callback")]
pub struct Callback {
    /// Redirect URI exactly as registered; one that is not on this machine works by pasting [default: http://localhost:8085/callback; for demo a free port] [env: ZOHO_REDIRECT_URI]
    #[arg(long, value_name = "URI", value_parser = RedirectUri::parse)]
    pub redirect_uri: Option<RedirectUri>,
    /// Open nothing; open the printed address yourself
    #[arg(long)]
    pub no_browser: bool,
    /// Send no PKCE challenge
    #[arg(long, help_heading = "Zoho")]
    pub no_pkce: bool,
}

/// Where what is obtained goes.
#[derive(Args)]
#[command(next_help_heading = "Credentials")]
pub struct Credentials {
    #[command(flatten)]
    pub hand_over: HandOver,
    /// Do not ask the CRM who owns the credentials
    #[arg(long)]
    pub no_verify: bool,
}

/// How much is said, and how.
#[derive(Args, Clone, Copy)]
#[command(next_help_heading = "Terminal")]
pub struct Talk {
    /// Tell each request and its answer; never a secret
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say only what needs doing, warnings and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// When to use colors; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub color: ColorChoice,
}

impl Consent {
    /// Lists all scopes.
    pub fn scopes(&self) -> Option<Scopes> {
        let lists = self.scope.iter().map(|scopes| scopes.joined(","));
        Scopes::parse(&lists.collect::<Vec<_>>().join(",")).ok()
    }
}

/// Leaves out the rejected value: it may be a secret given in the wrong place.
pub fn unrepeated(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::ValueValidation {
        let hidden = ContextValue::String("…".to_owned());
        error.insert(ContextKind::InvalidValue, hidden);
    }
    error
}

/// Parses a time such as 90s or 5m, up to a day.
fn timeout(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it as in 90s or 5m"))?;
    if time.is_zero() || time > LONGEST_TIMEOUT {
        return Err("it must be more than nothing and at most a day".to_owned());
    }
    Ok(time)
}

fn scope_help() -> String {
    format!(
        "Scopes, separated by commas or spaces (repeatable) [env: ZOHO_SCOPE]\n[default: {}]",
        scopes::DEFAULT
    )
}
