//! The token request and its answer (RFC 6749 section 4.1.3; zoho.com/accounts/protocol/oauth/web-apps).

use crate::untrusted::Untrusted;
use crate::zoho::authorization::AuthorizationRequest;
use crate::zoho::client::Client;
use crate::zoho::http::{HttpAnswer, Zoho};
use crate::zoho::lenient::Fields;
use crate::zoho::network::{NetworkError, NetworkFailure};
use crate::zoho::scopes::Scopes;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use zeroize::Zeroizing;

/// What a token answer lacks when it is none.
pub(super) const TOKEN: &str = "an access token";

/// Above a day, `expires_in` is in milliseconds: the rule of Zoho's own SDKs.
pub(super) const LONGEST_LIFE_IN_SECONDS: f64 = 86_400.0;

/// No access token lives longer; what says so is a slip, and its end might have no calendar date.
const LONGEST_LIFE: Duration = Duration::from_hours(366 * 24);

/// What a good token answer holds.
#[derive(Debug)]
pub struct Tokens {
    /// Good for about an hour.
    pub access_token: SecretString,
    /// Good until revoked; Zoho leaves it out without offline access or a fresh consent.
    pub refresh_token: Option<SecretString>,
    /// Where the API is, as Zoho named it; not trusted yet.
    pub api_domain: Option<Untrusted>,
    /// "Bearer", when Zoho told.
    pub token_type: Option<Untrusted>,
    /// How long the access token lives, when Zoho told.
    pub expires_in: Option<Duration>,
    /// What was granted, when Zoho told; it may differ from what was asked.
    pub scopes: Option<Scopes>,
}

impl Tokens {
    /// Reads an answer of the token endpoint, however it was fetched.
    pub fn read(status: StatusCode, body: Vec<u8>) -> Result<Self, ExchangeError> {
        let body = body.into();
        judge(&HttpAnswer { status, body })
    }
}

/// How a token request ends without tokens.
#[derive(Debug)]
pub enum ExchangeError {
    /// Zoho said why.
    Refused(TokenError),
    /// No answer. The grant token may be used up all the same.
    NoAnswer(NetworkError),
    /// An answer that is no token answer; what it looks like instead, without its text.
    Unreadable(String),
}

/// Redeems a grant token at the person's accounts server. That of a self client belongs to no request.
pub async fn exchange(
    zoho: &Zoho,
    client: &Client,
    request: Option<&AuthorizationRequest>,
    server: &AccountsServer,
    code: &SecretString,
) -> Result<Tokens, ExchangeError> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client.id()),
        ("client_secret", client.secret().expose_secret()),
        ("code", code.expose_secret()),
    ];
    if let Some(request) = request {
        form.push(("redirect_uri", &request.redirect_uri));
        let verifier = request.verifier.as_ref();
        form.extend(verifier.map(|verifier| ("code_verifier", verifier.expose_secret())));
    }
    judge(&post(zoho, server, "/oauth/v2/token", &form).await?)
}

/// Asks for another access token (RFC 6749 section 6). The answer has no refresh token.
pub async fn refresh(
    zoho: &Zoho,
    client: &Client,
    server: &AccountsServer,
    refresh_token: &SecretString,
) -> Result<Tokens, ExchangeError> {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client.id()),
        ("client_secret", client.secret().expose_secret()),
        ("refresh_token", refresh_token.expose_secret()),
    ];
    judge(&post(zoho, server, "/oauth/v2/token", &form).await?)
}

/// Kills a refresh token and its access tokens, in the form that Zoho's own tools use. Of one that is dead already
/// Zoho says so by status 400, by which it throttles, too.
pub async fn revoke(
    zoho: &Zoho,
    server: &AccountsServer,
    refresh_token: &SecretString,
) -> Result<(), ExchangeError> {
    let form = [("token", refresh_token.expose_secret())];
    let answer = post(zoho, server, "/oauth/v2/token/revoke", &form).await?;
    let is_page = answer.body.trim_ascii_start().starts_with(b"<");
    let fields = match accepted(&answer, TOKEN) {
        Err(throttled @ ExchangeError::Refused(TokenError::Throttled)) => return Err(throttled),
        _ if answer.status == StatusCode::BAD_REQUEST && !is_page => {
            return Err(ExchangeError::Refused(TokenError::InvalidCode));
        }
        fields => fields?,
    };
    match fields.text("status") {
        Some("success") => Ok(()),
        _ => Err(ExchangeError::Unreadable(format!(
            "an answer that does not say success (HTTP status {})",
            answer.status.as_u16()
        ))),
    }
}

/// An answered request is never repeated: each counts against Zoho's throttle. Only a connection that failed
/// before anything was sent is tried again, once.
pub(super) async fn post(
    zoho: &Zoho,
    server: &AccountsServer,
    path: &str,
    form: &[(&str, &str)],
) -> Result<HttpAnswer, ExchangeError> {
    let post = || zoho.post(server, path, form);
    let answer = match post().await {
        Err(error) if error.unsent && error.trouble != NetworkFailure::Slow => post().await,
        answer => answer,
    };
    answer.map_err(|error| match error.trouble {
        NetworkFailure::TooLong(limit) => {
            ExchangeError::Unreadable(format!("an answer longer than {limit} bytes"))
        }
        _ => ExchangeError::NoAnswer(error),
    })
}

pub(super) fn judge(answer: &HttpAnswer) -> Result<Tokens, ExchangeError> {
    let fields = accepted(answer, TOKEN)?;
    let access_token = fields.secret("access_token");
    Ok(Tokens {
        access_token: access_token.ok_or_else(|| unreadable(answer, TOKEN))?,
        refresh_token: fields.secret("refresh_token"),
        api_domain: fields.told("api_domain"),
        token_type: fields.told("token_type"),
        expires_in: life(&fields),
        scopes: fields
            .text("scope")
            .and_then(|scope| Scopes::parse(scope).ok()),
    })
}

/// By the body, not by the status: Zoho sends errors with status 200.
pub(super) fn accepted(answer: &HttpAnswer, awaited: &str) -> Result<Fields, ExchangeError> {
    let fields = read(answer, awaited)?;
    match fields.text("error") {
        Some(error) => Err(ExchangeError::Refused(TokenError::of(
            error,
            fields.text("status"),
        ))),
        None => Ok(fields),
    }
}

/// What an answer says, an error included. Bytes that are no text cost nothing.
pub(super) fn read(answer: &HttpAnswer, awaited: &str) -> Result<Fields, ExchangeError> {
    let status = answer.status;
    if status.is_redirection() {
        return Err(ExchangeError::Unreadable(format!(
            "a redirect ({status}), which is not followed"
        )));
    }
    let text = Zeroizing::new(String::from_utf8_lossy(&answer.body).into_owned());
    let fields = Fields::of(&text).map_err(|_| unreadable(answer, awaited))?;
    match fields.twice {
        None => Ok(fields),
        Some(name) => Err(ExchangeError::Unreadable(format!(
            "two different values of {name} (HTTP status {})",
            status.as_u16()
        ))),
    }
}

pub(super) fn unreadable(answer: &HttpAnswer, awaited: &str) -> ExchangeError {
    let start = answer.body.trim_ascii_start();
    let form = match start.first() {
        None => "an empty answer",
        Some(b'<') => "a web page instead of JSON",
        Some(b'{') => &format!("JSON without {awaited}, or cut short"),
        Some(_) => "no JSON",
    };
    ExchangeError::Unreadable(format!("{form} (HTTP status {})", answer.status.as_u16()))
}

fn life(fields: &Fields) -> Option<Duration> {
    let life = match fields.number("expires_in_sec") {
        Some(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        None => fields.time("expires_in", LONGEST_LIFE_IN_SECONDS),
    };
    life.filter(|life| *life <= LONGEST_LIFE)
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
