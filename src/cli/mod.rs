//! The command line: options, variables and help.

mod complete;
pub mod folder;
mod git;
pub mod handover;
pub mod help;
pub mod layers;
pub mod plan;
pub mod rehearsal;
pub mod setup;
pub mod tokens;
pub mod tunnel;
pub mod usage;
pub mod variables;

use clap::{ArgAction, Args, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};
use handover::HandOver;
use secrecy::SecretString;
use std::path::PathBuf;
use std::time::Duration;
use tokens::{API, EXIT_CODES, From, Keep, RUN, SELF_CLIENT};
use zoho_grant::handover::format_options::Prefix;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::profiles::profile::Name;
use zoho_grant::zoho::client::Id;
use zoho_grant::zoho::data_centers::DataCenter;
use zoho_grant::zoho::scopes::{self, Scopes};
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain};
use zoho_stand_in::failure::Failure;

/// Longer timeouts are typing errors.
const LONGEST_TIMEOUT: Duration = Duration::from_hours(24);

/// Get verified Zoho CRM OAuth credentials with one command.
#[derive(Parser)]
#[command(name = "zoho-grant", version, arg_required_else_help = true)]
pub struct Arguments {
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
    /// Verbosity and colors of the terminal output.
    #[command(flatten)]
    pub talk: Talk,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Start here: a page in the browser guides you from nothing to Zoho CRM credentials
    #[command(
        after_help = "The options are the same as login's; their values are filled in on the page.
Exit codes: the same as login."
    )]
    Setup(Login),
    /// Log in to Zoho in the browser and get Zoho CRM credentials
    Login(Login),
    /// Try the login against a built-in stand-in for Zoho: no account needed, nothing leaves this machine
    Demo(Demo),
    /// Exchange a self client's grant token, typed or from standard input, for tokens
    #[command(after_help = SELF_CLIENT)]
    Exchange(Grant),
    /// Print a live access token, refreshed if less than 5 minutes remain
    Token(tokens::Use),
    /// Print the Authorization header with a live access token
    Header(tokens::Use),
    /// Run a program with a live access token in its environment
    #[command(after_help = RUN)]
    Run(tokens::Run),
    /// Make one request to the CRM with a live access token; its body goes to standard output
    #[command(after_help = API)]
    Api(tokens::Api),
    /// Check that credentials work, who owns them and which scopes respond
    #[command(after_help = EXIT_CODES)]
    Check(tokens::Check),
    /// Revoke a refresh token and delete the saved profile
    Revoke(tokens::Revoke),
    /// List the saved profiles, without secrets
    Profiles {
        /// Print a JSON array instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Remove a saved profile from this machine; its tokens stay valid at Zoho
    Forget {
        /// The profile to remove [default: default] [env: ZOHO_PROFILE]
        #[arg(add = ArgValueCandidates::new(complete::profiles))]
        profile: Option<Name>,
    },
    /// Get credentials by entering a code on any other device (non-browser client)
    Device(Device),
    /// Look up Zoho's scopes
    Scopes {
        /// Show only scopes with this word in their name or description
        word: Option<String>,
        /// Print a JSON array instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Look up Zoho's data centers
    Datacenters {
        /// Print a JSON array instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Export saved credentials in any format; no request is made
    Export(Export),
    /// Print a shell's completion script
    #[command(after_help = "Run once to set up completion:
  bash        zoho-grant completions bash > ~/.local/share/bash-completion/completions/zoho-grant
  zsh         zoho-grant completions zsh > _zoho-grant           in a folder of $fpath
  fish        zoho-grant completions fish > ~/.config/fish/completions/zoho-grant.fish
  elvish      zoho-grant completions elvish >> ~/.config/elvish/rc.elv
  PowerShell  zoho-grant completions powershell >> $PROFILE      options only, no values")]
    Completions {
        /// Shell to generate the script for
        shell: Shell,
    },
    /// Print the program's manual page, or a command's
    #[command(after_help = "To read a page: zoho-grant man login | man -l -")]
    Man {
        /// Command to describe; if omitted, the program
        #[arg(add = ArgValueCandidates::new(complete::commands))]
        command: Option<String>,
    },
}

/// Options of `login`.
#[derive(Args, Clone)]
#[command(after_help = "Exit codes:
  0 credentials obtained          4 nothing arrived in time
  1 this machine or the network   5 Zoho answered with an error
  2 wrong usage or settings       6 the redirect URI's port is taken
  3 consent declined              7 refused for safety
Options override variables; --env-file overrides the environment, which overrides a saved profile.
Client ID, secret and server come together from the first of these that has a client ID.")]
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
#[command(after_help = "Exit codes: the same as login; 4 if the code was not entered in time.")]
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

/// The flow that `demo` rehearses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Flow {
    /// Like login: the browser delivers the response.
    Login,
    /// Like login with a redirect URI on another machine: you paste the response.
    Paste,
    /// Like exchange: you paste a self client's grant token.
    SelfClient,
    /// Like device: you enter a code in any browser.
    Device,
    /// Like setup: you register a client in the stand-in's API console, and fill in the page.
    Setup,
}

/// Options of `export`.
#[derive(Args)]
#[command(
    after_help = "Reads these variables: ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN, ZOHO_ACCESS_TOKEN,
ZOHO_ACCESS_TOKEN_EXPIRES_AT, ZOHO_ACCOUNTS_URL (or ZOHO_DC), ZOHO_API_DOMAIN, ZOHO_SCOPE and ZOHO_REDIRECT_URI.
All are read from one source: --profile, else --env-file, else the environment if it contains a client and a token,
else the profile named in ZOHO_PROFILE, else the profile default."
)]
pub struct Export {
    #[command(flatten)]
    pub from: From,
    #[command(flatten)]
    pub hand_over: HandOver,
}

/// Options that every flow needs.
#[derive(Args, Clone)]
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

/// The registered client.
#[derive(Args, Clone)]
#[command(next_help_heading = "Client")]
pub struct Registered {
    /// Client ID of the client registered in Zoho's API console [env: ZOHO_CLIENT_ID]
    #[arg(long, value_name = "ID", value_parser = Id::new)]
    pub client_id: Option<Id>,
    /// File that contains the client secret, or - for standard input [env: ZOHO_CLIENT_SECRET contains the secret
    /// itself]
    #[arg(long, value_name = "PATH")]
    pub client_secret_file: Option<PathBuf>,
    /// File with ZOHO_… variables; a .env file is not read automatically
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Whether the person confirmed a client ID of an unusual shape at `login`'s prompt.
    #[arg(skip)]
    pub confirmed: bool,
    /// The client secret that they typed there. No option takes it, because every user can read command lines.
    #[arg(skip)]
    pub typed_secret: Option<SecretString>,
}

/// Zoho's servers.
#[derive(Args, Clone)]
#[command(next_help_heading = "Zoho")]
pub struct Servers {
    /// Data center where the client is registered: us, eu, in, au, jp, ca, sa, cn, uk, ae or sg [default: prompts on a terminal, otherwise us] [env: ZOHO_DC]
    #[arg(long, value_name = "CODE", value_parser = variables::data_center, add = ArgValueCandidates::new(complete::data_centers))]
    pub dc: Option<&'static DataCenter>,
    /// Accounts server to use instead of the data center's [env: ZOHO_ACCOUNTS_URL]
    #[arg(long, value_name = "URL", value_parser = AccountsServer::given)]
    pub accounts_url: Option<AccountsServer>,
    /// Another accounts server that Zoho's responses may name (repeatable)
    #[arg(long, value_name = "URL", value_parser = AccountsServer::given)]
    pub trust_accounts_server: Vec<AccountsServer>,
    /// Another API domain that Zoho's token response may name (repeatable)
    #[arg(long, value_name = "URL", value_parser = ApiDomain::given)]
    pub trust_api_domain: Vec<ApiDomain>,
}

/// The consent to request.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Zoho")]
pub struct Consent {
    /// Scopes, separated by commas or spaces (repeatable) [env: ZOHO_SCOPE]
    #[arg(long, value_name = "A,B", value_parser = Scopes::parse, long_help = scope_help(), add = ArgValueCompleter::new(complete::scopes))]
    pub scope: Vec<Scopes>,
    /// How long to wait for consent, such as 90s or 5m [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    pub timeout: Option<Duration>,
}

/// How the browser's response comes back.
#[derive(Args, Clone)]
#[command(next_help_heading = "Callback")]
pub struct Callback {
    /// Redirect URI exactly as registered; if it is not on this machine, you paste the response [default: http://localhost:8085/callback; for demo, a free port] [env: ZOHO_REDIRECT_URI]
    #[arg(long, value_name = "URI", value_parser = RedirectUri::parse)]
    pub redirect_uri: Option<RedirectUri>,
    /// Do not open a browser; you open the printed URL yourself
    #[arg(long)]
    pub no_browser: bool,
    /// Do not send a PKCE challenge
    #[arg(long, help_heading = "Zoho")]
    pub no_pkce: bool,
}

/// Where the credentials go.
#[derive(Args, Clone)]
#[command(next_help_heading = "Credentials")]
pub struct Credentials {
    #[command(flatten)]
    pub hand_over: HandOver,
    /// Prefix of the variable names, written and (if the source has them) read
    #[arg(long, value_name = "PREFIX", default_value = "ZOHO_")]
    pub env_prefix: Prefix,
    /// Do not ask the CRM who owns the credentials
    #[arg(long)]
    pub no_verify: bool,
}

/// Verbosity and colors of the terminal output.
#[derive(Args, Clone, Copy)]
#[command(next_help_heading = "Terminal")]
pub struct Talk {
    /// Report each request and its response, never a secret
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Print only required actions, warnings and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// When to use colors; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub color: ColorChoice,
}

impl Consent {
    /// Combines all given scopes into one list.
    pub fn scopes(&self) -> Option<Scopes> {
        let lists = self.scope.iter().map(|scopes| scopes.joined(","));
        Scopes::parse(&lists.collect::<Vec<_>>().join(",")).ok()
    }
}

/// Parses a time such as 90s or 5m, up to a day.
fn timeout(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it like 90s or 5m"))?;
    if time.is_zero() || time > LONGEST_TIMEOUT {
        return Err("it must be longer than zero and at most a day".to_owned());
    }
    Ok(time)
}

fn scope_help() -> String {
    format!(
        "Scopes, separated by commas or spaces (repeatable) [env: ZOHO_SCOPE]\n[default: {}]",
        scopes::DEFAULT
    )
}
