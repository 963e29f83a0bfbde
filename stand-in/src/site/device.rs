//! Consent on another device: its two endpoints, and the page where the person enters the code.

use std::time::Instant;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::json;

use super::{Site, answer, consent, token};
use crate::failure::{Failure, Stage};
use crate::pages::{self, EnterCode};
use crate::parameters::Parameters;
use crate::registry::answer::{Authorization, Invalid, Polled};
use crate::registry::device::LIFETIME;

/// The endpoint for polls.
pub const POLL_PATH: &str = "/oauth/v3/device/token";

/// POST `/oauth/v3/device/code`.
pub async fn code(State(site): State<Site>, form: Parameters) -> Response {
    let mut state = site.state();
    match state.registry.device_code(site.at, &form, Instant::now()) {
        Ok(start) => {
            let address = format!("{}/device", site.addresses().accounts_url);
            let body = json!({
                "user_code": start.user_code,
                "device_code": start.device_code,
                "verification_url": address,
                "verification_uri_complete": format!("{address}?user_code={}", start.user_code),
                "interval": state.registry.interval.as_secs_f64(),
                // In milliseconds, as in Zoho's older responses.
                "expires_in": LIFETIME.as_millis(),
            });
            answer::json(StatusCode::OK, &body)
        }
        Err(error) => token::refusal(error.code()),
    }
}

/// POST `/oauth/v3/device/token`. A failure is played only if the request is valid.
pub async fn poll(State(site): State<Site>, form: Parameters) -> Response {
    let (judged, failure, polls) = {
        let mut state = site.state();
        let judged = state.registry.poll(site.at, &form, Instant::now());
        let failure = state
            .failure_at(Stage::Device)
            .or(state.failure_at(Stage::Token));
        if let (Polled::Issued(_), Some(_)) = (&judged, failure) {
            state.registry.take_back(&form);
        }
        let requests = state.requests.iter();
        let polls = requests.filter(|request| request.path == POLL_PATH);
        (judged, failure, polls.count())
    };
    match (judged, failure) {
        (Polled::Error(error), _) => token::refusal(error.code()),
        (_, Some(Failure::DeviceExpired)) if polls < 3 => pending(),
        (_, Some(Failure::DeviceExpired)) | (Polled::Expired, _) => token::refusal("expired"),
        (_, Some(Failure::SlowDown)) if polls == 1 => token::refusal("slow_down"),
        (_, Some(Failure::ForeignLocation)) => elsewhere("zz"),
        (Polled::Pending, _) => pending(),
        (Polled::SlowDown, _) => token::refusal("slow_down"),
        (Polled::OtherDataCenter(at), _) => elsewhere(at.code()),
        (Polled::Refused, _) => token::refusal("access_denied"),
        (Polled::Issued(issued), failure) => {
            let failure = failure.filter(|failure| failure.stage() == Stage::Token);
            token::issued(&site, issued, failure).await
        }
    }
}

/// GET `/device`: redirects the person to their own data center.
pub async fn page(State(site): State<Site>, uri: Uri, query: Parameters) -> Response {
    let home = site.state().registry.person_at;
    if home != site.at {
        return answer::moved(&site, home, &uri);
    }
    pages::own_form(&EnterCode {
        data_center: site.at.name(),
        user_code: query.value("user_code").unwrap_or_default(),
        is_wrong: false,
    })
}

/// POST `/device`: the person entered the code.
pub async fn enter(State(site): State<Site>, form: Parameters) -> Response {
    let user_code = form.value("user_code").unwrap_or_default();
    let registry = &mut site.state().registry;
    match registry.enter(site.at, user_code, Instant::now()) {
        Ok(Authorization::Consent { ticket, scopes }) => consent::ask(&site, ticket, scopes),
        Ok(Authorization::Moved(_)) => pages::invalid(Invalid::Request),
        Err(Invalid::UserCode) => pages::own_form(&EnterCode {
            data_center: site.at.name(),
            user_code,
            is_wrong: true,
        }),
        Err(error) => pages::invalid(error),
    }
}

/// Sends status 400 while pending, so that code that relies on the status fails here.
fn pending() -> Response {
    let body = json!({ "error": "authorization_pending" });
    answer::json(StatusCode::BAD_REQUEST, &body)
}

fn elsewhere(location: &str) -> Response {
    let body = json!({ "error": "other_dc", "user_location": location });
    answer::json(StatusCode::OK, &body)
}
