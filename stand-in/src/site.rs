//! One data center over HTTP: every request is recorded, then answered by the handler for its path.

mod answer;
mod bulk;
mod consent;
mod console;
mod crm;
mod device;
mod records;
mod token;

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use tower::ServiceExt;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::recorded::Recorded;
use crate::{Addresses, DataCenter, World};

/// The API console's page on which clients are registered.
pub const CLIENTS_PATH: &str = "/console/clients";

/// Far larger than any form in a login.
const BODY_LIMIT: usize = 64 * 1024;

/// Headers of every response.
const HARDENING: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// Routes everything that the data center `at` serves.
pub fn router(world: Arc<World>, at: DataCenter) -> Router {
    let site = Site { world, at };
    dressed(accounts().merge(crm()), site)
}

/// Routes everything that all data centers serve. Each server responds only under its own name.
pub fn by_host(world: &Arc<World>) -> Router {
    let mut servers = HashMap::new();
    for (at, addresses) in &world.addresses {
        let site = Site {
            world: Arc::clone(world),
            at: *at,
        };
        let crm = dressed(crm(), site.clone());
        let [accounts_server, api] =
            [&addresses.accounts_url, &addresses.api_domain].map(|origin| authority(origin));
        servers.insert(accounts_server, dressed(accounts(), site));
        // An API domain also responds without "www.".
        servers.insert(api.trim_start_matches("www.").to_owned(), crm.clone());
        servers.insert(api, crm);
    }
    Router::new().fallback(async move |request: Request| {
        let host = request.headers().get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok());
        match host.and_then(|host| servers.get(host)) {
            Some(server) => server.clone().oneshot(request).await.into_response(),
            None => StatusCode::MISDIRECTED_REQUEST.into_response(),
        }
    })
}

/// The host, plus the port unless it is the default.
fn authority(origin: &str) -> String {
    let (_, authority) = origin.split_once("://").unwrap_or_default();
    authority.to_owned()
}

/// Routes an accounts server, and the pages beside it.
fn accounts() -> Router<Site> {
    Router::new()
        .route("/oauth/v2/auth", get(consent::authorize))
        .route("/consent", post(consent::decide))
        .route("/oauth/serverinfo", get(server_info))
        .route("/oauth/v2/token", post(token::token))
        .route("/oauth/v2/token/revoke", post(token::revoke))
        .route("/oauth/v3/device/code", post(device::code))
        .route(device::POLL_PATH, post(device::poll))
        .route("/device", get(device::page).post(device::enter))
        .route("/console", get(console::page).post(console::create))
        .route(CLIENTS_PATH, get(console::clients).post(console::register))
        .route("/landing", get(console::landing))
}

/// Routes an API domain.
fn crm() -> Router<Site> {
    Router::new()
        .route("/crm/{version}/org", get(crm::org))
        .route("/crm/{version}/users", get(crm::users))
        .route("/crm/{version}/settings/modules", get(records::modules))
        .route(
            "/crm/{version}/settings/modules/{module}",
            get(records::module),
        )
        .route("/crm/{version}/settings/fields", get(records::fields))
        .route("/crm/{version}/coql", post(records::query))
        .route("/crm/{version}/{module}", get(records::list))
        .route("/crm/bulk/{version}/read", post(bulk::create))
        .route("/crm/bulk/{version}/read/{id}", get(bulk::job))
        .route("/crm/bulk/{version}/read/{id}/result", get(bulk::result))
}

fn dressed(router: Router<Site>, site: Site) -> Router {
    let router = router
        .layer(from_fn_with_state(site.clone(), record))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(site);
    HARDENING.into_iter().fold(router, |router, (name, value)| {
        let name = HeaderName::from_static(name);
        let value = HeaderValue::from_static(value);
        router.layer(SetResponseHeaderLayer::overriding(name, value))
    })
}

/// One data center, as its handlers see it.
#[derive(Clone)]
struct Site {
    world: Arc<World>,
    at: DataCenter,
}

impl Site {
    fn state(&self) -> MutexGuard<'_, crate::State> {
        self.world.state()
    }

    fn addresses(&self) -> &Addresses {
        self.world.addresses(self.at)
    }
}

/// Records a request before it is judged.
async fn record(State(site): State<Site>, head: Parts, body: Bytes, next: Next) -> Response {
    let recorded = Recorded::new(site.at, &head, &body);
    site.state().requests.push(recorded);
    next.run(Request::from_parts(head, body.into())).await
}

/// The list of accounts servers. Only its map of code to server is known; `result` is a guess.
async fn server_info(State(site): State<Site>) -> Json<Value> {
    let known = site.world.addresses.iter();
    let locations =
        known.map(|(at, addresses)| (at.code().to_owned(), json!(addresses.accounts_url)));
    let locations: Map<_, _> = locations.collect();
    Json(json!({ "result": "success", "locations": locations }))
}
