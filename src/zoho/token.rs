//! The token request and its answer (RFC 6749 section 4.1.3; zoho.com/accounts/protocol/oauth/web-apps).

use crate::foreign::Foreign;
use crate::zoho::authorization::AuthorizationRequest;
use crate::zoho::client::{Client, is_token_text};
use crate::zoho::http::{Answer, Http, Limit};
use crate::zoho::lenient::Text;
use crate::zoho::network::{NetworkError, Trouble};
use crate::zoho::scopes::Scopes;
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::time::Duration;

/// A token answer is about a kilobyte; whatever is longer is something else.
pub(super) const ANSWER_BYTES: usize = 64 * 1024;

/// What an answer must hold.
const TOKEN: &str = "an access token";

/// Above a day, `expires_in` is in milliseconds: the rule of Zoho's own SDKs.
const LONGEST_LIFE_IN_SECONDS: f64 = 86_400.0;

/// What a good token answer holds.
#[derive(Debug)]
pub struct Tokens {
    /// Good for about an hour.
    pub access_token: SecretString,
    /// Good until revoked; Zoho leaves it out without offline access or a fresh consent.
    pub refresh_token: Option<SecretString>,
    /// Where the API is, as Zoho named it; not trusted yet.
    pub api_domain: Option<Foreign>,
    /// "Bearer", when Zoho told.
    pub token_type: Option<Foreign>,
    /// How long the access token lives, when Zoho told.
    pub expires_in: Option<Duration>,
    /// What was granted, when Zoho told; it may differ from what was asked.
    pub scopes: Option<Scopes>,
}

impl Tokens {
    /// Reads an answer of the token endpoint, however it was fetched.
    pub fn read(status: StatusCode, body: Vec<u8>) -> Result<Self, ExchangeError> {
        let body = body.into();
        judge(&Answer { status, body })
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

/// Redeems a grant token at the person's accounts server; one of a self client came without a request. An answered request is never repeated: each
/// counts against Zoho's throttle. Only a connection that failed before anything was sent is tried again, once.
pub(super) async fn exchange(
    http: &Http,
    client: &Client,
    request: Option<&AuthorizationRequest>,
    server: &AccountsServer,
    code: &SecretString,
    within: Duration,
) -> Result<Tokens, ExchangeError> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client.id()),
        ("client_secret", client.secret().expose_secret()),
        ("code", code.expose_secret()),
    ];
    if let Some(request) = request {
        form.push(("redirect_uri", &request.redirect_uri));
    }
    if let Some(verifier) = request.and_then(|request| request.verifier.as_ref()) {
        form.push(("code_verifier", verifier.expose_secret()));
    }
    let limit = Limit {
        bytes: ANSWER_BYTES,
        within,
    };
    let post = || http.post(server.as_str(), "/oauth/v2/token", &form, limit);
    let answer = match post().await {
        Err(error) if error.unsent && error.trouble != Trouble::Slow => post().await,
        answer => answer,
    };
    judge(&answer.map_err(ExchangeError::NoAnswer)?)
}

/// By the body, not by the status: Zoho sends errors with status 200.
pub(super) fn judge(answer: &Answer) -> Result<Tokens, ExchangeError> {
    if answer.status.is_redirection() {
        let status = answer.status;
        return Err(ExchangeError::Unreadable(format!(
            "a redirect ({status}), which is not followed"
        )));
    }
    // A list would be read as the fields in their order.
    if !answer.body.trim_ascii_start().starts_with(b"{") {
        return Err(unreadable(answer, TOKEN));
    }
    let mut body: Body =
        serde_json::from_slice(&answer.body).map_err(|_| unreadable(answer, TOKEN))?;
    if let Some(error) = std::mem::take(&mut body.error).some() {
        let status = body.status.some();
        return Err(ExchangeError::Refused(TokenError::of(
            &error,
            status.as_deref().map(String::as_str),
        )));
    }
    body.tokens().ok_or_else(|| unreadable(answer, TOKEN))
}

pub(super) fn unreadable(answer: &Answer, awaited: &str) -> ExchangeError {
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
#[derive(Deserialize, Default)]
#[serde(default)]
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
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> Result<Tokens, ExchangeError> {
        Tokens::read(StatusCode::from_u16(status).unwrap(), body.into())
    }

    fn refused(status: u16, body: &str) -> TokenError {
        match read(status, body) {
            Err(ExchangeError::Refused(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    fn life_of(fields: &str) -> Option<u64> {
        let tokens = read(200, &format!(r#"{{"access_token":"a",{fields}}}"#)).unwrap();
        tokens.expires_in.map(|life| life.as_secs())
    }

    #[test]
    fn a_good_answer() {
        let tokens = read(
            200,
            r#"{"access_token":"1000.a","refresh_token":"1000.r","scope":"A.b.READ C.d.ALL",
            "api_domain":"https://www.zohoapis.eu","token_type":"Bearer","expires_in":3600}"#,
        )
        .unwrap();
        assert!(tokens.access_token.expose_secret() == "1000.a");
        assert!(tokens.refresh_token.unwrap().expose_secret() == "1000.r");
        assert_eq!(tokens.api_domain.unwrap().raw(), "https://www.zohoapis.eu");
        assert_eq!(tokens.scopes.unwrap().joined(","), "A.b.READ,C.d.ALL");
        assert_eq!(tokens.expires_in.unwrap().as_secs(), 3600);
    }

    #[test]
    fn seconds_milliseconds_and_strings() {
        assert_eq!(life_of(r#""expires_in":3600"#), Some(3600));
        assert_eq!(life_of(r#""expires_in":3600000"#), Some(3600));
        assert_eq!(life_of(r#""expires_in":"3600000""#), Some(3600));
        assert_eq!(life_of(r#""expires_in":86400"#), Some(86400));
        assert_eq!(
            life_of(r#""expires_in_sec":"3600","expires_in":3600000"#),
            Some(3600)
        );
    }

    #[test]
    fn strange_fields_do_not_lose_the_token() {
        for fields in [
            r#""expires_in":"soon""#,
            r#""expires_in":-1"#,
            r#""expires_in":[1]"#,
            r#""expires_in":1e999"#,
            r#""expires_in":null"#,
            r#""refresh_token":{"a":[1]},"scope":true,"api_domain":false"#,
        ] {
            let body = format!(r#"{{"access_token":"a",{fields}}}"#);
            if let Ok(tokens) = read(200, &body) {
                assert_eq!(tokens.expires_in, None, "{fields}");
                assert!(tokens.refresh_token.is_none());
            } else {
                assert!(fields.contains("1e999"), "{fields}");
            }
        }
    }

    #[test]
    fn an_error_with_status_200_is_an_error() {
        assert_eq!(
            refused(200, r#"{"error":"invalid_code"}"#),
            TokenError::InvalidCode
        );
        assert_eq!(
            refused(200, r#"{"access_token":"a","error":"invalid_client"}"#),
            TokenError::InvalidClient
        );
        assert_eq!(
            refused(
                400,
                r#"{"error":"Access Denied","error_description":"x","status":"failure"}"#
            ),
            TokenError::Throttled
        );
        assert_eq!(
            refused(200, r#"{"error":"access_denied"}"#),
            TokenError::AccessDenied
        );
        assert_eq!(
            refused(500, r#"{"error":"new_one"}"#),
            TokenError::Other(Foreign::new("new_one"))
        );
    }

    #[test]
    fn what_is_no_token_answer_says_what_it_looks_like_and_never_its_text() {
        for (status, body, told) in [
            (200, "", "an empty answer (HTTP status 200)"),
            (
                502,
                " <html>1000.secret</html>",
                "a web page instead of JSON (HTTP status 502)",
            ),
            (
                200,
                r#"{"access_token":"1000.sec"#,
                "JSON without an access token, or cut short (HTTP status 200)",
            ),
            (
                200,
                r#"{"access_token":""}"#,
                "JSON without an access token, or cut short (HTTP status 200)",
            ),
            (
                200,
                r#"{"access_token":"a\nb"}"#,
                "JSON without an access token, or cut short (HTTP status 200)",
            ),
            (
                200,
                r#"{"access_token":"a","access_token":"b"}"#,
                "JSON without an access token, or cut short (HTTP status 200)",
            ),
            (200, "[1]", "no JSON (HTTP status 200)"),
            (
                302,
                r#"{"access_token":"a"}"#,
                "a redirect (302 Found), which is not followed",
            ),
        ] {
            match read(status, body) {
                Err(ExchangeError::Unreadable(said)) => assert_eq!(said, told),
                other => panic!("{body}: {other:?}"),
            }
        }
    }
}
