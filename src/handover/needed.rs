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
            Self::Environment => "the organisation's environment, which is not known from Zoho",
            Self::Edition => "the organisation's edition, which is not known from Zoho",
            Self::StartDate => "a start date",
            Self::UserAgent => "a user agent",
        }
    }

    /// What to do, one line, naming the option.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::AccessToken => "Give ZOHO_ACCESS_TOKEN, or run the login again.",
            Self::RefreshToken => {
                "Run the login again and accept on Zoho's page; only a consent gives one."
            }
            Self::ApiDomain => {
                "Give ZOHO_API_DOMAIN to `zoho-grant export`, or choose another --format."
            }
            Self::Endpoint => "Give --endpoint, such as crm.zoho.eu/crm/private.",
            Self::Environment => "Give --environment: Production, Developer or Sandbox.",
            Self::Edition => {
                "Give --edition: Free, Standard, Professional, Enterprise or Ultimate."
            }
            Self::StartDate => "Give --start-date, such as 2026-01-01.",
            Self::UserAgent => {
                "Give --user-agent: the reader's name and an address at which Zoho could reach you."
            }
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
