//! Each way a login can end without what was asked: what could not be done, why, what to do next.

use crate::loopback::bind::{PortReason, PortUnavailable};
use crate::profiles::error::ProfileError;
use crate::unfulfilled::Unfulfilled;
use crate::untrusted::Untrusted;
use crate::zoho::network::NetworkError;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::{AccountsServer, ApiDomain};
use std::path::PathBuf;
use thiserror::Error;

/// What the system asked this process to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// The terminal was closed.
    HangUp,
}

/// The variants are the contract's exit codes, told apart by remedy. `Display` says what could not be done.
#[derive(Debug, Error)]
pub enum Error {
    /// The port is unavailable.
    #[error("The redirect URI cannot be served: {0}.")]
    Port(#[from] PortUnavailable),
    /// No answer before the consent: nothing is lost.
    #[error("The login was not begun: {0}.")]
    Unreachable(NetworkError),
    /// No callback in time.
    #[error("Nothing came back from Zoho in time.")]
    TimedOut {
        /// What must be registered.
        redirect_uri: String,
        /// Where it must be registered.
        console: String,
    },
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
    #[error("The callback names an accounts server that is not to be trusted: {named}.")]
    ForeignAccountsServer {
        /// What it named.
        named: Untrusted,
        /// The location that contradicts it.
        location: Option<Untrusted>,
    },
    /// The token request was refused.
    #[error("Zoho gave no tokens for the grant token ({error}).")]
    Token {
        /// What Zoho said.
        error: TokenError,
        /// Who said it.
        server: AccountsServer,
        /// The redirect URI that was sent; a self client sends none.
        redirect_uri: Option<String>,
    },
    /// The token request got no answer.
    #[error("The grant token could not be exchanged: {0}.")]
    NoAnswer(NetworkError),
    /// The token request got an answer that is none.
    #[error("No tokens came: {server} sent {what}.")]
    Unreadable {
        /// Who sent it.
        server: AccountsServer,
        /// What it looks like.
        what: String,
    },
    /// Zoho gives this device no code, or no tokens for it.
    #[error("Zoho gave no tokens for this device ({error}).")]
    Device {
        /// What Zoho said.
        error: TokenError,
        /// Who said it.
        server: AccountsServer,
    },
    /// Polls got no answer.
    #[error("Zoho could not be asked for the tokens: {0}.")]
    PollUnanswered(NetworkError),
    /// Nobody entered the user code and accepted while it lived.
    #[error("The code was not entered and accepted in time.")]
    CodeExpired,
    /// The person lives at a data centre that is not of the table.
    #[error("Zoho says that the person is at a data centre that is not known: {0}.")]
    ForeignLocation(Untrusted),
    /// An access token alone.
    #[error("Zoho gave no refresh token.")]
    NoRefreshToken,
    /// The token answer named an API domain that is not trusted.
    #[error("The token answer names an API domain that is not Zoho's: {0}.")]
    ForeignApiDomain(Untrusted),
    /// A fresh token that the CRM does not know.
    #[error("The CRM at {0} does not accept the new access token (INVALID_TOKEN).")]
    TokenNotAccepted(ApiDomain),
    /// Zoho gave no refresh token, and the file holds one.
    #[error("{} was left as it was: it holds a refresh token, and there is none to put in its place.", Untrusted::new(.0.display().to_string()))]
    RefreshTokenSpared(PathBuf),
    /// The credentials could not be written where they should go.
    #[error("The credentials could not be written to {}: {reason}.", Untrusted::new(place.display().to_string()))]
    NotWritten {
        /// A file, or "standard output".
        place: PathBuf,
        /// Why.
        reason: String,
        /// Whether they were printed instead.
        printed: bool,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The credentials could not be kept.
    #[error("The credentials could not be kept: {0}.")]
    NotKept(ProfileError),
    /// Stored credentials cannot be had, or not be changed.
    #[error("The kept credentials cannot be used: {0}.")]
    Profile(ProfileError),
    /// What a refresh brought could not be put back.
    #[error("The refreshed access token could not be kept: {0}.")]
    NotPutBack(String),
    /// Revoked tokens could not be removed here.
    #[error("The tokens are dead at Zoho, but could not be removed here: {0}.")]
    NotForgotten(String),
    /// Zoho did not fulfil a request about tokens.
    #[error("{0}")]
    Unfulfilled(Unfulfilled),
    /// The access token is at its end, and nothing is there to get another.
    #[error("There is no live access token, and no refresh token to get one.")]
    NothingToRefresh {
        /// The command that consents anew.
        again: String,
    },
}

impl Error {
    /// Why, in one line.
    pub fn cause(&self) -> String {
        match self {
            Self::Port(PortUnavailable { reason: PortReason::ConnectionKept, .. }) => "A program that used this port before still holds a connection on it. Your browser might send Zoho's response through that connection, and the program could read it.".to_owned(),
            Self::Port(PortUnavailable { reason, .. }) => format!("{}. Another port would not do: Zoho compares the redirect URI letter by letter.", sentence(&reason.to_string())),
            Self::Unreachable(error) | Self::NoAnswer(error) | Self::PollUnanswered(error) => error.cause(),
            Self::TimedOut { .. } => "Either nobody consented, or Zoho showed an error page of its own, of which this program hears nothing.".to_owned(),
            Self::Stopped { signal, code_spent: false } => format!("{} No grant token was used up.", signal.cause()),
            Self::Stopped { signal, code_spent: true } => format!("{} The grant token was on its way to Zoho, and no answer had come.", signal.cause()),
            Self::Refused => "Somebody chose to reject on Zoho's page, so Zoho gave nothing.".to_owned(),
            Self::Authorization(_) => "Zoho does not document this error for the consent page.".to_owned(),
            Self::Empty => "The address that the browser brought was incomplete.".to_owned(),
            Self::ForeignAccountsServer { location: Some(location), .. } => format!("It is Zoho's, but not that of the data centre {location} named beside it. Nothing was sent anywhere."),
            Self::ForeignAccountsServer { location: None, .. } => "It is not one of Zoho's known servers, and it would have received your client secret. Nothing was sent anywhere.".to_owned(),
            Self::Device { error: TokenError::InvalidCode, .. } => "The code had expired, or its tokens were fetched already.".to_owned(),
            Self::Token { error, server, .. } | Self::Device { error, server } => error.cause(server),
            Self::CodeExpired => "A code lives about five minutes; nobody entered it and accepted while it did.".to_owned(),
            Self::ForeignLocation(_) => "Your client secret would have gone to that data centre's server. It was not sent.".to_owned(),
            Self::Unreadable { .. } => "That is not how Zoho answers: a gateway or a proxy in between may have.".to_owned(),
            Self::NoRefreshToken => "Zoho gives one only for offline access and a fresh consent; this login asked for both. The access token works for about an hour.".to_owned(),
            Self::ForeignApiDomain(_) => "Nothing was sent there, so the credentials are unchecked.".to_owned(),
            Self::TokenNotAccepted(_) => "A fresh token is refused when the API domain is the wrong one, or when newer tokens have pushed it out: about ten live at a time.".to_owned(),
            Self::RefreshTokenSpared(_) => "The old one may be the only one that works. What there is went to standard output instead.".to_owned(),
            Self::NotWritten { printed: true, .. } => "Nothing is lost: they were printed instead.".to_owned(),
            Self::NotWritten { printed: false, .. } => "Nor could they be printed.".to_owned(),
            Self::NotKept(trouble) => format!("{} Nothing is lost: they were handed over instead.", trouble.cause()),
            Self::Profile(trouble) => trouble.cause(),
            Self::NotPutBack(_) => "The access token is good and was handed over; the next run has to refresh again.".to_owned(),
            Self::NotForgotten(_) => "They are of no use to anyone any more.".to_owned(),
            Self::Unfulfilled(unfulfilled) => unfulfilled.cause(),
            Self::NothingToRefresh { .. } => "An access token lives for about an hour, and only a refresh token gets another.".to_owned(),
        }
    }

    /// What to do next, in one line.
    pub fn remedy(&self) -> String {
        match self {
            Self::Port(taken) => format!(
                "Stop that program, or register a redirect URI with another port beside this one and give it with --redirect-uri. {}",
                if taken.port < 1024 { "Ports below 1024 may need privileges." } else { "" }
            ).trim_end().to_owned(),
            Self::Unreachable(error) | Self::PollUnanswered(error) => error.remedy().to_owned(),
            Self::NoAnswer(error) if error.unsent => format!("{} The grant token was not used, but it lives for about a minute only.", error.remedy()),
            Self::NoAnswer(error) => format!("{} The grant token may be spent.", error.remedy()),
            Self::TimedOut { redirect_uri, console } => format!("If Zoho showed an error page, mend what it names ({console}; the redirect URI must be exactly {redirect_uri}); then run the login again, with a longer --timeout if need be."),
            Self::Stopped { code_spent: true, .. } => "Run the login again; the grant token is spent.".to_owned(),
            Self::Stopped { .. } => "Run the login again when you want to go on.".to_owned(),
            Self::Refused => "If that was a slip, run the login again and accept.".to_owned(),
            Self::Authorization(_) | Self::Empty => "Run the login again. If it happens again, check client and scopes in Zoho's API console.".to_owned(),
            Self::ForeignAccountsServer { location: Some(_), .. } => "Run the login again, and open only the address that it prints. If you were sent a link, that may have been an attack.".to_owned(),
            Self::ForeignAccountsServer { location: None, .. } => "If you know that this server is Zoho's, give it with --trust-accounts-server. Otherwise somebody may have tampered with the address.".to_owned(),
            Self::Token { error, server, redirect_uri } => error.remedy(server, redirect_uri.as_deref()),
            Self::Device { error: TokenError::InvalidClient, server } => format!("Use a client of the type \"non-browser\" ({}), and --dc of the data centre where it is registered.", server.api_console()),
            Self::Device { error: TokenError::InvalidCode, .. } => "Run the command again for a new code.".to_owned(),
            Self::Device { error, server } => error.remedy(server, None),
            Self::CodeExpired => "Run the command again for a new code, and enter it at once; --timeout shortens the wait.".to_owned(),
            Self::ForeignLocation(_) => "If you know the server of that data centre, give it with --trust-accounts-server.".to_owned(),
            Self::Unreadable { .. } => "Wait a minute and run the login again; check the proxy if it happens again.".to_owned(),
            Self::NoRefreshToken => "Run the login again and accept on Zoho's page. If none comes again, look at the client's type in the console: a client-based (JavaScript) client never gets one, so register a server-based client.".to_owned(),
            Self::ForeignApiDomain(_) => "If you know that this server is Zoho's, give it with --trust-api-domain. Otherwise do not use the credentials, and revoke them.".to_owned(),
            Self::TokenNotAccepted(_) => "Check that this API domain is the one of your organisation's data centre, and run the login again.".to_owned(),
            Self::RefreshTokenSpared(_) => "Name another file with --output, or take the old refresh token out of this one first.".to_owned(),
            Self::NotWritten { remedy, .. } => (*remedy).to_owned(),
            Self::NotKept(trouble) => trouble.remedy(),
            Self::Profile(trouble) => trouble.remedy_of_use(),
            Self::NotPutBack(_) => "Mend that: Zoho allows about ten refreshes in ten minutes.".to_owned(),
            Self::NotForgotten(_) => "Remove them yourself, so that no program tries them.".to_owned(),
            Self::Unfulfilled(unfulfilled) => unfulfilled.remedy(),
            Self::NothingToRefresh { again } => format!("Consent again: {again}"),
        }
    }

    /// The process's exit code, as the README lists them.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Unreachable(_)
            | Self::NoAnswer(_)
            | Self::PollUnanswered(_)
            | Self::NotWritten { .. }
            | Self::NotKept(_)
            | Self::NotPutBack(_)
            | Self::NotForgotten(_) => 1,
            Self::Profile(trouble) => trouble.exit_code(),
            Self::Unfulfilled(unfulfilled) => unfulfilled.exit_code(),
            Self::Refused => 3,
            Self::TimedOut { .. } | Self::CodeExpired => 4,
            Self::Authorization(_)
            | Self::Empty
            | Self::Token { .. }
            | Self::Device { .. }
            | Self::Unreadable { .. }
            | Self::NoRefreshToken
            | Self::RefreshTokenSpared(_)
            | Self::NothingToRefresh { .. }
            | Self::TokenNotAccepted(_) => 5,
            Self::Port(_) => 6,
            Self::ForeignAccountsServer { .. }
            | Self::ForeignLocation(_)
            | Self::ForeignApiDomain(_) => 7,
            Self::Stopped { signal, .. } => signal.exit_code(),
        }
    }
}

impl Signal {
    /// 128 and the signal's number, as shells have it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }

    fn cause(self) -> &'static str {
        match self {
            Self::Interrupt => "Ctrl-C was pressed.",
            Self::Terminate => "The process was asked to end.",
            Self::HangUp => "The terminal was closed.",
        }
    }
}

/// The system's words with a capital and without its error number.
fn sentence(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
