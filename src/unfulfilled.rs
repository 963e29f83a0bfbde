//! A request about tokens that Zoho did not fulfil, outside the login in the browser.

use crate::zoho::token::ExchangeError;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;
use std::fmt;

/// What was asked for, and what came instead.
#[derive(Debug)]
pub struct Unfulfilled {
    /// What was asked for.
    pub request: Request,
    /// What came instead.
    pub error: ExchangeError,
    /// Who was asked.
    pub server: AccountsServer,
}

/// The requests about tokens that need no browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Tokens for the grant token of a self client.
    Exchange,
    /// Another access token.
    Refresh {
        /// The command that consents anew.
        again: String,
    },
    /// The end of a refresh token.
    Revoke,
}

impl Unfulfilled {
    /// Whether the data centre may be the wrong one: Zoho has no error of its own for that.
    pub fn may_be_elsewhere(&self) -> bool {
        use TokenError::{InvalidClient, InvalidClientSecret, InvalidCode};
        matches!(
            self.error,
            ExchangeError::Refused(InvalidClient | InvalidClientSecret | InvalidCode)
        )
    }

    /// Whether Zoho does not know the token (any more).
    pub fn is_dead(&self) -> bool {
        self.request != Request::Exchange
            && matches!(self.error, ExchangeError::Refused(TokenError::InvalidCode))
    }

    /// Why, in one line.
    pub fn cause(&self) -> String {
        match (&self.error, &self.request) {
            (ExchangeError::Refused(TokenError::InvalidCode), Request::Exchange) => {
                "It works once, at its own data centre, for its own client, and for the 3 to 10 minutes that were \
                 chosen when the console made it: one of these does not hold.".to_owned()
            }
            (ExchangeError::Refused(TokenError::InvalidCode), _) => {
                "It was revoked, or newer consents pushed it out (Zoho keeps about twenty per person and client), or \
                 it belongs to another client or data centre.".to_owned()
            }
            (ExchangeError::Refused(error), _) => error.cause(&self.server),
            (ExchangeError::NoAnswer(error), _) => error.cause(),
            (ExchangeError::Unreadable(_), _) => {
                "That is not how Zoho answers: a gateway or a proxy in between may have.".to_owned()
            }
        }
    }

    /// What to do next, in one line.
    pub fn remedy(&self) -> String {
        match (&self.error, &self.request) {
            (ExchangeError::Refused(TokenError::InvalidCode), Request::Exchange) => format!(
                "Make a new one ({} → your self client → Generate Code) and exchange it at once, with --dc of the \
                 data centre whose console made it.",
                self.server.api_console()
            ),
            (ExchangeError::Refused(TokenError::InvalidCode), Request::Refresh { again }) => {
                format!("Consent again: {again}")
            }
            (ExchangeError::Refused(error), _) => error.remedy(&self.server, None),
            (ExchangeError::NoAnswer(error), Request::Exchange) if !error.unsent => format!(
                "{} The grant token may be spent: make a new one in the console.",
                error.remedy()
            ),
            (ExchangeError::NoAnswer(error), _) => error.remedy().to_owned(),
            (ExchangeError::Unreadable(_), _) => {
                "Wait a minute and try again; check the proxy if it happens again.".to_owned()
            }
        }
    }

    /// 1 when nothing was answered, 5 when something else was.
    pub fn exit_code(&self) -> u8 {
        match self.error {
            ExchangeError::NoAnswer(_) => 1,
            _ => 5,
        }
    }
}

impl fmt::Display for Unfulfilled {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dead = self.is_dead();
        out.write_str(match self.request {
            Request::Exchange => "The grant token could not be exchanged: ",
            Request::Refresh { .. } if dead => "The refresh token is dead: ",
            Request::Refresh { .. } => "The access token could not be refreshed: ",
            Request::Revoke => "The refresh token could not be revoked: ",
        })?;
        match &self.error {
            ExchangeError::Refused(error) => write!(out, "Zoho answers {error}."),
            ExchangeError::NoAnswer(error) => write!(out, "{error}."),
            ExchangeError::Unreadable(what) => write!(out, "{} sent {what}.", self.server),
        }
    }
}
