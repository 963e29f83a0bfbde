//! The CRM: who may call it, and the two responses that say who owns the tokens.

use std::collections::HashMap;
use std::time::Instant;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Site, answer};
use crate::DataCenter;
use crate::failure::{Failure, Stage};
use crate::parameters::Parameters;

/// The only organization.
pub const ORGANIZATION: &str = "Rehearsal Company";
/// The only person.
pub const PERSON: &str = "Rehearsal User";
/// The person's email address.
pub const EMAIL: &str = "rehearsal@example.com";

/// The API versions. Nothing newer than 8 is documented, and nothing older than 2 is served.
const VERSIONS: [&str; 7] = ["v2", "v3", "v4", "v5", "v6", "v7", "v8"];

/// What the CRM returns instead of the requested data.
pub enum Refusal {
    /// The status, code and message.
    Error(StatusCode, &'static str, String),
    /// The response of a gateway in front of the CRM.
    BadGateway,
}

/// A request to the CRM.
pub struct Call {
    /// The data center that is called.
    pub site: Site,
    /// What the path names: `version`, `module`, `id`.
    pub path: HashMap<String, String>,
    /// The request's headers.
    pub headers: HeaderMap,
}

impl FromRequestParts<Site> for Call {
    type Rejection = PathRejection;

    async fn from_request_parts(head: &mut Parts, site: &Site) -> Result<Self, PathRejection> {
        Ok(Self {
            path: Path::from_request_parts(head, site).await?.0,
            site: site.clone(),
            headers: head.headers.clone(),
        })
    }
}

/// GET `/crm/v8/org`.
pub async fn org(call: Call) -> Result<Response, Refusal> {
    call.permit(&["ZohoCRM.org"]).await?;
    let country_code = match call.site.at {
        DataCenter::Us => "US",
        _ => "NL",
    };
    let organization = json!({
        "company_name": ORGANIZATION,
        "zgid": "60012345678",
        "country_code": country_code,
        "type": "production",
        "license_details": { "paid": true, "paid_type": "enterprise" },
    });
    Ok(good(&json!({ "org": [organization] })))
}

/// GET `/crm/v8/users`; only `type=CurrentUser` is supported.
pub async fn users(call: Call, query: Parameters) -> Result<Response, Refusal> {
    if query.value("type") != Some("CurrentUser") {
        return Err(Refusal::invalid("only type=CurrentUser is rehearsed"));
    }
    call.permit(&["ZohoCRM.users"]).await?;
    let user = json!({
        "full_name": PERSON,
        "email": EMAIL,
        "profile": { "name": "Administrator" },
    });
    Ok(good(&json!({ "users": [user] })))
}

impl Call {
    /// Checks that the API version exists, that the access token is valid here, and that its scopes cover each group.
    pub async fn permit(&self, groups: &[&str]) -> Result<(), Refusal> {
        if !VERSIONS.contains(&self.path["version"].as_str()) {
            let message = "Please check if the URL trying to access is a correct one";
            let unknown = Refusal::of(StatusCode::NOT_FOUND, "INVALID_URL_PATTERN", message);
            return Err(unknown);
        }
        let (covered, failure) = {
            let state = self.site.state();
            let token = access_token(&self.headers);
            let scopes =
                token.and_then(|token| state.registry.scopes(self.site.at, token, Instant::now()));
            let covered = scopes.map(|scopes| {
                let mut groups = groups.iter();
                groups.all(|group| scopes.iter().any(|scope| covers(scope, group)))
            });
            (covered, state.failure_at(Stage::Crm))
        };
        let unauthorized =
            |code, message| Err(Refusal::of(StatusCode::UNAUTHORIZED, code, message));
        match (covered, failure) {
            (None, _) | (_, Some(Failure::InvalidToken)) => {
                unauthorized("INVALID_TOKEN", "invalid oauth token")
            }
            (Some(false), _) | (_, Some(Failure::ScopeMismatch)) => unauthorized(
                "OAUTH_SCOPE_MISMATCH",
                "invalid oauth scope to access this URL",
            ),
            (_, Some(Failure::CrmHtml)) => Err(Refusal::BadGateway),
            (_, Some(Failure::CrmSlow)) => std::future::pending().await,
            _ => Ok(()),
        }
    }
}

/// The requested data.
pub fn good(body: &Value) -> Response {
    answer::json(StatusCode::OK, body)
}

/// The access token from a single header in the one documented spelling; Zoho does not say whether `Bearer` works too.
fn access_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()?.strip_prefix("Zoho-oauthtoken ")
}

/// Whether a scope allows reading a group: "ZohoCRM.settings.READ" covers "ZohoCRM.settings.fields". Ignores case,
/// which Zoho's own pages mix.
fn covers(scope: &str, group: &str) -> bool {
    let [scope, group] = [scope, group].map(str::to_ascii_lowercase);
    let Some((over, "read" | "all")) = scope.rsplit_once('.') else {
        return false;
    };
    let rest = group.strip_prefix(over);
    over.contains('.') && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Refusal {
    /// Creates a CRM error.
    pub fn of(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self::Error(status, code, message.to_owned())
    }

    /// Creates the error for a request that cannot be answered.
    pub fn invalid(message: &str) -> Self {
        Self::of(StatusCode::BAD_REQUEST, "INVALID_DATA", message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Error(status, code, message) => {
                let body =
                    json!({ "code": code, "details": {}, "message": message, "status": "error" });
                answer::json(status, &body)
            }
            Self::BadGateway => answer::bad_gateway(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_scope_covers_its_group_and_what_is_beneath() {
        for (scope, group) in [
            ("ZohoCRM.org.READ", "ZohoCRM.org"),
            ("ZohoCRM.settings.ALL", "ZohoCRM.settings.fields"),
            ("ZohoCRM.modules.leads.READ", "ZohoCRM.modules.Leads"),
            ("ZohoCRM.modules.READ", "ZohoCRM.modules.Leads"),
        ] {
            assert!(covers(scope, group), "{scope} {group}");
        }
        for (scope, group) in [
            ("ZohoCRM.organs.READ", "ZohoCRM.org"),
            ("ZohoCRM.org.CREATE", "ZohoCRM.org"),
            ("ZohoCRM.READ", "ZohoCRM.org"),
            ("ZohoCRM.settings.fields.READ", "ZohoCRM.settings.modules"),
            ("ZohoCRM.modules.contacts.READ", "ZohoCRM.modules.Leads"),
            ("ZohoCRM.modules.custom.READ", "ZohoCRM.modules.Leads"),
        ] {
            assert!(!covers(scope, group), "{scope} {group}");
        }
    }
}
