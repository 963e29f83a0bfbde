//! Requests to Zoho. Redirects are never followed, and every response is limited in time and size.

use crate::zoho::BYTE_ORDER_MARK;
use crate::zoho::network::{NetworkError, NetworkFailure};
use crate::zoho::proxy;
use crate::zoho::resolver::Resolver;
use crate::zoho::trust::{AccountsServer, ApiDomain, is_loopback};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use url::form_urlencoded;
use zeroize::Zeroizing;

/// A connection idle for longer is not reused: the grant token is worth more than a round trip.
const IDLE: Duration = Duration::from_secs(5);

/// An organization's full record is a few kilobytes.
const RECORD_BYTES: usize = 1024 * 1024;

/// A token response is about a kilobyte; anything longer is something else.
const ANSWER_BYTES: usize = 64 * 1024;

/// More than a token response needs: a buffer that must grow leaves behind a copy that is never wiped.
const TOKEN_BYTES: usize = 16 * 1024;

/// The first bytes of a gzip file (RFC 1952 section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A response from Zoho.
pub struct HttpAnswer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The complete body.
    pub body: Zeroizing<Vec<u8>>,
}

/// A request to Zoho that was answered or failed.
#[derive(Debug)]
pub struct Requested {
    /// Method and address, without query.
    pub request: String,
    /// HTTP status, or what failed.
    pub result: String,
    /// The time until the response was complete.
    pub took: Duration,
}

/// Receives a report about each request.
pub type Report = Arc<dyn Fn(Requested) + Send + Sync>;

/// Zoho over the network. Clients are created when first needed, because reading the certificate store takes time.
pub struct Zoho {
    direct: OnceLock<Client>,
    proxied: OnceLock<Client>,
    pub(super) within: Duration,
    report: Report,
}

impl Zoho {
    /// Token requests may take up to `within`, other requests a third of it. No connection is made before the first
    /// request.
    pub fn new(within: Duration, report: Report) -> Self {
        // In a second login in the same process, the provider is already installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            direct: OnceLock::new(),
            proxied: OnceLock::new(),
            within,
            report,
        }
    }

    /// One request before the consent, to detect a proxy, certificate or name problem while nothing is lost yet. Any
    /// response is fine; this address has one that is public and small.
    pub async fn reach(&self, server: &AccountsServer) -> Result<(), NetworkError> {
        let client = self.client(server.as_str())?;
        let request = client.get(format!("{server}/oauth/serverinfo"));
        let request = request.timeout(self.within / 3);
        match self.send(server.as_str(), request, ANSWER_BYTES).await {
            Err(error) if !matches!(error.trouble, NetworkFailure::TooLong(_)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes a GET request with an access token, which only a trusted API domain may see.
    pub(super) async fn get(
        &self,
        domain: &ApiDomain,
        path: &str,
        token: &SecretString,
    ) -> Result<HttpAnswer, NetworkError> {
        let client = self.client(domain.as_str())?;
        let request = client.get(format!("{domain}{path}"));
        let request = request.header(AUTHORIZATION, authorization(token));
        let request = request.timeout(self.within / 3);
        self.send(domain.as_str(), request, RECORD_BYTES).await
    }

    /// Posts secrets, which only a trusted accounts server may see. A request that got a response is never repeated: each
    /// counts toward Zoho's rate limit. Only if the connection fails before anything is sent is it tried again, once.
    pub(super) async fn post(
        &self,
        server: &AccountsServer,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<HttpAnswer, NetworkError> {
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = Zeroizing::new(body.extend_pairs(form).finish().into_bytes());
        // The body owns the secrets and wipes them after sending.
        let body = Bytes::from_owner(body);
        let post = async || {
            let client = self.client(server.as_str())?;
            let request = client.post(format!("{server}{path}"));
            let request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .timeout(self.within)
                .body(body.clone());
            self.send(server.as_str(), request, ANSWER_BYTES).await
        };
        match post().await {
            Err(error) if error.unsent && error.trouble != NetworkFailure::Slow => post().await,
            answer => answer,
        }
    }

    async fn send(
        &self,
        server: &str,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<HttpAnswer, NetworkError> {
        let (client, request) = request.build_split();
        let request = request.map_err(|error| NetworkError::of(server, &error))?;
        let shown = format!("{} {}", request.method(), request.url());
        let began = Instant::now();
        let mut outcome = read(server, client.execute(request).await, limit).await;
        if let Err(error) = &mut outcome
            && let NetworkFailure::Proxy(said) = &mut error.trouble
            && let Some(status) = Box::pin(proxy::refusal(server)).await
        {
            *said = status;
        }
        self.report(shown, began, outcome.as_ref().map(|answer| answer.status));
        outcome
    }

    /// Reports a request that was answered or failed.
    pub(super) fn report(
        &self,
        request: String,
        began: Instant,
        outcome: Result<StatusCode, &NetworkError>,
    ) {
        (self.report)(Requested {
            request,
            result: outcome.map_or_else(|error| error.trouble.to_string(), |it| it.to_string()),
            took: began.elapsed(),
        });
    }

    /// The person's proxy is used for Zoho, but never for this machine.
    pub(super) fn client(&self, server: &str) -> Result<&Client, NetworkError> {
        let local = is_loopback(server);
        if !local {
            proxy::check(server).map_err(|trouble| unsent(server, trouble))?;
        }
        let place = if local { &self.direct } else { &self.proxied };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let builder = Client::builder()
            .user_agent(concat!("zoho-grant/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .dns_resolver(Resolver)
            .pool_idle_timeout(IDLE);
        let builder = if local { builder.no_proxy() } else { builder };
        // On Apple and Windows, the system itself verifies certificates.
        #[cfg(all(unix, not(target_vendor = "apple")))]
        let builder = super::authorities::trusting(builder, !server.starts_with("http://"))
            .map_err(|why| unsent(server, NetworkFailure::NoAuthorities(why)))?;
        let client = builder
            .build()
            .map_err(|error| NetworkError::of(server, &error))?;
        // Only this task sets it; another task's client would do as well.
        Ok(place.get_or_init(|| client))
    }
}

/// The error for a request that did not leave this machine.
pub(super) fn unsent(server: &str, trouble: NetworkFailure) -> NetworkError {
    NetworkError {
        server: server.to_owned(),
        trouble,
        unsent: true,
    }
}

/// Reads the whole body. A body that is complete in itself counts however the connection ended, such as without a TLS
/// close message.
async fn read(
    server: &str,
    response: reqwest::Result<Response>,
    limit: usize,
) -> Result<HttpAnswer, NetworkError> {
    let failed = |error| NetworkError::of(server, &error);
    let too_long = || NetworkError {
        unsent: false,
        ..unsent(server, NetworkFailure::TooLong(limit))
    };
    let mut response = response.map_err(failed)?;
    let status = response.status();
    let mut body = Zeroizing::new(Vec::with_capacity(limit.min(TOKEN_BYTES)));
    let broken = loop {
        match response.chunk().await {
            Ok(None) => break None,
            Err(error) => break Some(error),
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Err(too_long()),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
        }
    };
    let body = unwrapped(body, limit).ok_or_else(too_long)?;
    match broken {
        Some(error) if serde_json::from_slice::<IgnoredAny>(&body).is_err() => Err(failed(error)),
        _ => Ok(HttpAnswer { status, body }),
    }
}

/// Removes what gateways may add unasked: gzip, whatever the headers say, and a byte-order mark. None if the result is
/// longer than `limit`.
fn unwrapped(mut text: Zeroizing<Vec<u8>>, limit: usize) -> Option<Zeroizing<Vec<u8>>> {
    if text.starts_with(&GZIP) {
        let mut unpacked = Zeroizing::new(Vec::with_capacity(limit.min(TOKEN_BYTES)));
        let unpacking = MultiGzDecoder::new(text.as_slice()).take(limit as u64 + 1);
        // A truncated stream may still contain a complete response.
        let _ = { unpacking }.read_to_end(&mut unpacked);
        text = unpacked;
    }
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len());
    }
    (text.len() <= limit).then_some(text)
}

/// A header value that the HTTP library does not print.
pub(super) fn authorization(token: &SecretString) -> HeaderValue {
    let value = Zeroizing::new(format!("Zoho-oauthtoken {}", token.expose_secret()));
    let mut header =
        HeaderValue::from_str(&value).expect("tokens are checked to be printable ASCII");
    header.set_sensitive(true);
    header
}
