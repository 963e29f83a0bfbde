//! What Zoho is: its data centres, its dialect of OAuth 2.0, and the CRM's answer to "whose are these?".

#[cfg_attr(
    any(not(unix), target_vendor = "apple"),
    path = "system_authorities.rs"
)]
mod authorities;
pub mod authorization;
pub mod client;
pub mod crm;
pub mod data_centers;
pub mod device;
mod http;
mod lenient;
pub mod network;
mod proxy;
mod resolver;
pub mod scope_catalog;
pub mod scopes;
pub mod token;
pub mod token_error;
pub mod trust;

use crate::event::Tell;
use authorization::AuthorizationRequest;
use client::Client;
use crm::Identity;
use device::{DeviceCode, Poll};
use http::{Http, Limit};
use network::{NetworkError, NetworkFailure};
use scopes::Scopes;
use secrecy::SecretString;
use std::time::Duration;
use token::{ExchangeError, Tokens};
use trust::{AccountsServer, ApiDomain};

/// Until Zoho's whole answer to the token request must be there. What loses nothing gets a third of it.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The answer to the first request does not matter, so little of it is read.
const PROBE_BYTES: usize = 64 * 1024;

/// Zoho, as seen over the network.
pub struct Zoho {
    http: Http,
    within: Duration,
}

impl Zoho {
    /// Waits `within` for the whole answer to a token request, a third of it for others.
    pub fn new(within: Duration, tell: Tell) -> Self {
        Self {
            http: Http::new(tell),
            within,
        }
    }

    /// One request before the consent tells early of a proxy, a certificate or a name problem, when
    /// nothing is lost yet. Whatever the server answers is good; the address is the one whose answer
    /// is public and small.
    pub async fn reach(&self, server: &AccountsServer) -> Result<(), NetworkError> {
        let limit = Limit {
            bytes: PROBE_BYTES,
            within: self.within / 3,
        };
        match self.http.knock(server, "/oauth/serverinfo", limit).await {
            Err(error) if !matches!(error.trouble, NetworkFailure::TooLong(_)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Redeems a grant token at the person's accounts server; that of a self client came without a request.
    pub async fn exchange(
        &self,
        client: &Client,
        request: Option<&AuthorizationRequest>,
        server: &AccountsServer,
        code: &SecretString,
    ) -> Result<Tokens, ExchangeError> {
        token::exchange(&self.http, client, request, server, code, self.within).await
    }

    /// Asks for a user code, with which the person consents on any device.
    pub async fn device_code(
        &self,
        server: &AccountsServer,
        client_id: &str,
        scopes: &Scopes,
    ) -> Result<DeviceCode, ExchangeError> {
        device::begin(&self.http, server, client_id, scopes, self.within).await
    }

    /// Asks once for the tokens of a device code.
    pub async fn poll(
        &self,
        server: &AccountsServer,
        client: &Client,
        code: &DeviceCode,
    ) -> Result<Poll, ExchangeError> {
        device::poll(&self.http, server, client, code, self.within).await
    }

    /// Asks for another access token.
    pub async fn refresh(
        &self,
        client: &Client,
        server: &AccountsServer,
        refresh_token: &SecretString,
    ) -> Result<Tokens, ExchangeError> {
        token::refresh(&self.http, client, server, refresh_token, self.within).await
    }

    /// Kills a refresh token and its access tokens.
    pub async fn revoke(
        &self,
        server: &AccountsServer,
        refresh_token: &SecretString,
    ) -> Result<(), ExchangeError> {
        token::revoke(&self.http, server, refresh_token, self.within).await
    }

    /// Asks the CRM whose a token is, as far as the scopes allow.
    pub async fn check(
        &self,
        domain: &ApiDomain,
        token: &SecretString,
        scopes: &Scopes,
    ) -> Identity {
        crm::check(&self.http, domain, token, scopes, self.within / 3).await
    }
}
