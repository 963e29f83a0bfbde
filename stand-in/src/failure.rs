//! The ways in which a login can fail, shared by the command line of `zoho-stand-in`, `zoho-grant demo --fail` and the
//! tests.

use std::fmt;

use clap::ValueEnum;

/// Where in the login a failure appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On one of Zoho's own pages, which never redirects.
    Page,
    /// In the callback.
    Callback,
    /// In the response to a device's poll.
    Device,
    /// In the token endpoint's response, including to a refresh.
    Token,
    /// In the CRM's responses.
    Crm,
}

/// A failure that the stand-in plays, listed in the order of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Failure {
    /// Zoho's page says Invalid Client; nothing comes back.
    InvalidClientPage,
    /// Zoho's page says Invalid Redirect Uri; nothing comes back.
    InvalidRedirectUriPage,
    /// Zoho's page says Invalid OAuth Scope; nothing comes back.
    InvalidScopePage,
    /// The person refuses consent.
    Refused,
    /// The refusal comes back without the state.
    RefusedWithoutState,
    /// The callback names a look-alike accounts server.
    ForeignAccountsServer,
    /// The callback's location disagrees with its accounts server.
    LocationMismatch,
    /// The callback names no accounts server, and the login succeeds.
    NoAccountsServer,
    /// Nobody enters the device code, and it expires.
    DeviceExpired,
    /// The first device poll is told to slow down, and the login succeeds.
    SlowDown,
    /// The person consents at another data center, and the login succeeds there.
    OtherDc,
    /// The device poll names an unknown data center.
    ForeignLocation,
    /// The data center does not know the client.
    InvalidClient,
    /// The client secret belongs to another data center.
    InvalidClientSecret,
    /// The redirect URI differs from the registered one.
    InvalidRedirectUri,
    /// The grant token has expired or was already used.
    InvalidCode,
    /// The token endpoint says that access was denied.
    AccessDenied,
    /// Too many token requests, with HTTP status 400.
    Throttled,
    /// Too many token requests, with HTTP status 200.
    #[value(name = "throttled-200")]
    Throttled200,
    /// The token endpoint answers general_error.
    GeneralError,
    /// The token endpoint answers invalid_scope.
    InvalidScope,
    /// The token endpoint answers unauthorized_client.
    UnauthorizedClient,
    /// The token endpoint answers invalid_grant.
    InvalidGrant,
    /// The response has no refresh token.
    NoRefreshToken,
    /// A gateway responds with an HTML page, status 502.
    Html,
    /// The response ends in the middle of its JSON.
    HalfJson,
    /// The response is 10 MB long.
    Huge,
    /// The token endpoint redirects elsewhere.
    Redirect,
    /// The token endpoint never answers.
    Slow,
    /// The connection is closed without a response.
    Closed,
    /// The response names a look-alike API domain.
    ForeignApiDomain,
    /// The lifetime is given as in Zoho's older responses, and the login succeeds.
    OldExpiry,
    /// The CRM says that the scope was not granted.
    ScopeMismatch,
    /// The CRM does not know the access token.
    InvalidToken,
    /// A gateway responds for the CRM with an HTML page, status 502.
    CrmHtml,
    /// The CRM never answers.
    CrmSlow,
}

impl Failure {
    /// Where in the login it appears.
    pub fn stage(self) -> Stage {
        match self {
            Self::InvalidClientPage | Self::InvalidRedirectUriPage | Self::InvalidScopePage => {
                Stage::Page
            }
            Self::Refused
            | Self::RefusedWithoutState
            | Self::ForeignAccountsServer
            | Self::LocationMismatch
            | Self::NoAccountsServer => Stage::Callback,
            Self::DeviceExpired | Self::SlowDown | Self::OtherDc | Self::ForeignLocation => {
                Stage::Device
            }
            Self::ScopeMismatch | Self::InvalidToken | Self::CrmHtml | Self::CrmSlow => Stage::Crm,
            _ => Stage::Token,
        }
    }
}

/// Formats it as on the command line.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value().expect("no failure is skipped");
        f.write_str(value.get_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_leads_back_to_its_failure() {
        for failure in Failure::value_variants() {
            let named = Failure::from_str(&failure.to_string(), false);
            assert_eq!(named, Ok(*failure));
        }
        assert_eq!(Failure::Throttled200.to_string(), "throttled-200");
    }

    #[test]
    fn an_unknown_name_is_none() {
        assert!(Failure::from_str("Slow", false).is_err());
    }
}
