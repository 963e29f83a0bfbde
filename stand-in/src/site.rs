//! One data center on the wire: every request is recorded, then answered by the handler of its path.

mod answer;
mod consent;
mod console;
mod crm;
mod device;
mod token;

use std::sync::{Arc, MutexGuard};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::recorded::Recorded;
use crate::{Addresses, DataCenter, World};

/// The API console's page on which clients are registered.
pub const CLIENTS_PATH: &str = "/console/clients";

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

/// Everything that the data center `at` answers.
pub fn router(world: Arc<World>, at: DataCenter) -> Router {
    let site = Site { world, at };
    let router = Router::new()
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
        .route("/crm/v8/org", get(crm::org))
        .route("/crm/v8/users", get(crm::users))
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

/// Keeps what arrived, before it is judged.
async fn record(State(site): State<Site>, head: Parts, body: Bytes, next: Next) -> Response {
    let recorded = Recorded::new(site.at, &head, &body);
    site.state().requests.push(recorded);
    next.run(Request::from_parts(head, body.into())).await
}

/// A map of code to accounts server is all that is known of it; `result` is a guess.
async fn server_info(State(site): State<Site>) -> Json<Value> {
    let url = |at: DataCenter| &site.world.addresses(at).accounts_url;
    let [us, eu] = DataCenter::ALL;
    let locations = json!({ us.code(): url(us), eu.code(): url(eu) });
    Json(json!({ "result": "success", "locations": locations }))
}
