//! Any token endpoint response: only a valid one yields tokens, and an error reveals nothing of its text.

use axum::http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::Value;
use zoho_grant::zoho::http::HttpAnswer;
use zoho_grant::zoho::token::{self, ExchangeError, Tokens};

/// What may be said about an invalid response.
const SAID: [&str; 5] = [
    "a redirect (",
    "an empty response (",
    "a web page instead of JSON (",
    "something other than JSON (",
    "JSON without an access token, or cut short (",
];

/// Checks one input: the status on its own line, then the body.
pub fn check(input: &[u8]) {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (status, body) = (&input[..end], &input[end + 1..]);
    let Ok(status) = StatusCode::from_bytes(status) else {
        return;
    };
    let answer = HttpAnswer {
        status,
        body: body.to_vec().into(),
    };
    match token::judge(&answer) {
        Ok(tokens) => good(status, body, &tokens),
        Err(ExchangeError::Refused(error)) => {
            assert!(error.to_string().chars().count() <= 201);
            assert!(!error.to_string().contains(char::is_control));
        }
        Err(ExchangeError::Unreadable(said)) => {
            assert!(SAID.iter().any(|start| said.starts_with(start)), "{said}");
            assert!(said.len() < 100, "{said}");
        }
        Err(ExchangeError::NoAnswer(_)) => panic!("there is an answer"),
    }
}

fn good(status: StatusCode, body: &[u8], tokens: &Tokens) {
    assert!(!status.is_redirection());
    let token = tokens.access_token.expose_secret();
    assert!(is_token(token));
    // An error in an irrelevant field must not lose the tokens.
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    assert!(
        body["access_token"]
            .as_str()
            .is_none_or(|sent| sent == token)
    );
    if let Some(token) = &tokens.refresh_token {
        let token = token.expose_secret();
        assert!(is_token(token));
        assert!(
            body["refresh_token"]
                .as_str()
                .is_none_or(|sent| sent == token)
        );
    }
    assert!(!body["error"].is_number());
    assert!(body["error"].as_str().is_none_or(str::is_empty));
    if let Some(seconds) = body["expires_in_sec"].as_u64() {
        assert_eq!(tokens.expires_in.map(|life| life.as_secs()), Some(seconds));
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
