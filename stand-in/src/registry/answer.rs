//! What the registry answers.

use crate::DataCenter;

/// What the authorization endpoint does with a good request.
pub enum Authorization {
    /// The person lives elsewhere and is sent there.
    Moved(DataCenter),
    /// The person is asked.
    Consent {
        /// Names the pending consent, once.
        ticket: String,
        /// What the client asks for.
        scopes: Vec<String>,
    },
}

/// What Zoho says on a page of its own: "Invalid Client" and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// The client id does not exist in this data center.
    Client,
    /// The redirect URI is not registered.
    RedirectUri,
    /// A scope does not have the shape of one.
    Scope,
    /// Not `code`.
    ResponseType,
    /// No device waits with this code.
    UserCode,
    /// Anything else. Zoho's documents do not name this page.
    Request,
}

/// The person's answer, to be carried to the redirect URI.
pub struct Decided {
    /// Where to.
    pub redirect_uri: String,
    /// As the client sent it.
    pub state: Option<String>,
    /// The grant token; none after a refusal.
    pub code: Option<String>,
    /// The access token of a JavaScript client, in place of a grant token. It opens nothing.
    pub token: Option<String>,
}

/// A good answer of the token endpoint.
pub struct Issued {
    /// Lives an hour.
    pub access_token: String,
    /// Only after a fresh offline consent.
    pub refresh_token: Option<String>,
    /// Granted scopes.
    pub scopes: Vec<String>,
}

/// A code for a device.
pub struct DeviceStart {
    /// Stands for the consent, once it is given.
    pub device_code: String,
    /// What the person enters.
    pub user_code: String,
}

/// The answer to a poll.
pub enum Polled {
    /// The person accepted.
    Issued(Issued),
    /// They have not decided.
    Pending,
    /// The poll came too soon after the last.
    SlowDown,
    /// They accepted at another data center.
    OtherDataCenter(DataCenter),
    /// They refused.
    Refused,
    /// The code is too old.
    Expired,
    /// The request is not good.
    Error(TokenError),
}

/// The error codes that the token endpoint reaches by its own judgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// The client is not known at this data center.
    InvalidClient,
    /// Not the secret of this data center.
    InvalidClientSecret,
    /// Not the redirect URI of the authorization request.
    InvalidRedirectUri,
    /// The grant token or refresh token is of no use here.
    InvalidCode,
    /// Not a token request.
    GeneralError,
}

impl TokenError {
    /// As it stands in the answer.
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
