//! The two CRM answers that tell whose tokens these are.

use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::{Site, answer};
use crate::DataCenter;
use crate::failure::{Failure, Stage};
use crate::parameters::Parameters;

/// The only organization.
pub const ORGANIZATION: &str = "Rehearsal Company";
/// The only person.
pub const PERSON: &str = "Rehearsal User";
/// Their address.
pub const EMAIL: &str = "rehearsal@example.com";

/// GET `/crm/v8/org`.
pub async fn org(State(site): State<Site>, headers: HeaderMap) -> Response {
    let country_code = match site.at {
        DataCenter::Us => "US",
        DataCenter::Eu => "NL",
    };
    let organization = json!({
        "company_name": ORGANIZATION,
        "zgid": "60012345678",
        "country_code": country_code,
        "type": "production",
        "license_details": { "paid": true, "paid_type": "enterprise" },
    });
    let body = json!({ "org": [organization] });
    reply(&site, &headers, "ZohoCRM.org", body).await
}

/// GET `/crm/v8/users`, of which only `type=CurrentUser` is played.
pub async fn users(
    State(site): State<Site>,
    headers: HeaderMap,
    query: Option<Parameters>,
) -> Response {
    let kind = query.as_ref().and_then(|query| query.value("type"));
    if kind != Some("CurrentUser") {
        let message = "only type=CurrentUser is rehearsed";
        return error(StatusCode::BAD_REQUEST, "INVALID_DATA", message);
    }
    let user = json!({
        "full_name": PERSON,
        "email": EMAIL,
        "profile": { "name": "Administrator" },
    });
    let body = json!({ "users": [user] });
    reply(&site, &headers, "ZohoCRM.users", body).await
}

/// The body, if the access token is alive here and its scopes cover the group.
async fn reply(site: &Site, headers: &HeaderMap, group: &str, body: Value) -> Response {
    let (covered, failure) = {
        let state = site.state();
        let scopes = access_token(headers)
            .and_then(|token| state.registry.scopes(site.at, token, Instant::now()));
        let covered = scopes.map(|scopes| scopes.iter().any(|scope| covers(scope, group)));
        (covered, state.failure_at(Stage::Crm))
    };
    match (covered, failure) {
        (None, _) | (_, Some(Failure::InvalidToken)) => {
            let message = "invalid oauth token";
            error(StatusCode::UNAUTHORIZED, "INVALID_TOKEN", message)
        }
        (Some(false), _) | (_, Some(Failure::ScopeMismatch)) => {
            let message = "invalid oauth scope to access this URL";
            error(StatusCode::UNAUTHORIZED, "OAUTH_SCOPE_MISMATCH", message)
        }
        (_, Some(Failure::CrmHtml)) => answer::bad_gateway(),
        (_, Some(Failure::CrmSlow)) => answer::never().await,
        _ => answer::json(StatusCode::OK, &body),
    }
}

/// One header, in the one documented spelling: whether `Bearer` works too is not said.
fn access_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()?.strip_prefix("Zoho-oauthtoken ")
}

fn covers(scope: &str, group: &str) -> bool {
    matches!(scope.strip_prefix(group), Some(".READ" | ".ALL"))
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "code": code, "details": {}, "message": message, "status": "error" });
    answer::json(status, &body)
}
