//! Checked settings of one login, whichever way it goes. What is in here can be used as it is.

use crate::handover::Target;
use crate::handover::destination::Destination;
use crate::profiles::Keeping;
use crate::zoho::client::Client;
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::{AccountsServer, Trust};
use std::time::Duration;

/// What a login needs to know.
#[derive(Debug)]
pub struct Settings {
    /// The registered client.
    pub client: Client,
    /// What to ask for.
    pub scopes: Scopes,
    /// The accounts server where the login begins: that of the data center where the client is registered.
    pub home: AccountsServer,
    /// The servers that Zoho's answers may name.
    pub trust: Trust,
    /// Whether a PKCE challenge is sent with an authorization request.
    pub pkce: bool,
    /// Whether the CRM is asked who owns the tokens.
    pub verify: bool,
    /// How long the person is waited for.
    pub timeout: Duration,
    /// How long Zoho's answer to the token request is waited for.
    pub answer_within: Duration,
    /// Where the credentials go.
    pub target: Target,
    /// The program that will read the CRM, when the person said which.
    pub destination: Option<Destination>,
    /// The profile that shall keep them, when the person asked for one.
    pub keeping: Option<Keeping>,
    /// Whether Zoho is the stand-in, which every page then says.
    pub rehearsal: bool,
    /// Whether credentials that a page has shown are not printed besides.
    pub page_first: bool,
}

impl Settings {
    /// Whether the credentials go to the target although a profile keeps them.
    pub(crate) fn hands_over(&self) -> bool {
        self.keeping
            .as_ref()
            .is_none_or(|keeping| keeping.hand_over)
    }
}
