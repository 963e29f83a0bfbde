//! What readers need and Zoho cannot tell, or did not: the person's options, parsed.

use crate::handover::variables::Prefix;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::str::FromStr;
use thiserror::Error;

/// What the person adds for the readers.
#[derive(Args, Clone, Debug, Default)]
pub struct FormatOptions {
    /// What the names of variables begin with, for dotenv and the shells
    #[arg(long, value_name = "PREFIX", default_value = "ZOHO_")]
    pub env_prefix: Prefix,
    /// Adobe's endpoint, in place of crm.zoho.<domain>/crm/private
    #[arg(long, value_name = "HOST/PATH")]
    pub endpoint: Option<Endpoint>,
    /// Production, Developer or Sandbox, for airbyte when Zoho does not tell
    #[arg(
        long,
        value_name = "KIND",
        ignore_case = true,
        hide_possible_values = true
    )]
    pub environment: Option<Environment>,
    /// Free, Standard, Professional, Enterprise or Ultimate, for airbyte when Zoho does not tell
    #[arg(long, ignore_case = true, hide_possible_values = true)]
    pub edition: Option<Edition>,
    /// Where reading begins, as in 2026-01-31, for singer
    #[arg(long, value_name = "DATE")]
    pub start_date: Option<StartDate>,
    /// How the reader names itself to Zoho, for singer
    #[arg(long, value_name = "TEXT")]
    pub user_agent: Option<UserAgent>,
}

/// Something that a reader needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// An access token: only credentials that were read can be without.
    AccessToken,
    /// A refresh token.
    RefreshToken,
    /// Where the API is.
    ApiDomain,
    /// The CRM's own host.
    Endpoint,
    /// Kind of the organisation.
    Environment,
    /// Edition of the organisation.
    Edition,
    /// Where reading begins.
    StartDate,
    /// How the reader names itself.
    UserAgent,
}

/// Kind of an organisation, as Airbyte names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[value(rename_all = "verbatim")]
pub enum Environment {
    /// The real one.
    Production,
    /// A developer's.
    Developer,
    /// A copy to try things in.
    Sandbox,
}

/// Edition of an organisation, as Airbyte names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[value(rename_all = "verbatim")]
pub enum Edition {
    /// Not paid for.
    Free,
    /// The first paid one.
    Standard,
    /// The second.
    Professional,
    /// The third.
    Enterprise,
    /// The last.
    Ultimate,
}

/// Host and path of the CRM without a scheme: "crm.zoho.eu/crm/private".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

/// A moment as Singer writes it: "2026-01-01T00:00:00Z".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartDate(String);

/// The value of a User-Agent header: printable ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent(String);

/// Why an option's value is not taken.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NotAnExtra {
    /// No endpoint.
    #[error("it is a host and a path without spaces, such as crm.zoho.eu/crm/private")]
    Endpoint,
    /// No date.
    #[error("write it as in 2026-01-31 or 2026-01-31T12:00:00Z")]
    StartDate,
    /// No header value.
    #[error("it is one line of plain letters, digits and signs")]
    UserAgent,
}

impl FromStr for Endpoint {
    type Err = NotAnExtra;

    fn from_str(text: &str) -> Result<Self, NotAnExtra> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        plain
            .then(|| Self(text.to_owned()))
            .ok_or(NotAnExtra::Endpoint)
    }
}

impl FromStr for StartDate {
    type Err = NotAnExtra;

    fn from_str(text: &str) -> Result<Self, NotAnExtra> {
        let moment = humantime::parse_rfc3339_weak(text)
            .or_else(|_| humantime::parse_rfc3339_weak(&format!("{text}T00:00:00Z")))
            .map_err(|_| NotAnExtra::StartDate)?;
        Ok(Self(humantime::format_rfc3339_seconds(moment).to_string()))
    }
}

impl FromStr for UserAgent {
    type Err = NotAnExtra;

    fn from_str(text: &str) -> Result<Self, NotAnExtra> {
        let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let text = text.trim();
        (!text.is_empty() && text.bytes().all(plain))
            .then(|| Self(text.to_owned()))
            .ok_or(NotAnExtra::UserAgent)
    }
}

impl Endpoint {
    /// Host and path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl StartDate {
    /// RFC 3339, in seconds, UTC.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl UserAgent {
    /// One line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[path = "format_options_tests.rs"]
mod tests;
