//! Each way a command can fail. [`Error::explain`] says why, and what to do next.

pub mod explain;
pub mod explanation;
mod profile;
mod unfulfilled;

use crate::context::Signal;
use crate::handover::NotWritten;
use crate::loopback::bind::PortUnavailable;
use crate::profiles::error::ProfileError;
use crate::untrusted::Untrusted;
use crate::zoho::data_centers::DataCenter;
use crate::zoho::network::NetworkError;
use crate::zoho::token::ExchangeError;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::{AccountsServer, ApiDomain};
use std::io;
use thiserror::Error;

/// Each variant has its own remedy or exit code. `Display` says what could not be done.
#[derive(Debug, Error)]
pub enum Error {
    /// The port is unavailable.
    #[error("The redirect URI cannot be served: {0}.")]
    Port(#[from] PortUnavailable),
    /// Zoho did not answer before the consent: nothing is lost.
    #[error("The login was not started: {0}.")]
    Unreachable(NetworkError),
    /// No callback in time.
    #[error("Nothing came back from Zoho in time.")]
    TimedOut {
        /// The redirect URI that must be registered.
        redirect_uri: String,
        /// The API console where it must be registered.
        console: &'static str,
    },
    /// Nobody continued from the setup page in time.
    #[error("Nothing was entered on the setup page in time.")]
    SetUpTimedOut,
    /// The setup page's address was opened twice, and the system does not reveal by whom.
    #[error("The setup page was opened a second time, so it was closed.")]
    OpenedTwice,
    /// A signal, before anything was obtained.
    #[error("The login was stopped.")]
    Stopped {
        /// The signal.
        signal: Signal,
        /// Whether the grant token had been sent to Zoho.
        code_spent: bool,
    },
    /// The person declined the consent.
    #[error("The consent was declined at Zoho (access_denied).")]
    Refused,
    /// The callback contained another error.
    #[error("Zoho sent an error instead of a grant token: {0}.")]
    Authorization(Untrusted),
    /// The callback had the right state and nothing else.
    #[error("Zoho's response contains neither a grant token nor an error.")]
    Empty,
    /// The callback named a known accounts server and the location of another data center.
    #[error("The callback names two different data centers.")]
    TwoDataCenters(&'static DataCenter, &'static DataCenter),
    /// The callback named a server that is not trusted.
    #[error("The callback names an accounts server that is not trusted: {0}.")]
    ForeignAccountsServer(Untrusted),
    /// Zoho did not fulfill a token request: what came back instead from the server that received it.
    #[error("{}.", unfulfilled(.0, .1, .2))]
    Unfulfilled(Request, ExchangeError, AccountsServer),
    /// Nobody entered the user code and accepted before it expired.
    #[error("The code was not entered and accepted in time.")]
    CodeExpired,
    /// The person's account is in an unknown data center.
    #[error("Zoho named an unknown data center: {0}.")]
    ForeignLocation(Untrusted),
    /// Zoho issued only an access token.
    #[error("Zoho issued no refresh token.")]
    NoRefreshToken,
    /// The token response named an API domain that is not trusted.
    #[error("The token response {}.", foreign_domain(.0))]
    ForeignApiDomain(Untrusted),
    /// The CRM does not accept the new token.
    #[error("The CRM at {domain} does not accept the new access token ({code}).")]
    TokenNotAccepted {
        /// The API domain.
        domain: ApiDomain,
        /// The CRM's error code.
        code: &'static str,
    },
    /// The credentials could not be written where they should go.
    #[error("{0}.")]
    NotWritten(#[from] NotWritten),
    /// Other output could not be written.
    #[error("Standard output could not be written: {0}.")]
    NotPrinted(io::Error),
    /// Before the login: its result could not be saved to the profile.
    #[error("Nothing can be saved: {0}.")]
    CannotKeep(ProfileError),
    /// After the login: the credentials could not be saved.
    #[error("The credentials could not be saved: {0}.")]
    NotKept(ProfileError),
    /// Saved credentials cannot be read or changed.
    #[error("The saved credentials cannot be used: {0}.")]
    Profile(ProfileError),
    /// A refreshed access token could not be saved.
    #[error("The refreshed access token could not be saved: {0}.")]
    NotPutBack(String),
    /// Revoked tokens could not be removed here.
    #[error("The tokens were revoked at Zoho, but could not be deleted here: {0}.")]
    NotForgotten(String),
    /// The access token has expired, and there is no refresh token to get another.
    #[error("There is no live access token, and no refresh token to get one.")]
    NothingToRefresh {
        /// The command to consent again.
        again: String,
    },
}

/// A token request. `Display` says which one was not fulfilled.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Request {
    /// Exchanging a grant token for tokens, with the redirect URI that was sent with it.
    #[error("The grant token could not be exchanged")]
    Exchange(String),
    /// Exchanging a self client's grant token, which has no redirect URI.
    #[error("The grant token could not be exchanged")]
    SelfClient,
    /// Getting a device code, or tokens for it.
    #[error("Zoho issued no tokens for this device")]
    Device,
    /// Refreshing an access token.
    #[error("The access token could not be refreshed")]
    Refresh {
        /// The command to consent again.
        again: String,
    },
    /// Revoking a refresh token.
    #[error("The refresh token could not be revoked")]
    Revoke,
}

impl Error {
    /// The error for a server that a callback named: it contradicts the location, or is not trusted.
    pub fn foreign_accounts_server(named: Untrusted, location: Option<&Untrusted>) -> Self {
        let center = DataCenter::of_accounts_server(named.raw());
        let at = location.and_then(|location| DataCenter::of_code(location.raw()));
        match (center, at) {
            (Some(center), Some(at)) if center != at => Self::TwoDataCenters(center, at),
            _ => Self::ForeignAccountsServer(named),
        }
    }

    /// Zoho's error, if it refused a token request.
    pub fn refusal(&self) -> Option<&TokenError> {
        match self {
            Self::Unfulfilled(_, ExchangeError::Refused(error), _) => Some(error),
            _ => None,
        }
    }

    /// Whether the data center may be wrong: Zoho has no separate error for that.
    pub fn may_be_elsewhere(&self) -> bool {
        use TokenError::{InvalidClient, InvalidClientSecret, InvalidCode};
        matches!(
            self.refusal(),
            Some(InvalidClient | InvalidClientSecret | InvalidCode)
        )
    }
}

fn foreign_domain(named: &Untrusted) -> String {
    match named.raw().trim() {
        "" => "names an empty API domain".to_owned(),
        _ => format!("names an API domain that is not Zoho's: {named}"),
    }
}

impl Request {
    /// The error if Zoho did not fulfill it.
    pub fn unfulfilled(self, error: ExchangeError, server: &AccountsServer) -> Error {
        Error::Unfulfilled(self, error, server.clone())
    }
}

fn unfulfilled(request: &Request, error: &ExchangeError, server: &AccountsServer) -> String {
    match (request, error) {
        (Request::Refresh { .. }, ExchangeError::Refused(TokenError::InvalidCode)) => {
            "The refresh token is no longer valid (invalid_code)".to_owned()
        }
        (_, ExchangeError::Refused(error)) => format!("{request} ({error})"),
        (_, ExchangeError::NoAnswer(error)) => format!("{request}: {error}"),
        (_, ExchangeError::Unreadable(what)) => format!("{request}: {server} sent {what}"),
    }
}
