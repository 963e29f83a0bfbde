//! From the authorization response or a grant token to verified credentials: steps 5 and 6 of the login.

use crate::context::{Context, Signal, stopped};
use crate::credentials::Credentials;
use crate::error::{Error, Request};
use crate::event::{Event, Tell};
use crate::loopback::decide::{AuthorizationResponse, Granted};
use crate::settings::Settings;
use crate::untrusted::Untrusted;
use crate::zoho::authorization::AuthorizationRequest;
use crate::zoho::crm::{self, Identity};
use crate::zoho::data_centers::DataCenter;
use crate::zoho::http::Zoho;
use crate::zoho::token::{self, Tokens};
use crate::zoho::trust::{AccountsServer, ApiDomain};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, timeout};

/// How long an exchange may still take after the person asks to stop: the grant token is spent either way.
const LAST_PATIENCE: Duration = Duration::from_secs(10);

/// How often to report that we are still waiting.
const SECOND: Duration = Duration::from_secs(1);

/// Extracts the grant token from Zoho's response, or returns the error that explains why there is none.
pub(super) fn granted(response: AuthorizationResponse) -> Result<Granted, Error> {
    match response {
        AuthorizationResponse::Granted(granted) => Ok(granted),
        AuthorizationResponse::Error(error) if error.raw() == "access_denied" => {
            Err(Error::Refused)
        }
        AuthorizationResponse::Error(error) => Err(Error::Authorization(error)),
        AuthorizationResponse::Untrusted { named, location } => {
            Err(Error::foreign_accounts_server(named, location.as_ref()))
        }
        AuthorizationResponse::Empty => Err(Error::Empty),
    }
}

/// Exchanges a grant token for credentials, plus any problems with them. A self client's grant token has no request.
pub(super) async fn exchange(
    zoho: &Zoho,
    settings: &Settings,
    request: Option<&AuthorizationRequest>,
    granted: Granted,
    context: &mut Context,
) -> Result<(Credentials, Vec<Error>), Error> {
    let server = granted.accounts_server;
    let redirect_uri = request.map(|request| request.redirect_uri.clone());
    (context.tell)(Event::Exchanging(server.to_string()));
    let exchange = token::exchange(zoho, &settings.client, request, &server, &granted.code);
    let exchange = alive(Box::pin(exchange), &context.tell);
    let tokens = match finish(exchange, true, &mut context.stopped).await? {
        Ok(tokens) => tokens,
        Err(error) => {
            let request = redirect_uri.map_or(Request::SelfClient, Request::Exchange);
            return Err(request.unfulfilled(error, &server));
        }
    };
    let from = (server, granted.location);
    Ok(complete(zoho, settings, tokens, from, redirect_uri, context).await)
}

/// Completes tokens from this server, and the location that Zoho named, into credentials, plus any problems with them.
pub(super) async fn complete(
    zoho: &Zoho,
    settings: &Settings,
    tokens: Tokens,
    (server, location): (AccountsServer, Option<Untrusted>),
    redirect_uri: Option<String>,
    context: &mut Context,
) -> (Credentials, Vec<Error>) {
    let center = data_center(&server, location.as_ref(), &context.tell);
    let named = tokens.api_domain.as_ref();
    // Where the access token may be sent: the domain that the response names, or the data center's if it names none,
    // provided it is trusted.
    let domain = named.map(Untrusted::raw);
    let domain = domain.or(center.map(|center| center.api_domain));
    let domain = domain.and_then(|domain| settings.trust.api_domain(domain));
    let mut problems = Vec::new();
    if let (Some(named), None) = (named, &domain) {
        problems.push(Error::ForeignApiDomain(named.clone()));
    }
    let credentials = Credentials {
        identity: check(zoho, settings, &tokens, domain.as_ref(), context).await,
        client: settings.client.clone(),
        token_type: tokens
            .token_type
            .unwrap_or_else(|| Untrusted::new("Bearer")),
        expires_at: tokens
            .expires_in
            .and_then(|life| (context.now)().checked_add(life)),
        // If omitted, they are the requested ones (RFC 6749 section 5.1).
        scopes: tokens.scopes.or_else(|| Some(settings.scopes.clone())),
        accounts_server: server,
        // An untrusted domain is reported, but not handed to a program that would send tokens there.
        api_domain: domain
            .as_ref()
            .map(|domain| Untrusted::new(domain.as_str())),
        data_center: center,
        redirect_uri,
        trusted: settings.trust.further(),
        access_token: Some(tokens.access_token),
        refresh_token: tokens.refresh_token,
    };
    if let (Some(domain), Some(code)) = (domain, credentials.identity.token_refused()) {
        problems.push(Error::TokenNotAccepted { domain, code });
    }
    if credentials.refresh_token.is_none() {
        problems.push(Error::NoRefreshToken);
    }
    (credentials, problems)
}

/// Reports every second that the answer is still awaited.
async fn alive<T>(mut answer: impl Future<Output = T> + Unpin, tell: &Tell) -> T {
    let began = Instant::now();
    let mut second = interval_at(began + SECOND, SECOND);
    loop {
        tokio::select! {
            biased;
            answer = &mut answer => return answer,
            now = second.tick() => tell(Event::StillExchanging(now.saturating_duration_since(began))),
        }
    }
}

/// Once a token request has been sent, a signal shortens the wait but does not end it.
pub(super) async fn finish<T>(
    request: impl Future<Output = T>,
    code_spent: bool,
    stopped_by: &mut watch::Receiver<Option<Signal>>,
) -> Result<T, Error> {
    let mut request = pin!(request);
    let signal = tokio::select! {
        biased;
        outcome = &mut request => return Ok(outcome),
        signal = stopped(stopped_by) => signal,
    };
    let last = timeout(LAST_PATIENCE, request).await;
    last.map_err(|_| Error::Stopped { signal, code_spent })
}

/// While nothing is at risk yet, a signal ends the wait.
pub(super) async fn unless_stopped<T>(
    awaited: impl Future<Output = T>,
    context: &mut Context,
) -> Result<T, Error> {
    tokio::select! {
        outcome = awaited => Ok(outcome),
        signal = stopped(&mut context.stopped) => Err(Error::Stopped { signal, code_spent: false }),
    }
}

/// The data center of a known Zoho server; for a server that the person named, the callback's location decides.
fn data_center(
    server: &AccountsServer,
    location: Option<&Untrusted>,
    tell: &Tell,
) -> Option<&'static DataCenter> {
    let told = location.and_then(|location| DataCenter::of_code(location.raw()));
    if let (Some(location), None) = (location, told) {
        tell(Event::UnknownLocation(location.clone()));
    }
    server.data_center().or(told)
}

async fn check(
    zoho: &Zoho,
    settings: &Settings,
    tokens: &Tokens,
    domain: Option<&ApiDomain>,
    context: &mut Context,
) -> Identity {
    let Some(domain) = domain else {
        return Identity::not_asked("no trusted API domain is known");
    };
    if !settings.verify {
        return Identity::not_asked("the check was turned off");
    }
    (context.tell)(Event::Checking(domain.to_string()));
    let scopes = tokens.scopes.as_ref().unwrap_or(&settings.scopes);
    tokio::select! {
        identity = crm::check(zoho, domain, &tokens.access_token, scopes) => identity,
        _ = stopped(&mut context.stopped) => Identity::not_asked("the login was stopped before the CRM answered"),
    }
}
