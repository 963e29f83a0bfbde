//! What goes wrong between this machine and Zoho, in words that help.

use rustls::{CertificateError, Error as TlsError};
use std::error::Error as StdError;
use std::fmt;
use std::io;
use thiserror::Error;

/// A request that got no answer.
#[derive(Debug)]
pub struct NetworkError {
    /// The server that was asked, as an origin.
    pub server: String,
    /// What went wrong.
    pub trouble: NetworkFailure,
    /// Whether nothing of the request had left this machine yet, so that nothing is used up.
    pub unsent: bool,
}

/// The kinds of trouble that have remedies of their own. `Display` says why, in a sentence.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NetworkFailure {
    /// The name is not known to the resolver.
    #[error("The name of the server could not be found.")]
    Name,
    /// Nobody listens there, or a firewall says so.
    #[error("The connection was refused.")]
    Refused,
    /// The certificate is signed by nobody that this system trusts: usually a company's proxy.
    #[error(
        "Its certificate is signed by an authority that this system does not trust. A company proxy that reads encrypted \
         traffic looks exactly like this."
    )]
    UnknownIssuer,
    /// The certificate is past its end, or not yet valid: usually this machine's clock.
    #[error("Its certificate is not valid at the time that this machine's clock shows.")]
    Validity,
    /// The certificate is for another name.
    #[error("Its certificate was issued for another name: somebody else answered.")]
    OtherName,
    /// This system has no authorities by which a certificate could be judged; why, in a sentence.
    #[error("{0}")]
    NoAuthorities(String),
    /// Any other failure of TLS, in the library's words.
    #[error("No encrypted connection came about: {0}.")]
    Tls(String),
    /// The proxy did not let the request through, in the library's words.
    #[error("The proxy did not let the request through: {0}.")]
    Proxy(String),
    /// A variable that is to name the proxy does not; why, in a sentence. Without one nothing is sent.
    #[error("{0}")]
    ProxySetting(String),
    /// No whole answer in time.
    #[error("No complete answer came in time.")]
    Slow,
    /// The connection ended before the answer did.
    #[error("The connection was closed before the answer was complete.")]
    Closed,
    /// The answer is longer than this many bytes; the rest was not read.
    #[error("Its answer is longer than {0} bytes, so it is something else than asked for.")]
    TooLong(usize),
    /// Anything else, in the library's words.
    #[error("The request failed: {0}.")]
    Other(String),
}

impl NetworkError {
    /// Reads the kind of trouble out of the HTTP library's chain of causes.
    pub(super) fn of(server: &str, error: &reqwest::Error) -> Self {
        Self {
            server: server.to_owned(),
            trouble: trouble(error),
            unsent: error.is_connect() || error.is_builder(),
        }
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.trouble {
            NetworkFailure::Slow => "did not answer in time",
            NetworkFailure::Closed => "closed the connection",
            NetworkFailure::TooLong(_) => "sent too long an answer",
            _ => "could not be reached",
        };
        write!(out, "{} {what}", self.server)
    }
}

fn trouble(error: &reqwest::Error) -> NetworkFailure {
    if error.is_timeout() {
        return NetworkFailure::Slow;
    }
    let causes: Vec<String> = chain(error).map(ToString::to_string).collect();
    let said = causes.join(": ");
    let deepest = causes.into_iter().next_back().unwrap_or_default();
    if let Some(tls) = chain(error).find_map(tls_error) {
        return certificate(tls);
    }
    if said.contains("tunnel") || said.contains("proxy") {
        return NetworkFailure::Proxy(deepest);
    }
    if said.contains("dns error") {
        return NetworkFailure::Name;
    }
    match chain(error)
        .find_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind)
    {
        Some(io::ErrorKind::ConnectionRefused) => NetworkFailure::Refused,
        Some(io::ErrorKind::TimedOut) => NetworkFailure::Slow,
        Some(
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe,
        ) => NetworkFailure::Closed,
        _ if said.contains("closed before") || said.contains("end of file") => {
            NetworkFailure::Closed
        }
        _ => NetworkFailure::Other(deepest),
    }
}

fn certificate(error: &TlsError) -> NetworkFailure {
    use CertificateError as Certificate;
    let TlsError::InvalidCertificate(reason) = error else {
        return NetworkFailure::Tls(error.to_string());
    };
    match reason {
        Certificate::UnknownIssuer => NetworkFailure::UnknownIssuer,
        Certificate::Expired
        | Certificate::ExpiredContext { .. }
        | Certificate::NotValidYet
        | Certificate::NotValidYetContext { .. } => NetworkFailure::Validity,
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
            NetworkFailure::OtherName
        }
        _ => NetworkFailure::Tls(error.to_string()),
    }
}

type Cause<'a> = &'a (dyn StdError + 'static);

fn chain(error: &reqwest::Error) -> impl Iterator<Item = Cause<'_>> {
    let first: Cause<'_> = error;
    std::iter::successors(Some(first), |error| StdError::source(*error))
}

/// An error of the TLS library, which travels inside I/O errors, one in the other.
fn tls_error(error: Cause<'_>) -> Option<&TlsError> {
    let wrapped = || error.downcast_ref::<io::Error>()?.get_ref();
    error
        .downcast_ref::<TlsError>()
        .or_else(|| tls_error(wrapped()?))
}
