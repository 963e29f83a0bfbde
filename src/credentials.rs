//! What a login obtains: everything that a reader of the CRM needs.

use crate::untrusted::Untrusted;
use crate::zoho::client::Client;
use crate::zoho::crm::{Identity, Organization, User};
use crate::zoho::data_centers::DataCenter;
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::AccountsServer;
use secrecy::SecretString;
use std::time::SystemTime;

/// Client, tokens and where they are good.
#[derive(Debug)]
pub struct Credentials {
    /// The client that they belong to.
    pub client: Client,
    /// Good for about an hour; a login always obtains one, what `export` reads may be without.
    pub access_token: Option<SecretString>,
    /// Good until revoked; missing when Zoho gave none.
    pub refresh_token: Option<SecretString>,
    /// "Bearer", unless Zoho said otherwise.
    pub token_type: Untrusted,
    /// When the access token ends, when Zoho told.
    pub expires_at: Option<SystemTime>,
    /// What they may do: as granted, or as asked for when Zoho did not tell; what `export` reads may not say.
    pub scopes: Option<Scopes>,
    /// The person's accounts server.
    pub accounts_server: AccountsServer,
    /// Where the API is: as Zoho named it, or the table's when it named none.
    pub api_domain: Option<Untrusted>,
    /// The person's data center, when it is one of the table.
    pub data_center: Option<&'static DataCenter>,
    /// The redirect URI of the login, as registered.
    pub redirect_uri: Option<String>,
    /// Whose they are, as far as the check told.
    pub identity: Identity,
}

impl Credentials {
    /// RFC 3339, in seconds, UTC.
    pub fn expires_at_text(&self) -> Option<String> {
        self.expires_at
            .map(|moment| humantime::format_rfc3339_seconds(moment).to_string())
    }

    /// The organization, when the check told.
    pub fn organization(&self) -> Option<&Organization> {
        self.identity.organization.as_ref().ok()
    }

    /// The person, when the check told.
    pub fn user(&self) -> Option<&User> {
        self.identity.user.as_ref().ok()
    }
}
