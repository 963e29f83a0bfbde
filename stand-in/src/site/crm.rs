//! The two CRM answers that tell whose tokens these are.

use std::time::Instant;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::{Site, answer};
use crate::demo::DataCenter;
use crate::demo::failure::{Failure, Stage};
use crate::demo::parameters::Parameters;

/// The organisation of the rehearsal.
pub const ORGANIZATION: &str = "Rehearsal Company";
/// The person of the rehearsal.
pub const PERSON: &str = "Rehearsal User";
/// Their address.
pub const EMAIL: &str = "rehearsal@example.com";

/// GET `/crm/v8/org`.
pub async fn org(site: &Site, headers: &HeaderMap) -> Response {
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
    reply(
        site,
        headers,
        "ZohoCRM.org",
        json!({ "org": [organization] }),
    )
    .await
}

/// GET `/crm/v8/users`, of which only `type=CurrentUser` is rehearsed.
pub async fn users(site: &Site, headers: &HeaderMap, query: &str) -> Response {
    let parameters = Parameters::read(query);
    let kind = parameters
        .as_ref()
        .and_then(|parameters| parameters.value("type"));
    if kind != Some("CurrentUser") {
        return error(
            StatusCode::BAD_REQUEST,
            "INVALID_DATA",
            "only type=CurrentUser is rehearsed",
        );
    }
    let user = json!({
        "full_name": PERSON,
        "email": EMAIL,
        "profile": { "name": "Administrator" },
    });
    reply(site, headers, "ZohoCRM.users", json!({ "users": [user] })).await
}

async fn reply(site: &Site, headers: &HeaderMap, group: &str, body: Value) -> Response {
    let (judged, failure) = {
        let state = site.world.state();
        let scopes = access_token(headers)
            .and_then(|token| state.registry.scopes(site.at, token, Instant::now()));
        let judged = scopes.map(|scopes| scopes.iter().any(|scope| covers(scope, group)));
        (
            judged,
            state
                .failure
                .filter(|failure| failure.stage() == Stage::Crm),
        )
    };
    match (judged, failure) {
        (None, _) | (_, Some(Failure::InvalidToken)) => error(
            StatusCode::UNAUTHORIZED,
            "INVALID_TOKEN",
            "invalid oauth token",
        ),
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
