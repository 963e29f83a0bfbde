//! Network problems between this machine and Zoho, with helpful messages.

use rustls::{CertificateError, Error as TlsError};
use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::iter::successors;
use thiserror::Error;

/// A request without a response.
#[derive(Debug, Error)]
#[error("{server} {}", trouble.verb())]
pub struct NetworkError {
    /// The server, as an origin.
    pub server: String,
    /// What went wrong.
    pub trouble: NetworkFailure,
    /// Whether nothing of the request had been sent, so that nothing is used up.
    pub unsent: bool,
}

/// The kinds of problems that have their own remedies. `Display` is a sentence with the cause.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NetworkFailure {
    /// The resolver does not know the name.
    #[error("The server's name could not be resolved.")]
    Name,
    /// Nothing listens there, or a firewall rejects the connection.
    #[error("The connection was refused.")]
    Refused,
    /// The certificate is signed by an untrusted authority, usually a company proxy.
    #[error(
        "Its certificate is signed by an authority that this system does not trust. A company proxy that inspects encrypted \
         traffic causes exactly this."
    )]
    UnknownIssuer,
    /// The certificate has expired or is not yet valid, usually because this machine's clock is wrong.
    #[error("According to this machine's clock, its certificate has expired or is not valid yet.")]
    Validity,
    /// The certificate is for another name.
    #[error("Its certificate was issued for another name: a different server answered.")]
    OtherName,
    /// This system has no authorities to verify certificates with; a sentence with the reason.
    #[error("{0}")]
    NoAuthorities(String),
    /// Any other TLS failure, with the library's message.
    #[error("No encrypted connection could be established: {0}.")]
    Tls(String),
    /// The proxy did not let the request through, with the library's message.
    #[error("The proxy did not let the request through: {0}.")]
    Proxy(String),
    /// The proxy variable is invalid; a sentence with the reason. Nothing is sent without the proxy.
    #[error("{0}")]
    ProxySetting(String),
    /// No complete response in time.
    #[error("No complete response arrived in time.")]
    Slow,
    /// The connection closed before the response was complete.
    #[error("The connection was closed before the response was complete.")]
    Closed,
    /// The response is longer than this many bytes; the rest was not read.
    #[error("Its response is longer than {0} bytes, so it is not what was requested.")]
    TooLong(usize),
    /// Anything else, with the library's message.
    #[error("The request failed: {0}.")]
    Other(String),
}

impl NetworkError {
    /// Determines the kind of problem from the HTTP library's chain of causes.
    pub(super) fn of(server: &str, error: &reqwest::Error) -> Self {
        Self {
            server: server.to_owned(),
            trouble: trouble(error),
            unsent: error.is_connect() || error.is_builder(),
        }
    }
}

impl NetworkFailure {
    /// Continues after the server's name.
    fn verb(&self) -> &'static str {
        match self {
            Self::Slow => "did not answer in time",
            Self::Closed => "closed the connection",
            Self::TooLong(_) => "sent a response that is too long",
            _ => "could not be reached",
        }
    }
}

fn trouble(error: &reqwest::Error) -> NetworkFailure {
    if error.is_timeout() {
        return NetworkFailure::Slow;
    }
    if let Some(tls) = chain(error).find_map(|cause| cause.downcast_ref()) {
        return certificate(tls);
    }
    let causes: Vec<String> = chain(error).map(ToString::to_string).collect();
    let said = causes.join(": ");
    let deepest = causes.into_iter().next_back().unwrap_or_default();
    let io = chain(error).find_map(|cause| cause.downcast_ref::<io::Error>());
    match io.map(io::Error::kind) {
        _ if said.contains("tunnel") || said.contains("proxy") => NetworkFailure::Proxy(deepest),
        _ if said.contains("dns error") => NetworkFailure::Name,
        Some(ErrorKind::ConnectionRefused) => NetworkFailure::Refused,
        Some(ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe) => {
            NetworkFailure::Closed
        }
        _ if said.contains("closed before") => NetworkFailure::Closed,
        _ => NetworkFailure::Other(deepest),
    }
}

fn certificate(error: &TlsError) -> NetworkFailure {
    use CertificateError as Certificate;
    match error {
        TlsError::InvalidCertificate(Certificate::UnknownIssuer) => NetworkFailure::UnknownIssuer,
        TlsError::InvalidCertificate(
            Certificate::Expired
            | Certificate::ExpiredContext { .. }
            | Certificate::NotValidYet
            | Certificate::NotValidYetContext { .. },
        ) => NetworkFailure::Validity,
        TlsError::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => NetworkFailure::OtherName,
        _ => NetworkFailure::Tls(error.to_string()),
    }
}

type Cause<'a> = &'a (dyn StdError + 'static);

/// The error and its causes, including those that are nested in I/O errors.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = Cause<'_>> {
    let first: Cause<'_> = error;
    successors(Some(first), |&error| {
        match error.downcast_ref::<io::Error>() {
            Some(error) => error.get_ref().map(|nested| nested as Cause<'_>),
            None => error.source(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoho::http::Zoho;
    use crate::zoho::trust::AccountsServer;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    /// What is told of a server that sends this and closes the connection.
    async fn told(response: &str) -> NetworkFailure {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = AccountsServer::given(&address).unwrap();
        let zoho = Zoho::new(Duration::from_mins(1), Arc::new(|_| {}));
        let serve = async {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).await.unwrap();
            }
            stream.write_all(response.as_bytes()).await.unwrap();
        };
        let (answered, ()) = tokio::join!(zoho.reach(&server), serve);
        answered.unwrap_err().trouble
    }

    #[tokio::test]
    async fn a_response_that_ends_early_is_told() {
        for response in [
            "",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<html>",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n<html>",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        ] {
            assert_eq!(told(response).await, NetworkFailure::Closed, "{response:?}");
        }
    }
}
