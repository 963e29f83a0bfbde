//! What consumers need and Zoho cannot tell, or did not: the person's options, and how each is read.

use clap::{Args, ValueEnum};
use std::str::FromStr;
use thiserror::Error;

/// What the person adds for the consumers.
#[derive(Args, Clone, Debug, Default)]
pub struct FormatOptions {
    /// What the names of variables begin with: an option of each command, for what it reads, too.
    #[arg(skip)]
    pub env_prefix: Prefix,
    /// Adobe's endpoint, in place of crm.zoho.DOMAIN/crm/private
    #[arg(long, value_name = "HOST/PATH", value_parser = endpoint)]
    pub endpoint: Option<String>,
    /// Production, Developer or Sandbox, for airbyte when neither Zoho nor the profile tells
    #[arg(
        long,
        value_name = "KIND",
        ignore_case = true,
        hide_possible_values = true
    )]
    pub environment: Option<Environment>,
    /// What starts the MCP server, with its arguments, for mcp
    #[arg(long, value_name = "CMD")]
    pub command: Option<String>,
    /// The first day to read, as in 2026-01-31, for singer
    #[arg(long, value_name = "DATE", value_parser = start_date)]
    pub start_date: Option<String>,
    /// The User-Agent that the tap sends to Zoho, for singer
    #[arg(long, value_name = "TEXT", value_parser = user_agent)]
    pub user_agent: Option<String>,
}

/// Something that a consumer needs.
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
    /// Kind of the organization.
    Environment,
    /// Where reading begins.
    StartDate,
    /// The User-Agent that it sends.
    UserAgent,
}

/// Kind of an organization, as Airbyte names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
pub enum Environment {
    /// The real one.
    Production,
    /// A developer's.
    Developer,
    /// A copy to try things in.
    Sandbox,
}

/// What the names of variables begin with: "`ZOHO_`".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

/// Why a prefix is not taken.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("it is letters, digits and underscores, and does not begin with a digit, as in ZOHO_CRM_")]
pub struct NotAPrefix;

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

/// Host and path of the CRM without a scheme: "crm.zoho.eu/crm/private".
fn endpoint(text: &str) -> Result<String, NotAnExtra> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| text.to_owned()).ok_or(NotAnExtra::Endpoint)
}

/// A moment as Singer writes it: "2026-01-01T00:00:00Z".
fn start_date(text: &str) -> Result<String, NotAnExtra> {
    let moment = humantime::parse_rfc3339_weak(text)
        .or_else(|_| humantime::parse_rfc3339_weak(&format!("{text}T00:00:00Z")))
        .map_err(|_| NotAnExtra::StartDate)?;
    Ok(humantime::format_rfc3339_seconds(moment).to_string())
}

/// The value of a User-Agent header: printable ASCII.
fn user_agent(text: &str) -> Result<String, NotAnExtra> {
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    let text = text.trim();
    let fits = !text.is_empty() && text.bytes().all(plain);
    fits.then(|| text.to_owned()).ok_or(NotAnExtra::UserAgent)
}

impl Prefix {
    /// The whole name of a field's variable.
    pub fn name(&self, field: &str) -> String {
        format!("{}{field}", self.0)
    }

    /// What it is before: "`ZOHO_`".
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Prefix {
    fn default() -> Self {
        Self("ZOHO_".to_owned())
    }
}

impl FromStr for Prefix {
    type Err = NotAPrefix;

    fn from_str(text: &str) -> Result<Self, NotAPrefix> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let fits = text.bytes().all(plain)
            && text
                .bytes()
                .next()
                .is_some_and(|first| !first.is_ascii_digit());
        fits.then(|| Self(text.to_owned())).ok_or(NotAPrefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_becomes_a_moment() {
        assert_eq!(start_date("2026-01-31").unwrap(), "2026-01-31T00:00:00Z");
        let moment = "2026-01-31T12:34:56Z";
        assert_eq!(start_date(moment).unwrap(), moment);
        for wrong in ["", "yesterday", "31.1.2026", "2026-13-01", "2026-01-31T"] {
            assert_eq!(start_date(wrong), Err(NotAnExtra::StartDate), "{wrong}");
        }
    }

    #[test]
    fn what_could_break_a_line_is_refused() {
        assert_eq!(endpoint("crm.zoho.eu/a\nb"), Err(NotAnExtra::Endpoint));
        assert_eq!(user_agent("a\r\nb"), Err(NotAnExtra::UserAgent));
        assert!(user_agent("a consumer (a@example.com)").is_ok());
    }

    #[test]
    fn a_prefix_is_the_beginning_of_a_name() {
        assert!("ZOHO_CRM_".parse::<Prefix>().is_ok());
        assert!("_z9".parse::<Prefix>().is_ok());
        for wrong in ["", "9A", "A-B", "A B", "A=", "Ä", "$(id)"] {
            assert_eq!(wrong.parse::<Prefix>(), Err(NotAPrefix), "{wrong}");
        }
    }
}
