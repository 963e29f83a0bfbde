//! Arguments of the commands about tokens after the login, and of keeping them.

use crate::cli::{Credentials, Registered, Servers, Talk, complete};
use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use std::path::PathBuf;
use zoho_grant::profiles::profile::Backend;

/// Of the commands that use credentials.
const EXIT_CODES: &str = "Without an option: complete ZOHO_… variables, else the profile of ZOHO_PROFILE, else the profile default.

Exit codes:
  0 alive                         5 dead, or Zoho answered with an error
  1 this machine or the network   7 refused for safety
  2 wrong usage or settings";

/// Whether and where credentials are kept.
#[derive(Args)]
pub struct Keep {
    /// Keep client and tokens for later runs; then nothing is printed unless --format or --output asks [default: default] [env: ZOHO_PROFILE names it]
    #[arg(long, value_name = "PROFILE", num_args = 0..=1, default_missing_value = "", help_heading = "Keeping", add = ArgValueCandidates::new(complete::profiles))]
    pub save: Option<String>,
    /// Where to keep the secrets: the system's keyring, or a file that only you can read
    #[arg(
        long,
        value_enum,
        value_name = "PLACE",
        default_value = "keyring",
        requires = "save",
        help_heading = "Keeping"
    )]
    pub save_to: Backend,
    /// The profile that --save means; keeps nothing by itself
    #[arg(long, value_name = "PROFILE", help_heading = "Keeping", add = ArgValueCandidates::new(complete::profiles))]
    pub profile: Option<String>,
    /// Revoke the refresh token that the profile held, without a question
    #[arg(long, requires = "save", help_heading = "Keeping")]
    pub revoke_old: bool,
}

/// Options of `exchange`.
#[derive(Args)]
#[command(
    mut_args(|arg| match arg.get_id().as_str() {
        "timeout" | "scope" => arg.hide(true),
        _ => arg,
    }),
    after_help = "In Zoho's API console: Self Client → Generate Code, for 3 to 10 minutes. Then:
  zoho-grant exchange --dc eu --save          asks for the code, without showing it
  zoho-grant exchange < code.txt              reads it from standard input"
)]
pub struct Exchange {
    #[command(flatten)]
    pub client: Registered,
    #[command(flatten)]
    pub servers: Servers,
    #[command(flatten)]
    pub credentials: Credentials,
    #[command(flatten)]
    pub keep: Keep,
}

/// Where credentials come from.
#[derive(Args)]
pub struct From {
    /// Stored profile [default: default] [env: ZOHO_PROFILE]
    #[arg(
        long,
        value_name = "PROFILE",
        conflicts_with = "env_file",
        help_heading = "Credentials",
        add = ArgValueCandidates::new(complete::profiles)
    )]
    pub profile: Option<String>,
    /// File with ZOHO_… variables; what is refreshed is put back there
    #[arg(long, value_name = "FILE", help_heading = "Credentials")]
    pub env_file: Option<PathBuf>,
    #[command(flatten)]
    pub talk: Talk,
}

/// Options of `token` and `header`.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Use {
    #[command(flatten)]
    pub from: From,
}

/// Options of `check`.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Check {
    #[command(flatten)]
    pub from: From,
    /// One JSON object instead of lines
    #[arg(long)]
    pub json: bool,
    /// A further API domain that the access token may be sent to (repeatable)
    #[arg(long, value_name = "URL")]
    pub trust_api_domain: Vec<String>,
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

/// Options of `profiles`.
#[derive(Args)]
pub struct Profiles {
    #[command(flatten)]
    pub talk: Talk,
}

/// Options of `forget`.
#[derive(Args)]
pub struct Forget {
    /// Which one [default: default] [env: ZOHO_PROFILE]
    #[arg(add = ArgValueCandidates::new(complete::profiles))]
    pub profile: Option<String>,
    #[command(flatten)]
    pub talk: Talk,
}
