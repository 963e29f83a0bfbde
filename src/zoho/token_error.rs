//! Errors of Zoho's token endpoint.

use crate::untrusted::Untrusted;
use thiserror::Error;

/// An `error` of the token endpoint (zoho.com/accounts/protocol/oauth/web-apps and users' reports).
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TokenError {
    /// The client ID is unknown in this data center, or multi-DC is turned off for it.
    #[error("invalid_client")]
    InvalidClient,
    /// The secret is wrong in this data center.
    #[error("invalid_client_secret")]
    InvalidClientSecret,
    /// The redirect URI is not the registered one.
    #[error("invalid_redirect_uri")]
    InvalidRedirectUri,
    /// The grant token is expired, used, wrong, or from another data center.
    #[error("invalid_code")]
    InvalidCode,
    /// The person declined, or too many grant tokens were requested.
    #[error("access_denied")]
    AccessDenied,
    /// `Access Denied` with `status: failure`: too many requests.
    #[error("Access Denied, too many requests")]
    Throttled,
    /// Not documented for this endpoint: shown as Zoho sent it.
    #[error("{0}")]
    Other(Untrusted),
}

impl TokenError {
    /// Reads `error` and `status`.
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
}
