//! What a reader needs, looked up in what Zoho told first and in the person's options then.

use crate::credentials::Credentials;
use crate::handover::format_error::Why;
use crate::handover::format_options::{Edition, Environment, FormatOptions, Need};
use crate::untrusted::Untrusted;
use clap::ValueEnum;
use secrecy::ExposeSecret;

impl Need {
    /// Reads on from "needs".
    pub fn what(self) -> &'static str {
        match self {
            Self::AccessToken => "an access token",
            Self::RefreshToken => "a refresh token, which is not there",
            Self::ApiDomain => "the API domain, which Zoho did not tell",
            Self::Endpoint => "an endpoint, and there is none known for this accounts server",
            Self::Environment => "the organization's environment, which is not known from Zoho",
            Self::Edition => "the organization's edition, which is not known from Zoho",
            Self::StartDate => "a start date",
            Self::UserAgent => "a user agent",
        }
    }
}

pub(super) fn access_token(credentials: &Credentials) -> Result<&str, Why> {
    let token = credentials.access_token.as_ref();
    token
        .map(ExposeSecret::expose_secret)
        .ok_or(Why::Missing(Need::AccessToken))
}

pub(super) fn refresh_token(credentials: &Credentials) -> Result<&str, Why> {
    let token = credentials.refresh_token.as_ref();
    token
        .map(ExposeSecret::expose_secret)
        .ok_or(Why::Missing(Need::RefreshToken))
}

pub(super) fn api_domain(credentials: &Credentials) -> Result<&str, Why> {
    let domain = credentials.api_domain.as_ref();
    domain
        .map(Untrusted::raw)
        .ok_or(Why::Missing(Need::ApiDomain))
}

/// As the CRM told, if that is one of those that readers know.
pub(super) fn environment(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Environment, Why> {
    let told = credentials
        .organization()
        .and_then(|organization| organization.kind.as_ref());
    told.and_then(|kind| Environment::from_str(kind.raw(), true).ok())
        .or(extras.environment)
        .ok_or(Why::Missing(Need::Environment))
}

/// As the CRM told, if that is one of those that readers know.
pub(super) fn edition(credentials: &Credentials, extras: &FormatOptions) -> Result<Edition, Why> {
    let told = credentials
        .organization()
        .and_then(|organization| organization.edition.as_ref());
    told.and_then(|edition| Edition::from_str(edition.raw(), true).ok())
        .or(extras.edition)
        .ok_or(Why::Missing(Need::Edition))
}

/// As given, or the CRM's own host in the data centre: the engine beneath Adobe's source documents
/// `crm.zoho.com/crm/private`; Adobe gives no example.
pub(super) fn endpoint(credentials: &Credentials, extras: &FormatOptions) -> Result<String, Why> {
    if let Some(given) = &extras.endpoint {
        return Ok(given.as_str().to_owned());
    }
    let center = credentials
        .data_center
        .ok_or(Why::Missing(Need::Endpoint))?;
    let host = center
        .accounts_server
        .strip_prefix("https://accounts.")
        .ok_or(Why::Missing(Need::Endpoint))?;
    Ok(format!("crm.{host}/crm/private"))
}
