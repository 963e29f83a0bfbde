//! The file format of profiles: what may be shown, and the secrets separately.

use crate::credentials::Credentials;
use crate::profiles::profile::{Backend, Name};
use crate::untrusted::{SHOWN, Untrusted};
use crate::zoho::client::{self, Client, Id};
use crate::zoho::crm::{Identity, Organization, User};
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::{AccountsServer, ApiDomain};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;
use zeroize::Zeroizing;

/// The whole file.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct ProfilesFile {
    /// The profiles by name.
    pub(super) profiles: BTreeMap<Name, Record>,
}

/// What may be shown of a profile, and its secrets if they are saved in the file.
#[derive(Deserialize, Serialize)]
pub struct Record {
    /// Where the secrets are.
    pub kept: Backend,
    /// The client ID.
    pub client_id: String,
    /// The person's accounts server.
    pub accounts_url: String,
    api_domain: Option<Untrusted>,
    scope: Option<String>,
    /// The organization, if the check found it.
    pub organization: Option<Organization>,
    /// The person, if the check found them.
    pub user: Option<User>,
    redirect_uri: Option<String>,
    #[serde(default)]
    trust_accounts_servers: Vec<String>,
    #[serde(default)]
    trust_api_domains: Vec<String>,
    /// Only if the secrets are saved in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secrets: Option<Secrets>,
}

/// The secrets, together with the access token's expiry, so that both change in one step.
#[derive(Deserialize, Serialize)]
pub(super) struct Secrets {
    client_secret: Option<Zeroizing<String>>,
    refresh_token: Option<Zeroizing<String>>,
    access_token: Option<Zeroizing<String>>,
    expires_at: Option<String>,
}

impl Record {
    /// What is saved of credentials, with the secrets.
    pub(super) fn of(credentials: &Credentials, place: Backend) -> Self {
        let (servers, domains) = &credentials.trusted;
        let scopes = credentials.scopes.as_ref();
        let exposed = |secret: &SecretString| Zeroizing::new(secret.expose_secret().to_owned());
        Self {
            kept: place,
            client_id: credentials.client.id().to_owned(),
            accounts_url: credentials.accounts_server.to_string(),
            api_domain: credentials.api_domain.clone(),
            scope: scopes.map(|scopes| scopes.joined(" ")),
            organization: credentials.organization().map(|told| Organization {
                name: short(told.name.as_ref()),
                id: short(told.id.as_ref()),
                kind: short(told.kind.as_ref()),
                edition: short(told.edition.as_ref()),
            }),
            user: credentials.user().map(|told| User {
                name: short(told.name.as_ref()),
                email: short(told.email.as_ref()),
            }),
            redirect_uri: credentials.redirect_uri.clone(),
            trust_accounts_servers: servers.iter().map(ToString::to_string).collect(),
            trust_api_domains: domains.iter().map(ToString::to_string).collect(),
            secrets: Some(Secrets {
                client_secret: Some(exposed(credentials.client.secret())),
                refresh_token: credentials.refresh_token.as_ref().map(exposed),
                access_token: credentials.access_token.as_ref().map(exposed),
                expires_at: credentials.expires_at_text(),
            }),
        }
    }

    /// Combines both parts; the error says which value cannot be used.
    pub(super) fn with(self, secrets: Secrets) -> Result<Credentials, String> {
        let id = usable("client_id", Id::new(&self.client_id))?;
        let secret = secrets.client_secret.unwrap_or_default();
        let server = usable("accounts_url", AccountsServer::given(&self.accounts_url))?;
        let token = |token: Option<Zeroizing<String>>| {
            let token = token.map(|token| client::token(&token));
            usable("token", token.transpose())
        };
        let end = secrets.expires_at.as_deref().map(humantime::parse_rfc3339);
        let servers = self.trust_accounts_servers.iter();
        let servers = servers.map(|url| AccountsServer::given(url)).collect();
        let domains = self.trust_api_domains.iter();
        let domains = domains.map(|url| ApiDomain::given(url)).collect();
        let not_told = Identity::not_asked("the login that was saved did not include it");
        Ok(Credentials {
            client: usable("client_secret", Client::new(id, secret.as_str().into()))?,
            access_token: token(secrets.access_token)?,
            refresh_token: token(secrets.refresh_token)?,
            token_type: Untrusted::new("Bearer"),
            expires_at: usable("expires_at", end.transpose())?,
            scopes: self.scope.and_then(|scope| Scopes::parse(&scope).ok()),
            data_center: server.data_center(),
            accounts_server: server,
            api_domain: self.api_domain,
            redirect_uri: self.redirect_uri,
            trusted: (
                usable("trust_accounts_servers", servers)?,
                usable("trust_api_domains", domains)?,
            ),
            identity: Identity {
                organization: self.organization.map_or(not_told.organization, Ok),
                user: self.user.map_or(not_told.user, Ok),
            },
        })
    }
}

/// Drops names that are too long for a line; the file is limited in size.
fn short(name: Option<&Untrusted>) -> Option<Untrusted> {
    let name: String = name?.raw().chars().take(SHOWN).collect();
    Some(Untrusted::new(name))
}

fn usable<T, E: Display>(name: &str, value: Result<T, E>) -> Result<T, String> {
    value.map_err(|why| format!("its {name} cannot be used: {why}"))
}
