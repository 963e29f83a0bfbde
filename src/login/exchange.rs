//! From the authorization response to checked credentials: steps 5 and 6 of the line.

use crate::context::{Context, stopped};
use crate::credentials::Credentials;
use crate::error::{Error, Signal};
use crate::event::{Event, Tell};
use crate::loopback::decide::AuthorizationResponse;
use crate::settings::Settings;
use crate::untrusted::Untrusted;
use crate::zoho::Zoho;
use crate::zoho::authorization::AuthorizationRequest;
use crate::zoho::crm::Identity;
use crate::zoho::data_centers::DataCenter;
use crate::zoho::token::{ExchangeError, Tokens};
use crate::zoho::trust::{AccountsServer, ApiDomain};
use secrecy::SecretString;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, timeout};

/// How long an exchange may still take once the person wants to stop: the grant token is spent either way.
const LAST_PATIENCE: Duration = Duration::from_secs(10);

/// How often a person is told that something is waited for.
const SECOND: Duration = Duration::from_secs(1);

/// From Zoho's response to credentials, or to the error that says why there are none.
pub(crate) async fn obtain(
    zoho: &Zoho,
    settings: &Settings,
    request: &AuthorizationRequest,
    response: AuthorizationResponse,
    context: &mut Context,
) -> Result<(Credentials, Vec<Error>), Error> {
    use AuthorizationResponse as Response;
    let (code, server, location) = match response {
        Response::Granted {
            code,
            accounts_server,
            location,
        } => (code, accounts_server, location),
        Response::Error(error) if error.raw() == "access_denied" => return Err(Error::Refused),
        Response::Error(error) => return Err(Error::Authorization(error)),
        Response::Untrusted { named, location } => {
            return Err(Error::ForeignAccountsServer { named, location });
        }
        Response::Empty => return Err(Error::Empty),
    };
    let tokens = redeem(zoho, settings, Some(request), &server, &code, context).await?;
    let obtained = complete(zoho, settings, tokens, server, location.as_ref(), context).await;
    let (credentials, problems) = obtained;
    let redirect_uri = Some(request.redirect_uri.clone());
    Ok((
        Credentials {
            redirect_uri,
            ..credentials
        },
        problems,
    ))
}

/// Exchanges a grant token: that of a request, or that of a self client, which came without one.
pub(crate) async fn redeem(
    zoho: &Zoho,
    settings: &Settings,
    request: Option<&AuthorizationRequest>,
    server: &AccountsServer,
    code: &SecretString,
    context: &mut Context,
) -> Result<Tokens, Error> {
    (context.tell)(Event::Exchanging(server.to_string()));
    let exchange = zoho.exchange(&settings.client, request, server, code);
    let exchange = alive(Box::pin(exchange), &context.tell);
    let tokens = finish(exchange, &mut context.stopped).await?;
    tokens.map_err(|error| exchange_error(error, server, request))
}

/// From tokens to credentials that no redirect URI belongs to, with what is wrong all the same.
pub(crate) async fn complete(
    zoho: &Zoho,
    settings: &Settings,
    tokens: Tokens,
    server: AccountsServer,
    location: Option<&Untrusted>,
    context: &mut Context,
) -> (Credentials, Vec<Error>) {
    let center = data_center(&server, location, &context.tell);
    let mut problems = Vec::new();
    let domain = api_domain(settings, &tokens, center, &mut problems);
    let credentials = Credentials {
        identity: check(zoho, settings, &tokens, domain.as_ref(), context).await,
        client: settings.client.clone(),
        token_type: tokens
            .token_type
            .unwrap_or_else(|| Untrusted::new("Bearer")),
        expires_at: tokens
            .expires_in
            .and_then(|life| (context.now)().checked_add(life)),
        // Left out, they are those asked for (RFC 6749 section 5.1).
        scopes: tokens.scopes.or_else(|| Some(settings.scopes.clone())),
        accounts_server: server,
        // A domain that is not trusted is told, but not handed to a reader who would send tokens there.
        api_domain: domain
            .as_ref()
            .map(|domain| Untrusted::new(domain.as_str())),
        data_center: center,
        redirect_uri: None,
        access_token: Some(tokens.access_token),
        refresh_token: tokens.refresh_token,
    };
    if let Some(domain) = domain.filter(|_| credentials.identity.token_refused()) {
        problems.push(Error::TokenNotAccepted(domain));
    }
    if credentials.refresh_token.is_none() {
        problems.push(Error::NoRefreshToken);
    }
    (credentials, problems)
}

/// Tells every second that the answer is waited for.
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

/// Once the grant token is on its way, a signal shortens the wait but does not end it.
pub(crate) async fn finish<T>(
    exchange: impl Future<Output = T>,
    stopped_by: &mut watch::Receiver<Option<Signal>>,
) -> Result<T, Error> {
    let mut exchange = pin!(exchange);
    let signal = tokio::select! {
        biased;
        outcome = &mut exchange => return Ok(outcome),
        signal = stopped(stopped_by) => signal,
    };
    let last = timeout(LAST_PATIENCE, exchange).await;
    last.map_err(|_| Error::Stopped {
        signal,
        code_spent: true,
    })
}

fn exchange_error(
    error: ExchangeError,
    server: &AccountsServer,
    request: Option<&AuthorizationRequest>,
) -> Error {
    let server = server.clone();
    match error {
        ExchangeError::Refused(error) => Error::Token {
            error,
            server,
            redirect_uri: request.map(|request| request.redirect_uri.clone()),
        },
        ExchangeError::NoAnswer(error) => Error::NoAnswer(error),
        ExchangeError::Unreadable(what) => Error::Unreadable { server, what },
    }
}

/// The table knows Zoho's servers; for one that the person named, the callback's location tells.
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

/// Where the access token may be sent: what the answer names, or the table's when it names none; if it is trusted.
fn api_domain(
    settings: &Settings,
    tokens: &Tokens,
    center: Option<&'static DataCenter>,
    problems: &mut Vec<Error>,
) -> Option<ApiDomain> {
    let Some(named) = &tokens.api_domain else {
        return center.and_then(|center| settings.trust.api_domain(center.api_domain));
    };
    let trusted = settings.trust.api_domain(named.raw());
    if trusted.is_none() {
        problems.push(Error::ForeignApiDomain(named.clone()));
    }
    trusted
}

async fn check(
    zoho: &Zoho,
    settings: &Settings,
    tokens: &Tokens,
    domain: Option<&ApiDomain>,
    context: &mut Context,
) -> Identity {
    let Some(domain) = domain else {
        return Identity::not_asked("there is no API domain that it would be safe to ask");
    };
    if !settings.verify {
        return Identity::not_asked("--no-verify was given");
    }
    (context.tell)(Event::Checking(domain.to_string()));
    let scopes = tokens.scopes.as_ref().unwrap_or(&settings.scopes);
    tokio::select! {
        identity = zoho.check(domain, &tokens.access_token, scopes) => identity,
        _ = stopped(&mut context.stopped) => Identity::not_asked("the login was stopped before the CRM had answered"),
    }
}
