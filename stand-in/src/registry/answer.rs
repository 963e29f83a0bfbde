//! The registry's answers.

use crate::DataCenter;

/// How the authorization endpoint answers a valid request.
pub enum Authorization {
    /// The person's account is elsewhere, so they are redirected there.
    Moved(DataCenter),
    /// The person is asked for consent.
    Consent {
        /// A one-time name for the pending consent.
        ticket: String,
        /// The scopes the client requests.
        scopes: Vec<String>,
    },
}

/// The error Zoho shows on a page of its own: "Invalid Client" and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// The client ID does not exist in this data center.
    Client,
    /// The redirect URI is not registered.
    RedirectUri,
    /// A scope is malformed.
    Scope,
    /// The response type is not `code`.
    ResponseType,
    /// No device is waiting with this code.
    UserCode,
    /// Anything else. Zoho's documentation does not name this page.
    Request,
}

/// The person's decision, to be sent to the redirect URI.
pub struct Decided {
    /// The redirect URI.
    pub redirect_uri: String,
    /// The state exactly as the client sent it.
    pub state: Option<String>,
    /// The grant token; none after a refusal.
    pub code: Option<String>,
    /// The access token of a JavaScript client, in place of a grant token. It opens nothing.
    pub token: Option<String>,
}

/// A successful answer of the token endpoint.
pub struct Issued {
    /// An access token, valid for an hour.
    pub access_token: String,
    /// A refresh token, only after a new offline consent.
    pub refresh_token: Option<String>,
    /// The granted scopes.
    pub scopes: Vec<String>,
}

/// Codes for a device.
pub struct DeviceStart {
    /// The code the device polls with.
    pub device_code: String,
    /// The code the person enters.
    pub user_code: String,
}

/// The answer to a poll.
pub enum Polled {
    /// The person accepted.
    Issued(Issued),
    /// The person has not decided yet.
    Pending,
    /// The poll came too soon after the previous one.
    SlowDown,
    /// The person accepted at another data center.
    OtherDataCenter(DataCenter),
    /// The person refused.
    Refused,
    /// The code has expired.
    Expired,
    /// The request is invalid.
    Error(TokenError),
}

/// The error codes that the token endpoint reaches by its own rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// The client is not known at this data center.
    InvalidClient,
    /// The secret is not the one for this data center.
    InvalidClientSecret,
    /// The redirect URI is not the one in the authorization request.
    InvalidRedirectUri,
    /// The grant token or refresh token is not valid here.
    InvalidCode,
    /// It is not a token request.
    GeneralError,
}

impl TokenError {
    /// The code as it appears in the answer.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidClient => "invalid_client",
            Self::InvalidClientSecret => "invalid_client_secret",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidCode => "invalid_code",
            Self::GeneralError => "general_error",
        }
    }
}
