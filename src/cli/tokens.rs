//! Arguments of the commands that use or save tokens after a login.

use crate::cli::complete::profiles;
use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use std::path::PathBuf;
use zoho_grant::profiles::profile::{Backend, Name};
use zoho_grant::zoho::trust::ApiDomain;

/// Help footer of `token`, `header` and `check`.
pub const EXIT_CODES: &str = "Without an option: complete ZOHO_… variables, else the profile of ZOHO_PROFILE, else the profile default.

Exit codes:
  0 alive                         5 dead, or Zoho answered with an error
  1 this machine or the network   7 refused for safety
  2 wrong usage or settings";

/// Whether and where to save credentials.
#[derive(Args)]
#[command(next_help_heading = "Keeping")]
pub struct Keep {
    /// Save client and tokens for later runs; then nothing is printed unless --format or --output asks [default: default] [env: ZOHO_PROFILE names it]
    #[arg(long, value_name = "PROFILE", num_args = 0..=1, add = ArgValueCandidates::new(profiles))]
    #[expect(
        clippy::option_option,
        reason = "the type of an option whose value may be left out"
    )]
    pub save: Option<Option<Name>>,
    /// Where to keep the secrets: the system's keyring, or a file that only you can read
    #[arg(
        long,
        value_name = "PLACE",
        default_value = "keyring",
        requires = "save"
    )]
    pub save_to: Backend,
    /// The profile that --save means; saves nothing by itself
    #[arg(long, add = ArgValueCandidates::new(profiles))]
    pub profile: Option<Name>,
    /// Revoke the refresh token that the profile held, without a question
    #[arg(long, requires = "save")]
    pub revoke_old: bool,
}

/// Help footer of `exchange`.
pub const SELF_CLIENT: &str =
    "In Zoho's API console: Self Client → Generate Code, for 3 to 10 minutes. Then:
  zoho-grant exchange --dc eu --save          asks for the code, without showing it
  zoho-grant exchange < code.txt              reads it from standard input";

/// Where credentials come from.
#[derive(Args)]
#[command(next_help_heading = "Credentials")]
pub struct From {
    /// Saved profile [default: default] [env: ZOHO_PROFILE]
    #[arg(long, conflicts_with = "env_file", add = ArgValueCandidates::new(profiles))]
    pub profile: Option<Name>,
    /// File with ZOHO_… variables, as --format dotenv writes it; what is refreshed is put back there
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
}

/// Options of `token` and `header`.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Use {
    #[command(flatten)]
    pub from: From,
    /// Ask Zoho for another access token, though this one is alive or Zoho has refused before
    #[arg(long)]
    pub refresh: bool,
}

/// Options of `check`.
#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    pub from: From,
    /// One JSON object instead of lines
    #[arg(long)]
    pub json: bool,
    /// Ask Zoho for another access token, though this one is alive or Zoho has refused before
    #[arg(long)]
    pub refresh: bool,
    /// A further API domain that the access token may be sent to (repeatable)
    #[arg(long, value_name = "URL", value_parser = ApiDomain::given)]
    pub trust_api_domain: Vec<ApiDomain>,
}

/// Options of `revoke`.
#[derive(Args)]
pub struct Revoke {
    #[command(flatten)]
    pub from: From,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}
