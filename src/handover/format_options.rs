//! What consumers need and Zoho does not provide: the person's options, and how each is parsed.

use crate::zoho::client::is_token_text;
use clap::{Args, ValueEnum};
use derive_more::Display;
use std::str::FromStr;

/// The person's options for consumers.
#[derive(Args, Clone, Debug, Default)]
pub struct FormatOptions {
    /// Prefix of the variable names. Each command defines the option, because it also applies to what it reads.
    #[arg(skip)]
    pub env_prefix: Prefix,
    /// Adobe's endpoint, instead of crm.zoho.DOMAIN/crm/private
    #[arg(long, value_name = "HOST/PATH", value_parser = endpoint)]
    pub endpoint: Option<String>,
    /// Production, Developer or Sandbox, for airbyte if neither Zoho nor the profile provides it
    #[arg(
        long,
        value_name = "KIND",
        ignore_case = true,
        hide_possible_values = true
    )]
    pub environment: Option<Environment>,
    /// Command that starts the MCP server, with its arguments, for mcp
    #[arg(long, value_name = "CMD")]
    pub command: Option<String>,
    /// First day to read, such as 2026-01-31, for singer
    #[arg(long, value_name = "DATE", value_parser = start_date)]
    pub start_date: Option<String>,
    /// User-Agent that the tap sends to Zoho, for singer
    #[arg(long, value_name = "TEXT", value_parser = user_agent)]
    pub user_agent: Option<String>,
}

/// Something that a consumer needs. `Display` continues after "needs".
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq)]
pub enum Need {
    /// An access token: a login always provides one, `export` may not.
    #[display("an access token")]
    AccessToken,
    /// A refresh token.
    #[display("a refresh token, and there is none")]
    RefreshToken,
    /// The API domain.
    #[display("the API domain, which Zoho did not provide")]
    ApiDomain,
    /// The CRM's own host.
    #[display("an endpoint, and none is known for this accounts server")]
    Endpoint,
    /// The kind of organization.
    #[display("the organization's environment, which Zoho did not provide")]
    Environment,
    /// The date to start reading from.
    #[display("a start date")]
    StartDate,
    /// The User-Agent to send.
    #[display("a user agent")]
    UserAgent,
}

/// The kind of organization, in Airbyte's terms.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
pub enum Environment {
    /// A production organization.
    Production,
    /// A developer organization.
    Developer,
    /// A sandbox for testing.
    Sandbox,
}

/// The prefix of variable names: "`ZOHO_`".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

/// Host and path of the CRM without a scheme: "crm.zoho.eu/crm/private".
fn endpoint(text: &str) -> Result<String, &'static str> {
    is_token_text(text)
        .then(|| text.to_owned())
        .ok_or("use a host and a path without spaces, such as crm.zoho.eu/crm/private")
}

/// A moment as Singer writes it: "2026-01-01T00:00:00Z".
fn start_date(text: &str) -> Result<String, &'static str> {
    let moment = humantime::parse_rfc3339_weak(text)
        .or_else(|_| humantime::parse_rfc3339_weak(&format!("{text}T00:00:00Z")))
        .map_err(|_| "write it like 2026-01-31 or 2026-01-31T12:00:00Z")?;
    Ok(humantime::format_rfc3339_seconds(moment).to_string())
}

/// The value of a User-Agent header: printable ASCII.
fn user_agent(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    let text = text.trim();
    let fits = !text.is_empty() && text.bytes().all(plain);
    fits.then(|| text.to_owned())
        .ok_or("use one line of printable ASCII characters")
}

impl Prefix {
    /// The full name of a field's variable.
    pub fn name(&self, field: &str) -> String {
        format!("{}{field}", self.0)
    }

    /// The prefix itself: "`ZOHO_`".
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
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let begins = text.starts_with(|first: char| !first.is_ascii_digit());
        let fits = begins && text.bytes().all(plain);
        fits.then(|| Self(text.to_owned())).ok_or(
            "use letters, digits and underscores, not beginning with a digit, such as ZOHO_CRM_",
        )
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
            assert!(start_date(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_could_break_a_line_is_refused() {
        assert!(endpoint("crm.zoho.eu/a\nb").is_err());
        assert!(user_agent("a\r\nb").is_err());
        assert!(user_agent("a consumer (a@example.com)").is_ok());
    }

    #[test]
    fn a_prefix_is_the_beginning_of_a_name() {
        assert!("ZOHO_CRM_".parse::<Prefix>().is_ok());
        assert!("_z9".parse::<Prefix>().is_ok());
        for wrong in ["", "9A", "A-B", "A B", "A=", "Ä", "$(id)"] {
            assert!(wrong.parse::<Prefix>().is_err(), "{wrong}");
        }
    }
}
