//! The authorization endpoint: Zoho's own error pages, the redirect to the person's data center, consent, the callback.

use std::time::Instant;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use url::form_urlencoded::Serializer;

use super::{Site, answer, crm};
use crate::failure::Failure;
use crate::pages::{self, Consent, Told};
use crate::parameters::Parameters;
use crate::registry::answer::{Authorization, Decided, Invalid};

/// GET `/oauth/v2/auth`.
pub async fn authorize(State(site): State<Site>, uri: Uri, query: Parameters) -> Response {
    let mut state = site.state();
    let judged = state.registry.authorize(site.at, &query);
    match (judged, state.failure.and_then(played)) {
        (Err(error), _) | (Ok(_), Some(error)) => pages::invalid(error),
        (Ok(Authorization::Moved(to)), None) => answer::moved(&site, to, &uri),
        (Ok(Authorization::Consent { ticket, scopes }), None) => ask(&site, ticket, scopes),
    }
}

/// POST `/consent`, which only the stand-in has: Zoho's own endpoint is not documented.
pub async fn decide(State(site): State<Site>, form: Parameters) -> Response {
    let mut state = site.state();
    let failure = state.failure;
    let accepted = match form.value("decision") {
        Some("accept") => !matches!(
            failure,
            Some(Failure::Refused | Failure::RefusedWithoutState)
        ),
        Some("refuse") => false,
        _ => return pages::invalid(Invalid::Request),
    };
    let (ticket, now) = (form.value("ticket").unwrap_or_default(), Instant::now());
    if state.registry.decide_device(site.at, ticket, accepted, now) {
        return device_decided(accepted);
    }
    match state.registry.decide(site.at, ticket, accepted, now) {
        Ok(decided) => answer::redirect(StatusCode::SEE_OTHER, callback(&site, &decided, failure)),
        Err(error) => pages::invalid(error),
    }
}

/// The page after a decision about a device, which learns of it at its next poll.
fn device_decided(accepted: bool) -> Response {
    let (title, paragraph) = if accepted {
        (
            "Device connected",
            "The program waiting in the terminal receives its tokens at its next poll.",
        )
    } else {
        (
            "Access refused",
            "The program waiting in the terminal learns of this at its next poll.",
        )
    };
    pages::formless(&Told {
        title,
        paragraphs: &[paragraph, "You can close this page."],
        code: None,
    })
}

/// The redirect URI with the response appended to any query it already has.
fn callback(site: &Site, decided: &Decided, failure: Option<Failure>) -> String {
    let mut query = Serializer::new(String::new());
    if let Some(token) = &decided.token {
        // Behind the `#`, which no server sees.
        query.append_pair("access_token", token);
        query.append_pair("expires_in", "3600");
        return format!("{}#{}", decided.redirect_uri, query.finish());
    }
    match &decided.code {
        Some(code) => {
            query.append_pair("code", code);
            let (location, accounts_server) = whereabouts(site, failure);
            query.append_pair("location", location);
            accounts_server.map(|url| query.append_pair("accounts-server", url));
        }
        None => {
            query.append_pair("error", "access_denied");
        }
    }
    let state = decided.state.as_ref();
    let state = state.filter(|_| failure != Some(Failure::RefusedWithoutState));
    state.map(|state| query.append_pair("state", state));
    let joint = if decided.redirect_uri.contains('?') {
        '&'
    } else {
        '?'
    };
    // Zoho adds a trailing ampersand.
    format!("{}{joint}{}&", decided.redirect_uri, query.finish())
}

/// The callback's location and accounts server.
fn whereabouts(site: &Site, failure: Option<Failure>) -> (&'static str, Option<&str>) {
    let here = site.at.code();
    match failure {
        Some(Failure::ForeignAccountsServer) => {
            (here, Some("https://accounts.zoho.com.evil.example"))
        }
        Some(Failure::LocationMismatch) => ("in", Some("https://accounts.zoho.eu")),
        Some(Failure::NoAccountsServer) => (here, None),
        _ => (here, Some(&site.addresses().accounts_url)),
    }
}

fn played(failure: Failure) -> Option<Invalid> {
    match failure {
        Failure::InvalidClientPage => Some(Invalid::Client),
        Failure::InvalidRedirectUriPage => Some(Invalid::RedirectUri),
        Failure::InvalidScopePage => Some(Invalid::Scope),
        _ => None,
    }
}

/// Renders the consent page for these scopes.
pub fn ask(site: &Site, ticket: String, scopes: Vec<String>) -> Response {
    pages::redirected_form(&Consent {
        client_name: "Rehearsal Client",
        person: format!("{} <{}>", crm::PERSON, crm::EMAIL),
        organization: crm::ORGANIZATION,
        data_center: site.at.name(),
        scopes,
        ticket,
    })
}
