//! Arguments of the commands that use or save tokens after a login.

use crate::cli::complete::profiles;
use clap::{ArgGroup, Args, ValueHint};
use clap_complete::engine::ArgValueCandidates;
use std::ffi::OsString;
use std::path::PathBuf;
use zoho_grant::handover::format_options::Prefix;
use zoho_grant::profiles::profile::{Backend, Name};
use zoho_grant::zoho::api::{ApiPath, Method};
use zoho_grant::zoho::trust::ApiDomain;

/// Help footer of `token`, `header` and `check`.
pub const EXIT_CODES: &str =
    "Without options: complete ZOHO_… variables, else the profile named in ZOHO_PROFILE, else the
profile default.

Exit codes:
  0 valid                         5 no longer valid, or Zoho returned an error
  1 this machine or the network   7 refused for safety
  2 wrong usage or settings";

/// Whether and where to save credentials.
#[derive(Args, Clone)]
#[command(next_help_heading = "Saving", group = ArgGroup::new("saving").args(["save", "save_to"]).multiple(true))]
pub struct Keep {
    /// Save the client and tokens for later runs; credentials are then printed only if --format or --output is given [default: default] [env: ZOHO_PROFILE sets the name]
    #[arg(long, value_name = "PROFILE", num_args = 0..=1, add = ArgValueCandidates::new(profiles))]
    #[expect(
        clippy::option_option,
        reason = "the type of an option whose value can be omitted"
    )]
    pub save: Option<Option<Name>>,
    /// Where to save the secrets: the system's keyring, or a file that only you can read; implies --save [default: keyring]
    #[arg(long, value_name = "PLACE")]
    pub save_to: Option<Backend>,
    /// Profile that supplies the client and, with --save, receives the result
    #[arg(long, add = ArgValueCandidates::new(profiles))]
    pub profile: Option<Name>,
    /// Revoke the profile's previous refresh token without asking
    #[arg(long, requires = "saving")]
    pub revoke_old: bool,
}

impl Keep {
    /// Whether to save what the login obtains.
    pub fn is_requested(&self) -> bool {
        self.save.is_some() || self.save_to.is_some()
    }
}

/// Help footer of `exchange`.
pub const SELF_CLIENT: &str =
    "In Zoho's API console: Self Client → Generate Code, for 3 to 10 minutes. Then:
  zoho-grant exchange --dc eu --save          asks for the code, without showing it
  zoho-grant exchange < code.txt              reads it from standard input";

/// Where credentials come from.
#[derive(Args, Clone)]
#[command(next_help_heading = "Credentials")]
pub struct From {
    /// Saved profile [default: default] [env: ZOHO_PROFILE]
    #[arg(long, conflicts_with = "env_file", add = ArgValueCandidates::new(profiles))]
    pub profile: Option<Name>,
    /// File with ZOHO_… variables, as written by --format dotenv; refreshed tokens are saved back to it
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Prefix of the variable names
    #[arg(long, value_name = "PREFIX", default_value = "ZOHO_")]
    pub env_prefix: Prefix,
}

/// Options of `token` and `header`.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Use {
    #[command(flatten)]
    pub from: From,
    /// Request a new access token, even if the current one is valid or Zoho has refused before
    #[arg(long)]
    pub refresh: bool,
    /// Print a JSON object, including when the token expires
    #[arg(long)]
    pub json: bool,
}

/// Help footer of `run`.
pub const RUN: &str =
    "The program gets ZOHO_ACCESS_TOKEN, ZOHO_ACCESS_TOKEN_EXPIRES_AT, ZOHO_ACCOUNTS_URL,
ZOHO_API_DOMAIN and ZOHO_DC. Inherited variables that zoho-grant reads or writes are removed;
others, such as ZOHO_ORG_ID, are passed on.

Exit codes: the program's own; 126 if it cannot be started, 127 if it is not found; before it
starts, the same as token.";

/// Options of `run`.
#[derive(Args)]
pub struct Run {
    /// Also pass the client ID, client secret and refresh token to the program
    #[arg(long)]
    pub with_refresh_token: bool,
    /// Request a new access token, even if the current one is valid or Zoho has refused before
    #[arg(long)]
    pub refresh: bool,
    /// Another API domain that the program may receive (repeatable)
    #[arg(long, value_name = "URL", value_parser = ApiDomain::given)]
    pub trust_api_domain: Vec<ApiDomain>,
    /// The program and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, allow_hyphen_values = true, value_hint = ValueHint::CommandWithArguments)]
    pub command: Vec<OsString>,
    #[command(flatten)]
    pub from: From,
}

/// Help footer of `api`.
pub const API: &str = "Examples:
  zoho-grant api /crm/v8/org
  zoho-grant api '/crm/v8/Leads?fields=Last_Name,Email&per_page=5'
  zoho-grant api /crm/v8/coql --input query.json

Exit codes:
  0 the request succeeded         5 the CRM returned an error, or the credentials are not valid
  1 this machine or the network   7 refused for safety
  2 wrong usage or settings";

/// Options of `api`.
#[derive(Args)]
pub struct Api {
    /// GET, POST, PUT, PATCH or DELETE [default: GET, or POST with --input]
    #[arg(short = 'X', long, ignore_case = true, hide_possible_values = true)]
    pub method: Option<Method>,
    /// File to send as JSON, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// Request a new access token, even if the current one is valid or Zoho has refused before
    #[arg(long)]
    pub refresh: bool,
    /// Another API domain that may receive the access token (repeatable)
    #[arg(long, value_name = "URL", value_parser = ApiDomain::given)]
    pub trust_api_domain: Vec<ApiDomain>,
    /// Path and query on the credentials' API domain, such as /crm/v8/org
    pub path: ApiPath,
    #[command(flatten)]
    pub from: From,
}

/// Options of `check`.
#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    pub from: From,
    /// Print one JSON object instead of lines
    #[arg(long)]
    pub json: bool,
    /// Request a new access token, even if the current one is valid or Zoho has refused before
    #[arg(long)]
    pub refresh: bool,
    /// Another API domain that may receive the access token (repeatable)
    #[arg(long, value_name = "URL", value_parser = ApiDomain::given)]
    pub trust_api_domain: Vec<ApiDomain>,
}

/// Options of `revoke`.
#[derive(Args)]
pub struct Revoke {
    #[command(flatten)]
    pub from: From,
    /// Do not ask for confirmation
    #[arg(long)]
    pub yes: bool,
}
