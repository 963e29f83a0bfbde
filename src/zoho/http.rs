//! Requests to Zoho: no redirect is followed, no answer is waited for or read without a limit.

use crate::zoho::authorities::trusting;
use crate::zoho::network::{NetworkError, NetworkFailure};
use crate::zoho::proxy;
use crate::zoho::resolver::Resolver;
use crate::zoho::trust::{AccountsServer, ApiDomain, is_loopback};
use flate2::read::MultiGzDecoder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use url::form_urlencoded;
use zeroize::Zeroizing;

/// A connection idle for longer is not used again: the grant token is worth more than a round trip.
const IDLE: Duration = Duration::from_secs(5);

/// The answer to the first request does not matter, so little of it is read.
const PROBE_BYTES: usize = 64 * 1024;

/// An organization's whole record is some kilobytes.
const RECORD_BYTES: usize = 1024 * 1024;

/// A token answer is about a kilobyte; whatever is longer is something else.
const ANSWER_BYTES: usize = 64 * 1024;

/// More than an answer with tokens takes: a body that outgrows its memory leaves a copy behind that nobody wipes.
const TOKEN_BYTES: usize = 16 * 1024;

/// What a gzip file begins with (RFC 1952 section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// In UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An answer of Zoho.
pub(super) struct HttpAnswer {
    pub(super) status: StatusCode,
    pub(super) body: Zeroizing<Vec<u8>>,
}

/// A request to Zoho that was answered, or failed.
#[derive(Debug)]
pub struct Requested {
    /// Method and address, without query.
    pub request: String,
    /// HTTP status, or what failed.
    pub result: String,
    /// Until the whole answer was there.
    pub took: Duration,
}

/// Told of each request.
pub type Report = Arc<dyn Fn(Requested) + Send + Sync>;

/// Zoho, as seen over the network. Clients are made when first needed: reading the certificate store takes time.
pub struct Zoho {
    direct: OnceLock<Client>,
    proxied: OnceLock<Client>,
    pub(super) within: Duration,
    pub(super) report: Report,
}

impl Zoho {
    /// Waits `within` for the whole answer to a token request, a third of it for others. No connection is made before
    /// the first request.
    pub fn new(within: Duration, report: Report) -> Self {
        // A second login in the same process finds the provider installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            direct: OnceLock::new(),
            proxied: OnceLock::new(),
            within,
            report,
        }
    }

    /// One request before the consent tells early of a proxy, a certificate or a name problem, when nothing is lost
    /// yet. Whatever the server answers is good; the address is the one whose answer is public and small.
    pub async fn reach(&self, server: &AccountsServer) -> Result<(), NetworkError> {
        let address = format!("{server}/oauth/serverinfo");
        let request = self.client(server.as_str())?.get(&address);
        let request = request.timeout(self.within / 3);
        let name = format!("GET {address}");
        match self.send(server.as_str(), name, request, PROBE_BYTES).await {
            Err(error) if !matches!(error.trouble, NetworkFailure::TooLong(_)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Asks with an access token, which only an API domain that is trusted may see.
    pub(super) async fn get(
        &self,
        domain: &ApiDomain,
        path: &str,
        token: &SecretString,
    ) -> Result<HttpAnswer, NetworkError> {
        let address = format!("{domain}{path}");
        let request = self.client(domain.as_str())?.get(&address);
        let request = request.header(AUTHORIZATION, authorization(token));
        let request = request.timeout(self.within / 3);
        let name = format!("GET {address}");
        self.send(domain.as_str(), name, request, RECORD_BYTES)
            .await
    }

    /// Posts secrets, which only an accounts server that is trusted may see.
    pub(super) async fn post(
        &self,
        server: &AccountsServer,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<HttpAnswer, NetworkError> {
        let address = format!("{server}{path}");
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = Zeroizing::new(body.extend_pairs(form).finish().into_bytes());
        let form_type = "application/x-www-form-urlencoded";
        let request = self.client(server.as_str())?.post(&address);
        let request = request
            .header(CONTENT_TYPE, form_type)
            .timeout(self.within)
            // The body owns the secrets and wipes them when it is sent.
            .body(bytes::Bytes::from_owner(body));
        let name = format!("POST {address}");
        self.send(server.as_str(), name, request, ANSWER_BYTES)
            .await
    }

    async fn send(
        &self,
        server: &str,
        request: String,
        builder: RequestBuilder,
        limit: usize,
    ) -> Result<HttpAnswer, NetworkError> {
        let began = Instant::now();
        let mut outcome = read(server, builder, limit).await;
        if let Err(error) = &mut outcome
            && let NetworkFailure::Proxy(said) = &mut error.trouble
            && let Some(status) = Box::pin(proxy::refusal(server)).await
        {
            *said = status;
        }
        let result = match &outcome {
            Ok(answer) => answer.status.to_string(),
            Err(error) => error.trouble.to_string(),
        };
        let took = began.elapsed();
        (self.report)(Requested {
            request,
            result,
            took,
        });
        outcome
    }

    /// The person's proxy leads to Zoho; what is on this machine is never asked through it.
    pub(super) fn client(&self, server: &str) -> Result<&Client, NetworkError> {
        let local = is_loopback(server);
        let failed = |trouble| NetworkError {
            server: server.to_owned(),
            trouble,
            unsent: true,
        };
        if !local {
            proxy::check(server).map_err(failed)?;
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
        let secure = !server.starts_with("http://");
        let builder =
            trusting(builder, secure).map_err(|why| failed(NetworkFailure::NoAuthorities(why)))?;
        let client = builder
            .build()
            .map_err(|error| NetworkError::of(server, &error))?;
        // Only this task sets it; another's client would do as well.
        Ok(place.get_or_init(|| client))
    }
}

/// Reads all of it. What is a whole answer by itself is one however the connection ended: without the farewell of
/// TLS, say.
async fn read(
    server: &str,
    request: RequestBuilder,
    limit: usize,
) -> Result<HttpAnswer, NetworkError> {
    let failed = |error| NetworkError::of(server, &error);
    let too_long = || NetworkError {
        server: server.to_owned(),
        trouble: NetworkFailure::TooLong(limit),
        unsent: false,
    };
    let mut response = request.send().await.map_err(failed)?;
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
        Some(error) if !is_whole(&body) => Err(failed(error)),
        _ => Ok(HttpAnswer { status, body }),
    }
}

/// Without what gateways wrap around an answer, asked or not: gzip, whatever the headers say, and a byte-order mark.
/// None when it is longer than `limit` then.
fn unwrapped(body: Zeroizing<Vec<u8>>, limit: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut text = body;
    if text.starts_with(&GZIP) {
        let mut unpacked = Zeroizing::new(Vec::with_capacity(limit.min(TOKEN_BYTES)));
        let unpacking = MultiGzDecoder::new(text.as_slice()).take(limit as u64 + 1);
        // What is broken off may be whole all the same.
        let _ = { unpacking }.read_to_end(&mut unpacked);
        text = unpacked;
    }
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len());
    }
    (text.len() <= limit).then_some(text)
}

fn is_whole(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

/// A header value that the HTTP library does not print. Tokens are printable ASCII, or they were not taken.
pub(super) fn authorization(token: &SecretString) -> HeaderValue {
    let value = Zeroizing::new(format!("Zoho-oauthtoken {}", token.expose_secret()));
    let mut header =
        HeaderValue::from_str(&value).expect("tokens are checked to be printable ASCII");
    header.set_sensitive(true);
    header
}
