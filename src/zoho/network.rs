//! What goes wrong between this machine and Zoho, in words that help.

use rustls::{CertificateError, Error as TlsError};
use std::error::Error as StdError;
use std::fmt;
use std::io;

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

/// The kinds of trouble that have remedies of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkFailure {
    /// The name is not known to the resolver.
    Name,
    /// Nobody listens there, or a firewall says so.
    Refused,
    /// The certificate is signed by nobody that this system trusts: usually a company's proxy.
    UnknownIssuer,
    /// The certificate is past its end, or not yet valid: usually this machine's clock.
    Validity,
    /// The certificate is for another name.
    OtherName,
    /// This system has no authorities by which a certificate could be judged; why, in a sentence.
    NoAuthorities(String),
    /// Any other failure of TLS, in the library's words.
    Tls(String),
    /// The proxy did not let the request through, in the library's words.
    Proxy(String),
    /// A variable that is to name the proxy does not; without one nothing is sent.
    ProxySetting {
        /// The variable.
        variable: &'static str,
        /// Why, as part of a sentence.
        why: &'static str,
    },
    /// No whole answer in time.
    Slow,
    /// The connection ended before the answer did.
    Closed,
    /// The answer is longer than this many bytes; the rest was not read.
    TooLong(usize),
    /// Anything else, in the library's words.
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

    /// Why, in one line.
    pub fn cause(&self) -> String {
        match &self.trouble {
            NetworkFailure::Name => "The name of the server could not be found.".to_owned(),
            NetworkFailure::Refused => "The connection was refused.".to_owned(),
            NetworkFailure::UnknownIssuer => {
                "Its certificate is signed by an authority that this system does not trust. \
                A company proxy that reads encrypted traffic looks exactly like this."
                    .to_owned()
            }
            NetworkFailure::Validity => {
                "Its certificate is not valid at the time that this machine's clock shows."
                    .to_owned()
            }
            NetworkFailure::OtherName => {
                "Its certificate was issued for another name: somebody else answered.".to_owned()
            }
            NetworkFailure::NoAuthorities(why) => why.clone(),
            NetworkFailure::Tls(said) => format!("No encrypted connection came about: {said}."),
            NetworkFailure::Proxy(said) => {
                format!("The proxy did not let the request through: {said}.")
            }
            NetworkFailure::ProxySetting { variable, why } => {
                format!("{variable} does not name a proxy that can be used: {why}.")
            }
            NetworkFailure::Slow => "No complete answer came in time.".to_owned(),
            NetworkFailure::Closed => {
                "The connection was closed before the answer was complete.".to_owned()
            }
            NetworkFailure::TooLong(limit) => format!(
                "Its answer is longer than {limit} bytes, so it is something else than asked for."
            ),
            NetworkFailure::Other(said) => format!("The request failed: {said}."),
        }
    }

    /// What to do, in one line.
    pub fn remedy(&self) -> &'static str {
        match &self.trouble {
            NetworkFailure::Name => {
                "Check the network, the VPN and HTTPS_PROXY; and the spelling, if you gave --accounts-url."
            }
            NetworkFailure::Refused => {
                "Check the network, a firewall and HTTPS_PROXY; and the address, if you gave --accounts-url."
            }
            NetworkFailure::UnknownIssuer => {
                "Add your company's root certificate to the system's certificate store \
                (or name a file that holds it in SSL_CERT_FILE), or use a network without that proxy."
            }
            NetworkFailure::Validity => {
                "Set this machine's clock; if it is right, a proxy in between has an outdated certificate."
            }
            NetworkFailure::OtherName => {
                "Check the VPN, the proxy and the hosts file. Do not go on until Zoho itself answers."
            }
            NetworkFailure::NoAuthorities(_) => {
                "Install the system's certificates (on Debian: apt-get install ca-certificates); \
                if SSL_CERT_FILE or SSL_CERT_DIR is set, let it name certificates in PEM form (BEGIN CERTIFICATE)."
            }
            NetworkFailure::Tls(_) => "Check the proxy and the VPN; try another network.",
            NetworkFailure::Proxy(_) => {
                "Check HTTPS_PROXY and NO_PROXY, and whether the proxy wants a user and password."
            }
            NetworkFailure::ProxySetting { .. } => {
                "Set it as in http://proxy.example:8080 or socks5h://127.0.0.1:1080, without quotes; or unset it."
            }
            NetworkFailure::Slow
            | NetworkFailure::Closed
            | NetworkFailure::TooLong(_)
            | NetworkFailure::Other(_) => {
                "Check the network and the proxy, then run the command again."
            }
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
    let deepest = chain(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string);
    let said = chain(error)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ");
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
