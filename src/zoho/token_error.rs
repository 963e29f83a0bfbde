//! Errors of Zoho's token endpoint.

use crate::untrusted::Untrusted;
use crate::zoho::lenient::Fields;
use derive_more::Display;

/// An `error` of the token endpoint (zoho.com/accounts/protocol/oauth/web-apps and users' reports).
#[derive(Clone, Debug, Display, PartialEq, Eq)]
#[display(rename_all = "snake_case")]
pub enum TokenError {
    /// The client ID is unknown in this data center, or multi-DC is turned off for it.
    InvalidClient,
    /// The secret is wrong in this data center.
    InvalidClientSecret,
    /// The redirect URI is not the registered one.
    InvalidRedirectUri,
    /// The grant token is expired, used, wrong, or from another data center.
    InvalidCode,
    /// The person declined, or too many grant tokens were requested.
    AccessDenied,
    /// `Access Denied` with `status: failure`: too many requests.
    #[display("Access Denied, too many requests")]
    Throttled,
    /// Not documented for this endpoint: shown as Zoho sent it.
    #[display("{_0}")]
    Other(Untrusted),
}

impl TokenError {
    /// Reads `error` and `status`; none without an error.
    pub(super) fn of(fields: &Fields) -> Option<Self> {
        let error = fields.text("error")?;
        Some(match (error, fields.text("status")) {
            ("invalid_client", _) => Self::InvalidClient,
            ("invalid_client_secret", _) => Self::InvalidClientSecret,
            ("invalid_redirect_uri", _) => Self::InvalidRedirectUri,
            ("invalid_code", _) => Self::InvalidCode,
            ("access_denied", _) => Self::AccessDenied,
            ("Access Denied", Some("failure")) => Self::Throttled,
            _ => Self::Other(Untrusted::new(error)),
        })
    }
}
