//! One data centre on the wire: every request is recorded, judged and answered here.

mod answer;
mod consent;
mod console;
mod crm;
mod device;
mod page;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::parameters::Parameters;
use super::recorded::Recorded;
use super::{Addresses, DataCenter, World};

/// Far more than any form of a login.
const BODY_LIMIT: usize = 64 * 1024;

/// On every answer.
const HARDENING: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// Everything that the data centre `at` answers.
pub fn router(world: Arc<World>, at: DataCenter) -> Router {
    Router::new()
        .fallback(answer_request)
        .with_state(Site { world, at })
}

#[derive(Clone)]
struct Site {
    world: Arc<World>,
    at: DataCenter,
}

async fn answer_request(State(site): State<Site>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let mut response = match to_bytes(body, BODY_LIMIT).await {
        Ok(body) => site.answer(&head, &String::from_utf8_lossy(&body)).await,
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    for (name, value) in HARDENING {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Site {
    async fn answer(&self, head: &Parts, body: &str) -> Response {
        let (method, path) = (head.method.as_str(), head.uri.path());
        let query = head.uri.query().unwrap_or_default();
        let recorded = Recorded::new(self.at, method, path, [query, body]);
        self.world.state().requests.push(recorded);
        match (method, path) {
            ("GET", "/oauth/v2/auth") => consent::authorize(self, &head.uri),
            ("POST", "/consent") => consent::decide(self, form(head, body).as_ref()),
            ("GET", "/oauth/serverinfo") => self.server_info(),
            ("POST", "/oauth/v2/token") => token::token(self, form(head, body).as_ref()).await,
            ("POST", "/oauth/v2/token/revoke") => token::revoke(self, form(head, body).as_ref()),
            ("GET", "/crm/v8/org") => crm::org(self, &head.headers).await,
            ("GET", "/crm/v8/users") => crm::users(self, &head.headers, query).await,
            ("POST", "/oauth/v3/device/code") => device::code(self, form(head, body).as_ref()),
            ("POST", device::POLL_PATH) => device::poll(self, form(head, body).as_ref()).await,
            ("GET", "/device") => device::page(self, &head.uri),
            ("POST", "/device") => device::enter(self, form(head, body).as_ref()),
            ("GET", "/console") => console::page(self, query),
            ("POST", "/console") => console::create(self, form(head, body).as_ref()),
            ("GET", "/landing") => console::landing(),
            (
                _,
                "/oauth/v2/token"
                | "/oauth/v2/token/revoke"
                | "/consent"
                | "/oauth/v3/device/code"
                | device::POLL_PATH,
            ) => not_allowed("POST"),
            (_, "/oauth/v2/auth" | "/oauth/serverinfo" | "/crm/v8/org" | "/crm/v8/users") => {
                not_allowed("GET")
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn addresses(&self) -> &Addresses {
        self.world.addresses(self.at)
    }

    /// A map of code to accounts server is all that is known of it; `result` is a guess.
    fn server_info(&self) -> Response {
        let url = |at: DataCenter| &self.world.addresses(at).accounts_url;
        let [us, eu] = DataCenter::ALL;
        let locations = json!({ us.code(): url(us), eu.code(): url(eu) });
        answer::json(
            StatusCode::OK,
            &json!({ "result": "success", "locations": locations }),
        )
    }
}

/// The form in the body. None when it is no form, or when anything is in the query: Zoho takes parameters
/// there as well, but they end in logs.
fn form(head: &Parts, body: &str) -> Option<Parameters> {
    let is_form = media_type(&head.headers) == Some("application/x-www-form-urlencoded");
    (is_form && head.uri.query().is_none())
        .then(|| Parameters::read(body))
        .flatten()
}

fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

fn not_allowed(method: &'static str) -> Response {
    (
        StatusCode::METHOD_NOT_ALLOWED,
        [(header::ALLOW, method)],
        Body::empty(),
    )
        .into_response()
}
