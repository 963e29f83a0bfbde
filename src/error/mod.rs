//! Each way a command can end without what was asked. [`Error::explain`] says why, and what to do next.

pub mod explain;
mod profile;

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

/// The variants are told apart by remedy or exit code. `Display` says what could not be done.
#[derive(Debug, Error)]
pub enum Error {
    /// The port is unavailable.
    #[error("The redirect URI cannot be served: {0}.")]
    Port(#[from] PortUnavailable),
    /// No answer before the consent: nothing is lost.
    #[error("The login was not started: {0}.")]
    Unreachable(NetworkError),
    /// No callback in time.
    #[error("Nothing came back from Zoho in time.")]
    TimedOut {
        /// What must be registered.
        redirect_uri: String,
        /// Where it must be registered.
        console: &'static str,
    },
    /// Nobody went on at the set-up page in time.
    #[error("Nothing was entered at the set-up page in time.")]
    SetUpTimedOut,
    /// The set-up page's address was opened twice where the system does not tell by whom.
    #[error("The set-up page was opened a second time, so it was closed.")]
    OpenedTwice,
    /// A signal, before anything was obtained.
    #[error("The login was stopped.")]
    Stopped {
        /// Which one.
        signal: Signal,
        /// Whether the grant token was on its way to Zoho.
        code_spent: bool,
    },
    /// The person refused.
    #[error("The consent was refused at Zoho (access_denied).")]
    Refused,
    /// The callback carried another error.
    #[error("Zoho sent an error instead of a grant token: {0}.")]
    Authorization(Untrusted),
    /// The callback had the right state and nothing else.
    #[error("Zoho's answer holds neither a grant token nor an error.")]
    Empty,
    /// The callback named a server that is not trusted.
    #[error("{}.", foreign(.named, .location.as_ref()))]
    ForeignAccountsServer {
        /// What it named.
        named: Untrusted,
        /// The location that it named beside it.
        location: Option<Untrusted>,
    },
    /// Zoho did not fulfill a request about tokens.
    #[error("{}.", unfulfilled(.request, .error, .server))]
    Unfulfilled {
        /// What was asked for.
        request: Request,
        /// What came instead.
        error: ExchangeError,
        /// Who was asked.
        server: AccountsServer,
    },
    /// Nobody entered the user code and accepted while it lived.
    #[error("The code was not entered and accepted in time.")]
    CodeExpired,
    /// The person lives at a data center that is not of the table.
    #[error("Zoho names a data center that is not in the table: {0}.")]
    ForeignLocation(Untrusted),
    /// An access token alone.
    #[error("Zoho gave no refresh token.")]
    NoRefreshToken,
    /// The token answer named an API domain that is not trusted.
    #[error("The token answer {}.", foreign_domain(.0))]
    ForeignApiDomain(Untrusted),
    /// A fresh token that the CRM does not know.
    #[error("The CRM at {domain} does not accept the new access token ({code}).")]
    TokenNotAccepted {
        /// Where it was asked.
        domain: ApiDomain,
        /// What it said.
        code: &'static str,
    },
    /// The credentials could not be written where they should go.
    #[error("{0}.")]
    NotWritten(#[from] NotWritten),
    /// Standard output takes nothing else that was asked for either.
    #[error("Standard output could not be written: {0}.")]
    NotPrinted(io::Error),
    /// A profile could not keep what a login would obtain.
    #[error("The credentials could not be saved: {0}.")]
    CannotKeep(ProfileError),
    /// The credentials could not be kept.
    #[error("The credentials could not be saved: {0}.")]
    NotKept(ProfileError),
    /// Stored credentials cannot be read or changed.
    #[error("The saved credentials cannot be used: {0}.")]
    Profile(ProfileError),
    /// What a refresh brought could not be put back.
    #[error("The refreshed access token could not be saved: {0}.")]
    NotPutBack(String),
    /// Revoked tokens could not be removed here.
    #[error("The tokens were revoked at Zoho, but could not be deleted here: {0}.")]
    NotForgotten(String),
    /// The access token is at its end, and nothing is there to get another.
    #[error("There is no live access token, and no refresh token to get one.")]
    NothingToRefresh {
        /// The command that consents anew.
        again: String,
    },
}

/// The requests about tokens. `Display` says which one was not fulfilled.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Request {
    /// Tokens for a grant token.
    #[error("The grant token could not be exchanged")]
    Exchange {
        /// The redirect URI that was sent with it; a self client sends none.
        redirect_uri: Option<String>,
    },
    /// Tokens for a device code, or the code itself.
    #[error("Zoho gave no tokens for this device")]
    Device,
    /// Another access token.
    #[error("The access token could not be refreshed")]
    Refresh {
        /// The command that consents anew.
        again: String,
    },
    /// The end of a refresh token.
    #[error("The refresh token could not be revoked")]
    Revoke,
}

impl Error {
    /// Whether Zoho does not know the refresh token (any more).
    pub fn is_dead_token(&self) -> bool {
        let Self::Unfulfilled { request, error, .. } = self else {
            return false;
        };
        matches!(request, Request::Refresh { .. } | Request::Revoke)
            && matches!(error, ExchangeError::Refused(TokenError::InvalidCode))
    }

    /// Whether the data center may be the wrong one: Zoho has no error of its own for that.
    pub fn may_be_elsewhere(&self) -> bool {
        use TokenError::{InvalidClient, InvalidClientSecret, InvalidCode};
        let Self::Unfulfilled { error, .. } = self else {
            return false;
        };
        matches!(
            error,
            ExchangeError::Refused(InvalidClient | InvalidClientSecret | InvalidCode)
        )
    }
}

/// A server of Zoho's that another data center stands beside is no stranger.
fn foreign(named: &Untrusted, location: Option<&Untrusted>) -> String {
    let center = DataCenter::of_accounts_server(named.raw());
    let at = location.and_then(|location| DataCenter::of_code(location.raw()));
    match (center, at) {
        (Some(center), Some(at)) if center != at => {
            "The callback names two different data centers".to_owned()
        }
        _ => format!("The callback names an accounts server that is not trusted: {named}"),
    }
}

fn foreign_domain(named: &Untrusted) -> String {
    if named.raw().trim().is_empty() {
        "names an empty API domain".to_owned()
    } else {
        format!("names an API domain that is not Zoho's: {named}")
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
