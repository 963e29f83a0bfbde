//! The token request and its response (RFC 6749 section 4.1.3; zoho.com/accounts/protocol/oauth/web-apps).

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

/// What is missing from a response that contains no tokens.
pub(super) const TOKEN: &str = "an access token";

/// Above a day, `expires_in` is in milliseconds: the rule of Zoho's own SDKs.
pub(super) const LONGEST_LIFE_IN_SECONDS: f64 = 86_400.0;

/// No access token lives longer; a larger number is a mistake, and might not be a valid date.
const LONGEST_LIFE: Duration = Duration::from_hours(366 * 24);

/// The contents of a successful token response.
#[derive(Debug)]
pub struct Tokens {
    /// Valid for about an hour.
    pub access_token: SecretString,
    /// Valid until revoked; Zoho omits it without offline access or a fresh consent.
    pub refresh_token: Option<SecretString>,
    /// The API domain that Zoho named; not trusted yet.
    pub api_domain: Option<Untrusted>,
    /// "Bearer", if Zoho named it.
    pub token_type: Option<Untrusted>,
    /// How long the access token lives, if Zoho said so.
    pub expires_in: Option<Duration>,
    /// The granted scopes, if Zoho listed them; they may differ from the requested ones.
    pub scopes: Option<Scopes>,
}

/// Why a token request returned no tokens.
#[derive(Debug)]
pub enum ExchangeError {
    /// Zoho returned an error.
    Refused(TokenError),
    /// No response. The grant token may be used up nonetheless.
    NoAnswer(NetworkError),
    /// Not a token response; a description of what it is instead, without its text.
    Unreadable(String),
}

impl From<NetworkError> for ExchangeError {
    fn from(error: NetworkError) -> Self {
        match error.trouble {
            NetworkFailure::TooLong(limit) => {
                Self::Unreadable(format!("a response longer than {limit} bytes"))
            }
            _ => Self::NoAnswer(error),
        }
    }
}

/// Redeems a grant token at the person's accounts server. A self client's grant token has no authorization request.
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
    judge(&zoho.post(server, "/oauth/v2/token", &form).await?)
}

/// Refreshes the access token (RFC 6749 section 6). The response has no refresh token.
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
    judge(&zoho.post(server, "/oauth/v2/token", &form).await?)
}

/// Revokes a refresh token and its access tokens, in the form that Zoho's own tools use. For one that is already revoked,
/// Zoho returns status 400, which it also uses for throttling.
pub async fn revoke(
    zoho: &Zoho,
    server: &AccountsServer,
    refresh_token: &SecretString,
) -> Result<(), ExchangeError> {
    let form = [("token", refresh_token.expose_secret())];
    let answer = zoho.post(server, "/oauth/v2/token/revoke", &form).await?;
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
        _ => Err(other(&answer, "a response that does not report success")),
    }
}

/// Reads a response of the token endpoint, however it was fetched.
pub fn judge(answer: &HttpAnswer) -> Result<Tokens, ExchangeError> {
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

/// Judged by the body, not by the status: Zoho sends errors with status 200.
pub(super) fn accepted(answer: &HttpAnswer, awaited: &str) -> Result<Fields, ExchangeError> {
    let fields = read(answer, awaited)?;
    match TokenError::of(&fields) {
        Some(error) => Err(ExchangeError::Refused(error)),
        None => Ok(fields),
    }
}

/// The fields of a response, including an error. Bytes that are not text are ignored.
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
        Some(name) => Err(other(answer, &format!("two different values of {name}"))),
    }
}

pub(super) fn unreadable(answer: &HttpAnswer, awaited: &str) -> ExchangeError {
    let start = answer.body.trim_ascii_start();
    let form = match start.first() {
        None => "an empty response",
        Some(b'<') => "a web page instead of JSON",
        Some(b'{') => &format!("JSON without {awaited}, or cut short"),
        Some(_) => "something other than JSON",
    };
    other(answer, form)
}

fn other(answer: &HttpAnswer, form: &str) -> ExchangeError {
    let status = answer.status.as_u16();
    ExchangeError::Unreadable(format!("{form} (HTTP status {status})"))
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
