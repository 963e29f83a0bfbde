//! The command line: options, variables and help, as the README lists them.

mod client;
mod complete;
pub mod export;
pub mod flows;
pub mod folder;
pub mod generated;
mod git;
mod handover;
mod layers;
pub mod options;
pub mod plan;
pub mod rehearsal;
pub mod saving;
pub mod source;
pub mod tokens;
mod tunnel;
pub mod usage;
pub mod variables;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};
use flows::{DataCenters, Device, Flow, Scopes};
use handover::HandOver;
use std::path::PathBuf;
use std::time::Duration;
use zoho_grant::zoho::scopes;
use zoho_stand_in::failure::Failure;

/// One command and one click to checked Zoho CRM credentials.
#[derive(Parser)]
#[command(name = "zoho-grant", version, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Log in at Zoho in the browser and get credentials for Zoho CRM
    Login(Login),
    /// Rehearse the login against a stand-in Zoho inside this program: no account needed, nothing leaves the machine
    Demo(Demo),
    /// Exchange the grant token of a self client, typed in or on standard input, for tokens
    Exchange(tokens::Exchange),
    /// Print a live access token, refreshed if less than 5 minutes remain
    Token(tokens::Use),
    /// Print the Authorization header with a live access token, as in: zoho-grant header | curl -H @- URL
    Header(tokens::Use),
    /// Tell whether credentials are alive, whose they are and which scopes answer
    Check(tokens::Check),
    /// Kill a refresh token at Zoho and forget it here
    Revoke(tokens::Revoke),
    /// List the kept profiles, without secrets
    Profiles(tokens::Profiles),
    /// Remove a kept profile from this machine; its tokens live on at Zoho
    Forget(tokens::Forget),
    /// Get credentials with a non-browser client: you consent on any other device
    Device(Device),
    /// Look up Zoho's scopes
    Scopes(Scopes),
    /// Look up Zoho's data centres
    Datacenters(DataCenters),
    /// Hand over credentials once more, in any format; no request is made
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
Any option beats its variable; --env-file beats the environment, which beats a kept profile. Client ID, secret and
server come together from the first of them that has a client ID.")]
pub struct Login {
    #[command(flatten)]
    pub client: Registered,
    #[command(flatten)]
    pub servers: Servers,
    #[command(flatten)]
    pub callback: Callback,
    #[command(flatten)]
    pub credentials: Credentials,
    #[command(flatten)]
    pub keep: tokens::Keep,
}

/// The client, as registered.
#[derive(Args)]
pub struct Registered {
    /// Client ID of the client registered in Zoho's API console [env: ZOHO_CLIENT_ID]
    #[arg(long, value_name = "ID", help_heading = "Client")]
    pub client_id: Option<String>,
    /// File that holds the client secret, - for standard input [env: ZOHO_CLIENT_SECRET holds the secret itself]
    #[arg(long, value_name = "PATH", help_heading = "Client")]
    pub client_secret_file: Option<PathBuf>,
    /// File with ZOHO_… variables; no .env is read by itself
    #[arg(long, value_name = "FILE", help_heading = "Client")]
    pub env_file: Option<PathBuf>,
}

/// Where Zoho is.
#[derive(Args)]
pub struct Servers {
    /// Data centre where the client is registered: us, eu, in, au, jp, ca, sa, cn, uk, ae or sg [default: us] [env: ZOHO_DC]
    #[arg(long, value_name = "CODE", help_heading = "Zoho", add = ArgValueCandidates::new(complete::data_centers))]
    pub dc: Option<String>,
    /// Accounts server instead of the data centre's [env: ZOHO_ACCOUNTS_URL]
    #[arg(long, value_name = "URL", help_heading = "Zoho")]
    pub accounts_url: Option<String>,
    /// A further accounts server that Zoho's answers may name (repeatable)
    #[arg(long, value_name = "URL", help_heading = "Zoho")]
    pub trust_accounts_server: Vec<String>,
    /// A further API domain that Zoho's token answer may name (repeatable)
    #[arg(long, value_name = "URL", help_heading = "Zoho")]
    pub trust_api_domain: Vec<String>,
}

/// Options of `demo`.
#[derive(Args)]
pub struct Demo {
    /// The way to the tokens
    #[arg(long = "flow", value_enum, value_name = "WAY", default_value = "login")]
    pub way: Flow,
    /// Rehearse a failure
    #[arg(long, value_name = "CASE", value_enum, hide_possible_values = true, long_help = failure_help())]
    pub fail: Option<Failure>,
    /// Consent without a browser
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub callback: Callback,
    #[command(flatten)]
    pub credentials: Credentials,
}

/// Options of `export`.
#[derive(Args)]
#[command(
    after_help = "Read are ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN, ZOHO_ACCESS_TOKEN,
ZOHO_ACCESS_TOKEN_EXPIRES_AT, ZOHO_ACCOUNTS_URL (or ZOHO_DC), ZOHO_API_DOMAIN, ZOHO_SCOPE and ZOHO_REDIRECT_URI.
All are read from one place: --profile, else --env-file, else the environment if it holds client and token,
else the profile of ZOHO_PROFILE, else the profile default."
)]
pub struct Export {
    /// File with ZOHO_… variables, as --format dotenv writes it; no .env is read by itself
    #[arg(long, value_name = "FILE", help_heading = "Client")]
    pub env_file: Option<PathBuf>,
    /// Stored profile [default: default] [env: ZOHO_PROFILE]
    #[arg(
        long,
        value_name = "PROFILE",
        conflicts_with = "env_file",
        help_heading = "Client",
        add = ArgValueCandidates::new(complete::profiles)
    )]
    pub profile: Option<String>,
    #[command(flatten)]
    pub hand_over: HandOver,
    #[command(flatten)]
    pub talk: Talk,
}

/// How the answer of the browser comes back.
#[derive(Args)]
pub struct Callback {
    /// Redirect URI exactly as registered; one that is not on this machine works by pasting [default: http://localhost:8085/callback; for demo a free port] [env: ZOHO_REDIRECT_URI]
    #[arg(long, value_name = "URI", help_heading = "Callback")]
    pub redirect_uri: Option<String>,
    /// Open nothing; open the printed address yourself
    #[arg(long, help_heading = "Callback")]
    pub no_browser: bool,
    /// Send no PKCE challenge
    #[arg(long, help_heading = "Zoho")]
    pub no_pkce: bool,
}

/// What is asked for, and where it goes.
#[derive(Args)]
pub struct Credentials {
    /// Scopes, separated by commas or spaces (repeatable) [env: ZOHO_SCOPE]
    #[arg(long, value_name = "A,B", help_heading = "Zoho", long_help = scope_help(), add = ArgValueCompleter::new(complete::scopes))]
    pub scope: Vec<String>,
    /// How long to wait for the consent, as in 90s or 5m [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = options::timeout, help_heading = "Zoho")]
    pub timeout: Option<Duration>,
    #[command(flatten)]
    pub hand_over: HandOver,
    /// Do not ask the CRM whose the credentials are
    #[arg(long, help_heading = "Credentials")]
    pub no_verify: bool,
    #[command(flatten)]
    pub talk: Talk,
}

/// How much is said, and how.
#[derive(Args, Clone, Copy)]
pub struct Talk {
    /// Tell each request and its answer; never a secret
    #[arg(long, short, action = ArgAction::Count, help_heading = "Terminal")]
    pub verbose: u8,
    /// Say only what needs doing, warnings and errors
    #[arg(long, short, conflicts_with = "verbose", help_heading = "Terminal")]
    pub quiet: bool,
    /// Colours
    #[arg(long, value_enum, default_value = "auto", help_heading = "Terminal")]
    pub color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

impl Command {
    /// How this command talks.
    pub fn talk(&self) -> Talk {
        match self {
            Self::Login(login) => login.credentials.talk,
            Self::Demo(demo) => demo.credentials.talk,
            Self::Device(device) => device.credentials.talk,
            Self::Scopes(scopes) => scopes.talk,
            Self::Datacenters(centers) => centers.talk,
            Self::Export(export) => export.talk,
            Self::Exchange(exchange) => exchange.credentials.talk,
            Self::Token(from) | Self::Header(from) => from.from.talk,
            Self::Check(check) => check.from.talk,
            Self::Revoke(revoke) => revoke.from.talk,
            Self::Profiles(profiles) => profiles.talk,
            Self::Forget(forget) => forget.talk,
            Self::Completions(completions) => completions.talk,
            Self::Man(man) => man.talk,
        }
    }
}

impl Credentials {
    /// All scopes as one list.
    pub fn scope(&self) -> Option<String> {
        (!self.scope.is_empty()).then(|| self.scope.join(","))
    }
}

fn failure_help() -> String {
    let values = Failure::value_variants().iter();
    let lines = values.filter_map(|failure| {
        let value = failure.to_possible_value()?;
        Some(format!("  {:26}{}", value.get_name(), value.get_help()?))
    });
    format!(
        "Rehearse a failure:\n{}",
        lines.collect::<Vec<_>>().join("\n")
    )
}

fn scope_help() -> String {
    format!(
        "Scopes, separated by commas or spaces (repeatable) [env: ZOHO_SCOPE]\n[default: {}]",
        scopes::DEFAULT
    )
}
