//! Validated settings of one login, for every flow. Everything in here can be used as is.

use crate::handover::Target;
use crate::handover::destination::Destination;
use crate::profiles::Keeping;
use crate::zoho::client::Client;
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::{AccountsServer, Trust};
use std::time::Duration;

/// What a login needs to know.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own, and every combination is possible"
)]
#[derive(Debug)]
pub struct Settings {
    /// The registered client.
    pub client: Client,
    /// The scopes to request.
    pub scopes: Scopes,
    /// The accounts server where the login begins: the one of the data center where the client is registered.
    pub home: AccountsServer,
    /// The servers that Zoho's responses may name.
    pub trust: Trust,
    /// Whether a PKCE challenge is sent with an authorization request.
    pub pkce: bool,
    /// Whether to ask the CRM who owns the tokens.
    pub verify: bool,
    /// How long to wait for the person.
    pub timeout: Duration,
    /// How long to wait for Zoho's answer to the token request.
    pub answer_within: Duration,
    /// Where the credentials go.
    pub target: Target,
    /// The program that will read the CRM, if the person named one.
    pub destination: Option<Destination>,
    /// The profile to save them in, if requested.
    pub keeping: Option<Keeping>,
    /// Whether Zoho is the stand-in, which every page then mentions.
    pub rehearsal: bool,
    /// Whether the credentials are written only if no browser fetched the page that shows them.
    pub page_first: bool,
}
