//! Arguments of the ways to tokens beside `login`, and of the look-ups.

use crate::cli::tokens::Keep;
use crate::cli::{Credentials, Registered, Servers, Talk};
use clap::{Args, ValueEnum};

/// Options of `device`.
#[derive(Args)]
#[command(after_help = "Exit codes: as login's; 4 when the code was not entered in time.")]
pub struct Device {
    #[command(flatten)]
    pub client: Registered,
    #[command(flatten)]
    pub servers: Servers,
    #[command(flatten)]
    pub credentials: Credentials,
    #[command(flatten)]
    pub keep: Keep,
}

/// Which way `demo` goes.
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
}

/// Options of `scopes`.
#[derive(Args)]
pub struct Scopes {
    /// Only those with this word in name or description
    pub word: Option<String>,
    #[command(flatten)]
    pub talk: Talk,
}

/// Options of `datacenters`.
#[derive(Args)]
pub struct DataCenters {
    #[command(flatten)]
    pub talk: Talk,
}
