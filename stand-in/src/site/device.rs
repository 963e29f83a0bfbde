//! Consent on another device: the two endpoints, and the page on which the person enters the code.

use std::time::Instant;

use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::page::{self, Page};
use super::{Site, answer, consent, token};
use crate::demo::failure::{Failure, Stage};
use crate::demo::pages::{EnterView, ToldView};
use crate::demo::parameters::Parameters;
use crate::demo::registry::answer::{Authorization, Invalid, Polled, TokenError};
use crate::demo::registry::device::LIFETIME;

/// Where polls arrive.
pub const POLL_PATH: &str = "/oauth/v3/device/token";

/// POST `/oauth/v3/device/code`.
pub fn code(site: &Site, form: Option<&Parameters>) -> Response {
    let mut state = site.world.state();
    let judged = match form {
        Some(form) => state.registry.device_code(site.at, form, Instant::now()),
        None => Err(TokenError::GeneralError),
    };
    match judged {
        Ok(start) => {
            let address = format!("{}/device", site.addresses().accounts_url);
            let body = json!({
                "user_code": start.user_code,
                "device_code": start.device_code,
                "verification_url": address,
                "verification_uri_complete": format!("{address}?user_code={}", start.user_code),
                "interval": state.registry.interval().as_secs_f64(),
                // In milliseconds, as in older answers.
                "expires_in": LIFETIME.as_millis(),
            });
            answer::json(StatusCode::OK, &body)
        }
        Err(error) => token::refusal(error.code()),
    }
}

/// POST `/oauth/v3/device/token`. A failure is played only when the request was good.
pub async fn poll(site: &Site, form: Option<&Parameters>) -> Response {
    let (judged, failure, polls) = {
        let mut state = site.world.state();
        let judged = match form {
            Some(form) => state.registry.poll(site.at, form, Instant::now()),
            None => Polled::Error(TokenError::GeneralError),
        };
        let failure = state.failure;
        let plays =
            failure.is_some_and(|failure| matches!(failure.stage(), Stage::Device | Stage::Token));
        if let (Polled::Issued(_), true, Some(form)) = (&judged, plays, form) {
            state.registry.take_back(form);
        }
        let polls = state
            .requests
            .iter()
            .filter(|request| request.path == POLL_PATH);
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
            token::issued(site, issued, failure).await
        }
    }
}

/// GET `/device`: the person is led to their own data centre.
pub fn page(site: &Site, uri: &Uri) -> Response {
    let home = site.world.state().registry.person_at();
    if home != site.at {
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        let accounts_url = &site.world.addresses(home).accounts_url;
        return answer::redirect(StatusCode::FOUND, &format!("{accounts_url}{path}"));
    }
    let parameters = Parameters::read(uri.query().unwrap_or_default());
    let user_code = parameters
        .as_ref()
        .and_then(|parameters| parameters.value("user_code"));
    page::html(&Page::Enter(EnterView {
        data_center: site.at.name().to_owned(),
        user_code: user_code.unwrap_or_default().to_owned(),
    }))
}

/// POST `/device`: the code was entered.
pub fn enter(site: &Site, form: Option<&Parameters>) -> Response {
    let user_code = form
        .and_then(|form| form.value("user_code"))
        .unwrap_or_default();
    let mut state = site.world.state();
    match state.registry.enter(site.at, user_code, Instant::now()) {
        Ok(Authorization::Consent { ticket, scopes }) => {
            page::html(&Page::Consent(consent::view(site, ticket, scopes)))
        }
        Ok(Authorization::Moved(_)) => page::invalid(Invalid::Request),
        Err(error) => page::invalid(error),
    }
}

/// The person decided.
pub fn decided(accepted: bool) -> Response {
    let (title, paragraph) = if accepted {
        (
            "Device connected",
            "The program that waits in the terminal gets its tokens with its next question.",
        )
    } else {
        (
            "Access refused",
            "The program that waits in the terminal hears of it with its next question.",
        )
    };
    page::html(&Page::Told(ToldView {
        title: title.to_owned(),
        paragraphs: vec![paragraph.to_owned(), "You can close this page.".to_owned()],
        code: None,
    }))
}

/// Pending comes with status 400 here: whoever judges by the status shall be wrong.
fn pending() -> Response {
    let body = json!({ "error": "authorization_pending" });
    answer::json(StatusCode::BAD_REQUEST, &body)
}

fn elsewhere(location: &str) -> Response {
    let body: Value = json!({ "error": "other_dc", "user_location": location });
    answer::json(StatusCode::OK, &body)
}
