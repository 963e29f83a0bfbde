//! The token endpoint and revocation. Errors come with status 200, as Zoho's do.

use std::time::Instant;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Site, answer};
use crate::failure::{Failure, Stage};
use crate::parameters::Parameters;
use crate::registry::answer::{Issued, TokenError};

const HUGE: usize = 10_000_000;

/// POST `/oauth/v2/token`. A failure is played only if the request is valid.
pub async fn token(State(site): State<Site>, form: Parameters) -> Response {
    let (judged, failure) = {
        let mut state = site.state();
        let judged = state.registry.token(site.at, &form, Instant::now());
        (judged, state.failure_at(Stage::Token))
    };
    match judged {
        Ok(tokens) => issued(&site, tokens, failure).await,
        Err(error) => refusal(error.code()),
    }
}

/// Returns the tokens, or the failure played instead.
pub async fn issued(site: &Site, issued: Issued, failure: Option<Failure>) -> Response {
    match failure {
        None => answer::json(StatusCode::OK, &success(site, issued)),
        Some(failure) => play(site, issued, failure).await,
    }
}

/// POST `/oauth/v2/token/revoke`.
pub async fn revoke(State(site): State<Site>, form: Parameters) -> Response {
    let revoked = match form.value("token") {
        Some(token) => site.state().registry.revoke(site.at, token),
        None => Err(TokenError::GeneralError),
    };
    match revoked {
        Ok(()) => answer::json(StatusCode::OK, &json!({ "status": "success" })),
        Err(error) => refusal(error.code()),
    }
}

/// An error in Zoho's format.
pub fn refusal(code: &str) -> Response {
    answer::json(StatusCode::OK, &json!({ "error": code }))
}

fn success(site: &Site, issued: Issued) -> Value {
    let mut body = json!({
        "access_token": issued.access_token,
        "scope": issued.scopes.join(" "),
        "api_domain": site.addresses().api_domain,
        "token_type": "Bearer",
        "expires_in": 3600,
    });
    if let Some(token) = issued.refresh_token {
        body["refresh_token"] = token.into();
    }
    body
}

async fn play(site: &Site, issued: Issued, failure: Failure) -> Response {
    let mut body = success(site, issued);
    match failure {
        Failure::Throttled => return throttled(StatusCode::BAD_REQUEST),
        Failure::Throttled200 => return throttled(StatusCode::OK),
        Failure::Html => return answer::bad_gateway(),
        Failure::HalfJson => return half(&body),
        Failure::Redirect => {
            let elsewhere = format!("{}/elsewhere", site.addresses().accounts_url);
            return answer::redirect(StatusCode::FOUND, elsewhere);
        }
        Failure::Slow => return answer::never().await,
        Failure::Closed => return answer::closed(),
        Failure::NoRefreshToken => {
            body.as_object_mut()
                .map(|fields| fields.remove("refresh_token"));
        }
        Failure::Huge => body["padding"] = "x".repeat(HUGE).into(),
        Failure::ForeignApiDomain => {
            body["api_domain"] = "https://www.zohoapis.com.evil.example".into();
        }
        Failure::OldExpiry => {
            body["expires_in_sec"] = "3600".into();
            body["expires_in"] = "3600000".into();
        }
        // The remaining failures are named after Zoho's error codes.
        named => return refusal(&named.to_string().replace('-', "_")),
    }
    answer::json(StatusCode::OK, &body)
}

fn throttled(status: StatusCode) -> Response {
    let description =
        "You have made too many requests continuously. Please try again after some time.";
    let body = json!({
        "error": "Access Denied",
        "error_description": description,
        "status": "failure",
    });
    answer::json(status, &body)
}

fn half(body: &Value) -> Response {
    let mut text = body.to_string();
    text.truncate(text.len() / 2);
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
