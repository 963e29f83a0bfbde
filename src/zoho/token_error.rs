//! What Zoho's token endpoint answers instead of tokens, and how to mend it.

use crate::untrusted::Untrusted;
use crate::zoho::trust::AccountsServer;
use std::fmt;

/// An `error` of the token endpoint (zoho.com/accounts/protocol/oauth/web-apps and users' reports).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// The client id is unknown at this data centre, or multi-DC is off for it.
    InvalidClient,
    /// The secret is wrong at this data centre.
    InvalidClientSecret,
    /// The redirect URI is not the registered one.
    InvalidRedirectUri,
    /// The grant token is expired, used, wrong, or of another data centre.
    InvalidCode,
    /// The person refused, or too many grant tokens were asked for.
    AccessDenied,
    /// `Access Denied` with `status: failure`: too many requests.
    Throttled,
    /// Not documented for this endpoint: shown as Zoho sent it.
    Other(Untrusted),
}

impl TokenError {
    /// Reads `error`, and `status` beside it.
    pub(super) fn of(error: &str, status: Option<&str>) -> Self {
        match (error, status) {
            ("invalid_client", _) => Self::InvalidClient,
            ("invalid_client_secret", _) => Self::InvalidClientSecret,
            ("invalid_redirect_uri", _) => Self::InvalidRedirectUri,
            ("invalid_code", _) => Self::InvalidCode,
            ("access_denied", _) => Self::AccessDenied,
            ("Access Denied", Some("failure")) => Self::Throttled,
            _ => Self::Other(Untrusted::new(error)),
        }
    }

    /// Why Zoho says so, in one line.
    pub fn cause(&self, server: &AccountsServer) -> String {
        match self {
            Self::InvalidClient => format!(
                "The client id is unknown at {server}: it is registered in another data centre, or multi-DC is off for it."
            ),
            Self::InvalidClientSecret => format!(
                "The client secret is not the one of {server}: secrets differ per data centre unless \
                 \"Use the same OAuth credentials for all data centers\" is ticked."
            ),
            Self::InvalidRedirectUri => {
                "The redirect URI differs from the one registered for this client, be it by one character.".to_owned()
            }
            Self::InvalidCode => {
                "The grant token had expired, was used before, or belongs to another data centre.".to_owned()
            }
            Self::AccessDenied => "The consent was refused, or too many grant tokens were asked for.".to_owned(),
            Self::Throttled => "Too many token requests in a short time: Zoho allows about ten in ten minutes.".to_owned(),
            Self::Other(_) => "Zoho does not document this error for the token request.".to_owned(),
        }
    }

    /// What to do about it, in one line. The redirect URI is the one that was sent, if any.
    pub fn remedy(&self, server: &AccountsServer, redirect_uri: Option<&str>) -> String {
        let console = server.api_console();
        match self {
            Self::InvalidClient => format!(
                "Run it with --dc of the data centre where the client is registered, or switch on multi-DC for the \
                 client ({console} → your client → Settings)."
            ),
            Self::InvalidClientSecret => format!(
                "Copy the client secret of this data centre ({console} → your client), and run the login again."
            ),
            Self::InvalidRedirectUri => redirect_uri.map_or_else(
                || "Use a grant token of the console's Self Client: one of another client needs its redirect URI, so use login.".to_owned(),
                |uri| format!("Register exactly {uri} ({console} → your client), and run the login again."),
            ),
            Self::InvalidCode if redirect_uri.is_none() => format!(
                "Make a new one ({console}), and exchange it at once, at the data centre where it was made."
            ),
            Self::InvalidCode => {
                "Run the login again and consent without a pause: a grant token lives for about a minute and works once.".to_owned()
            }
            Self::AccessDenied => "Wait a few minutes, run the login again and accept.".to_owned(),
            Self::Throttled => "Wait at least 10 minutes before the next try: every try in between makes it longer.".to_owned(),
            Self::Other(_) => "Check client and scopes in the console, and search Zoho's documentation for this code.".to_owned(),
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidClient => out.write_str("invalid_client"),
            Self::InvalidClientSecret => out.write_str("invalid_client_secret"),
            Self::InvalidRedirectUri => out.write_str("invalid_redirect_uri"),
            Self::InvalidCode => out.write_str("invalid_code"),
            Self::AccessDenied => out.write_str("access_denied"),
            Self::Throttled => out.write_str("Access Denied, too many requests"),
            Self::Other(code) => code.fmt(out),
        }
    }
}
