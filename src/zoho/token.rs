//! The token request and its answer (RFC 6749 section 4.1.3; zoho.com/accounts/protocol/oauth/web-apps).

use crate::untrusted::Untrusted;
use crate::zoho::authorization::AuthorizationRequest;
use crate::zoho::client::{Client, is_token_text};
use crate::zoho::http::{HttpAnswer, Zoho};
use crate::zoho::lenient::Text;
use crate::zoho::network::{NetworkError, NetworkFailure};
use crate::zoho::scopes::Scopes;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// What a token answer lacks when it is none.
const TOKEN: &str = "an access token";

/// Above a day, `expires_in` is in milliseconds: the rule of Zoho's own SDKs.
const LONGEST_LIFE_IN_SECONDS: f64 = 86_400.0;

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
    let body = match read(&answer) {
        Err(throttled @ ExchangeError::Refused(TokenError::Throttled)) => return Err(throttled),
        _ if answer.status == StatusCode::BAD_REQUEST && !is_page => {
            return Err(ExchangeError::Refused(TokenError::InvalidCode));
        }
        body => body?,
    };
    match body.status.some() {
        Some(status) if *status == "success" => Ok(()),
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
    read(answer)?
        .tokens()
        .ok_or_else(|| unreadable(answer, TOKEN))
}

/// By the body, not by the status: Zoho sends errors with status 200.
fn read(answer: &HttpAnswer) -> Result<Body, ExchangeError> {
    if answer.status.is_redirection() {
        let status = answer.status;
        return Err(ExchangeError::Unreadable(format!(
            "a redirect ({status}), which is not followed"
        )));
    }
    let mut body = Body::of(answer)?;
    if let Some(error) = std::mem::take(&mut body.error).some() {
        let status = body.status.some();
        return Err(ExchangeError::Refused(TokenError::of(
            &error,
            status.as_deref().map(String::as_str),
        )));
    }
    Ok(body)
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

/// The answer as sent. Every field is read leniently: a strange one must not lose the tokens beside it.
#[derive(Default)]
struct Body {
    access_token: Text,
    refresh_token: Text,
    api_domain: Text,
    token_type: Text,
    expires_in: Text,
    expires_in_sec: Text,
    scope: Text,
    error: Text,
    status: Text,
    /// What decides, and was given twice with different values.
    twice: Option<&'static str>,
}

impl Body {
    /// What follows the object, and bytes that are no text, cost nothing.
    fn of(answer: &HttpAnswer) -> Result<Self, ExchangeError> {
        let text = Zeroizing::new(String::from_utf8_lossy(&answer.body).into_owned());
        let body = Self::deserialize(&mut serde_json::Deserializer::from_str(&text));
        let body = body.map_err(|_| unreadable(answer, TOKEN))?;
        match body.twice {
            None => Ok(body),
            Some(name) => Err(ExchangeError::Unreadable(format!(
                "two different values of {name} (HTTP status {})",
                answer.status.as_u16()
            ))),
        }
    }

    fn take(&mut self, name: &str, value: Text) {
        let (name, field, decides) = match name {
            "access_token" => ("access_token", &mut self.access_token, true),
            "refresh_token" => ("refresh_token", &mut self.refresh_token, true),
            "api_domain" => ("api_domain", &mut self.api_domain, true),
            "error" => ("error", &mut self.error, true),
            "token_type" => ("token_type", &mut self.token_type, false),
            "expires_in" => ("expires_in", &mut self.expires_in, false),
            "expires_in_sec" => ("expires_in_sec", &mut self.expires_in_sec, false),
            "scope" => ("scope", &mut self.scope, false),
            "status" => ("status", &mut self.status, false),
            _ => return,
        };
        if value.is_some() {
            let differs = field.is_some() && *field != value;
            self.twice = self.twice.or((decides && differs).then_some(name));
            *field = value;
        }
    }
}

/// Field by field, as serde's own reading refuses one that comes twice.
impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Body;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Body, A::Error> {
        let mut body = Body::default();
        while let Some((name, value)) = fields.next_entry::<Text, Text>()? {
            body.take(&name.some().unwrap_or_default(), value);
        }
        Ok(body)
    }
}

impl Body {
    fn tokens(self) -> Option<Tokens> {
        let token = |text: Text| text.some().filter(|text| is_token_text(text));
        Some(Tokens {
            access_token: token(self.access_token)?.as_str().into(),
            refresh_token: token(self.refresh_token).map(|token| token.as_str().into()),
            api_domain: self.api_domain.foreign(),
            token_type: self.token_type.foreign(),
            expires_in: life(&self.expires_in_sec, &self.expires_in),
            scopes: self
                .scope
                .some()
                .and_then(|scope| Scopes::parse(&scope).ok()),
        })
    }
}

fn life(in_seconds: &Text, in_either: &Text) -> Option<Duration> {
    let seconds = match (in_seconds.number(), in_either.number()) {
        (Some(seconds), _) => seconds,
        (None, Some(either)) if either > LONGEST_LIFE_IN_SECONDS => either / 1000.0,
        (None, Some(either)) => either,
        (None, None) => return None,
    };
    let life = Duration::try_from_secs_f64(seconds).ok();
    life.filter(|life| *life <= LONGEST_LIFE)
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
