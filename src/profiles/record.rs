//! The shapes in which profiles are written: public facts, and secrets apart from them.

use crate::profiles::profile::{Backend, Listed, Name};
use crate::profiles::stored::Stored;
use crate::untrusted::Untrusted;
use crate::zoho::client::{self, Client, Id, NotAClient};
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::{AccountsServer, ApiDomain, NotAnOrigin};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The whole file.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct Document {
    /// By name.
    pub(super) profiles: BTreeMap<Name, Record>,
}

/// What is public of a profile, and its secrets when they are kept in the file.
#[derive(Deserialize, Serialize)]
pub(super) struct Record {
    /// Where the secrets are.
    pub(super) kept: Backend,
    client_id: String,
    accounts_url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_domain: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trust_accounts_servers: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trust_api_domains: Vec<String>,
    /// Only of a profile that is kept in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secrets: Option<Secrets>,
}

/// What nobody else may see; the end of the access token stands beside it, so that both change in one step.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Secrets {
    client_secret: Zeroizing<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_token: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

impl Record {
    /// The public part.
    pub(super) fn of(kept: &Stored, place: Backend) -> Self {
        let raw = |text: &Option<Untrusted>| text.as_ref().map(|text| text.raw().to_owned());
        Self {
            kept: place,
            client_id: kept.client.id().to_owned(),
            accounts_url: kept.accounts_server.as_str().to_owned(),
            api_domain: raw(&kept.api_domain),
            scope: kept.scopes.as_ref().map(|scopes| scopes.joined(" ")),
            organization: raw(&kept.organization),
            person: raw(&kept.person),
            redirect_uri: kept.redirect_uri.clone(),
            trust_accounts_servers: kept.trusted.0.iter().map(ToString::to_string).collect(),
            trust_api_domains: kept.trusted.1.iter().map(ToString::to_string).collect(),
            secrets: None,
        }
    }

    /// What may be shown.
    pub(super) fn listed(&self, name: &Name) -> Listed {
        Listed {
            name: name.clone(),
            place: self.kept,
            client_id: self.client_id.clone(),
            accounts_url: self.accounts_url.clone(),
            organization: self.organization.clone(),
            person: self.person.clone(),
        }
    }

    /// Both parts together; the text says which value cannot be used.
    pub(super) fn kept(&self, secrets: Secrets) -> Result<Stored, String> {
        let unusable = |name: &str, why: String| format!("its {name} cannot be used: {why}");
        let id = Id::new(&self.client_id).map_err(|not| unusable("client_id", not.to_string()))?;
        let client = Client::new(id, secrets.client_secret.as_str().into());
        let token =
            |text: Option<Zeroizing<String>>| text.map(|text| client::token(&text)).transpose();
        let tokens = (token(secrets.refresh_token), token(secrets.access_token));
        let not_a_token = |not: NotAClient| unusable("token", not.to_string());
        let end = secrets.expires_at.as_deref().map(humantime::parse_rfc3339);
        let server = AccountsServer::given(&self.accounts_url);
        let servers = self.trust_accounts_servers.iter();
        let servers: Result<_, NotAnOrigin> =
            servers.map(|url| AccountsServer::given(url)).collect();
        let servers = servers.map_err(|not| unusable("trust_accounts_servers", not.to_string()));
        let domains = self.trust_api_domains.iter();
        let domains: Result<_, NotAnOrigin> = domains.map(|url| ApiDomain::given(url)).collect();
        let domains = domains.map_err(|not| unusable("trust_api_domains", not.to_string()));
        Ok(Stored {
            client: client.map_err(|not| unusable("client_secret", not.to_string()))?,
            accounts_server: server.map_err(|not| unusable("accounts_url", not.to_string()))?,
            refresh_token: tokens.0.map_err(not_a_token)?,
            access_token: tokens.1.map_err(not_a_token)?,
            expires_at: end
                .transpose()
                .map_err(|not| unusable("expires_at", not.to_string()))?,
            scopes: self
                .scope
                .as_deref()
                .and_then(|scope| Scopes::parse(scope).ok()),
            api_domain: self.api_domain.clone().map(Untrusted::new),
            organization: self.organization.clone().map(Untrusted::new),
            person: self.person.clone().map(Untrusted::new),
            redirect_uri: self.redirect_uri.clone(),
            trusted: (servers?, domains?),
        })
    }
}

impl Secrets {
    /// The secret part.
    pub(super) fn of(kept: &Stored) -> Self {
        let secret = |text: &SecretString| Zeroizing::new(text.expose_secret().to_owned());
        let end = kept.expires_at.map(humantime::format_rfc3339_seconds);
        Self {
            client_secret: secret(kept.client.secret()),
            refresh_token: kept.refresh_token.as_ref().map(secret),
            access_token: kept.access_token.as_ref().map(secret),
            expires_at: end.map(|end| end.to_string()),
        }
    }

    /// As the keyring holds them.
    pub(super) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(serde_json::to_string(self).expect("every key is a string"))
    }

    /// As the keyring gave them.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }
}
