//! The ways in which a rehearsed login can fail. `demo --fail` and the tests share them.

use std::fmt;
use std::str::FromStr;

/// Where in the login a failure shows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On a page of Zoho's own, which never redirects.
    Page,
    /// In the callback.
    Callback,
    /// In the answer to a poll of a device.
    Device,
    /// In the answer of the token endpoint, also to a refresh.
    Token,
    /// In the answers of the CRM.
    Crm,
}

/// One list, so that a failure cannot lack its name, stage or line of explanation.
macro_rules! failures {
    ($($variant:ident, $stage:ident, $name:literal, $about:literal;)*) => {
        /// A failure that the stand-in plays.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Failure {
            $(#[doc = $about] $variant,)*
        }

        impl Failure {
            /// Every failure, in the order of a login.
            pub const ALL: &[Failure] = &[$(Failure::$variant,)*];

            /// What `demo --fail` calls it.
            pub fn name(self) -> &'static str {
                match self { $(Failure::$variant => $name,)* }
            }

            /// What happens, in one line.
            pub fn about(self) -> &'static str {
                match self { $(Failure::$variant => $about,)* }
            }

            /// Where in the login it shows.
            pub fn stage(self) -> Stage {
                match self { $(Failure::$variant => Stage::$stage,)* }
            }
        }
    };
}

failures! {
    InvalidClientPage, Page, "invalid-client-page", "Zoho's page says Invalid Client; nothing comes back";
    InvalidRedirectUriPage, Page, "invalid-redirect-uri-page", "Zoho's page says Invalid Redirect Uri; nothing comes back";
    InvalidScopePage, Page, "invalid-scope-page", "Zoho's page says Invalid OAuth Scope; nothing comes back";
    Refused, Callback, "refused", "the person refuses consent";
    RefusedWithoutState, Callback, "refused-without-state", "a refusal comes without the state";
    ForeignAccountsServer, Callback, "foreign-accounts-server", "the callback names a look-alike accounts server";
    LocationMismatch, Callback, "location-mismatch", "the callback's location disagrees with its accounts server";
    NoAccountsServer, Callback, "no-accounts-server", "the callback names no accounts server, and the login succeeds";
    DeviceExpired, Device, "device-expired", "nobody enters the device's code, and it expires";
    SlowDown, Device, "slow-down", "the first poll of the device is told to slow down, and the login succeeds";
    OtherDc, Device, "other-dc", "the person consents at another data centre, and the login succeeds there";
    ForeignLocation, Device, "foreign-location", "the poll of the device names a data centre that is not known";
    InvalidClient, Token, "invalid-client", "the data centre does not know the client";
    InvalidClientSecret, Token, "invalid-client-secret", "the client secret is of another data centre";
    InvalidRedirectUri, Token, "invalid-redirect-uri", "the redirect URI differs from the registered one";
    InvalidCode, Token, "invalid-code", "the grant token has expired or was used";
    AccessDenied, Token, "access-denied", "the token endpoint says that access was denied";
    Throttled, Token, "throttled", "too many token requests, with HTTP status 400";
    Throttled200, Token, "throttled-200", "too many token requests, with HTTP status 200";
    GeneralError, Token, "general-error", "the token endpoint answers general_error";
    InvalidScope, Token, "invalid-scope", "the token endpoint answers invalid_scope";
    UnauthorizedClient, Token, "unauthorized-client", "the token endpoint answers unauthorized_client";
    InvalidGrant, Token, "invalid-grant", "the token endpoint answers invalid_grant";
    NoRefreshToken, Token, "no-refresh-token", "the answer has no refresh token";
    Html, Token, "html", "a gateway answers with an HTML page, status 502";
    HalfJson, Token, "half-json", "the answer ends in the middle of its JSON";
    Huge, Token, "huge", "the answer is 10 MB long";
    Redirect, Token, "redirect", "the token endpoint redirects elsewhere";
    Slow, Token, "slow", "the token endpoint never answers";
    Closed, Token, "closed", "the connection is closed without an answer";
    ForeignApiDomain, Token, "foreign-api-domain", "the answer names a look-alike API domain";
    OldExpiry, Token, "old-expiry", "the lifetime comes as in old answers, and the login succeeds";
    ScopeMismatch, Crm, "scope-mismatch", "the CRM says that the scope was not granted";
    InvalidToken, Crm, "invalid-token", "the CRM does not know the access token";
    CrmHtml, Crm, "crm-html", "a gateway answers for the CRM with an HTML page, status 502";
    CrmSlow, Crm, "crm-slow", "the CRM never answers";
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Failure {
    type Err = UnknownFailure;

    fn from_str(name: &str) -> Result<Self, UnknownFailure> {
        let found = Self::ALL.iter().find(|failure| failure.name() == name);
        found.copied().ok_or(UnknownFailure)
    }
}

/// No failure has that name.
#[derive(Debug, thiserror::Error)]
#[error("no such failure; there are: {}", names())]
pub struct UnknownFailure;

fn names() -> String {
    let names: Vec<_> = Failure::ALL.iter().map(|failure| failure.name()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_leads_back_to_its_failure() {
        for failure in Failure::ALL {
            assert_eq!(failure.name().parse::<Failure>().unwrap(), *failure);
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "Slow".parse::<Failure>().unwrap_err().to_string();
        assert!(error.contains("half-json, huge"), "{error}");
    }
}
