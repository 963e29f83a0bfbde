//! The authorization endpoint: Zoho's own error pages, the move to the person's data centre, consent, the callback.

use std::time::Instant;

use axum::http::{StatusCode, Uri};
use axum::response::Response;
use url::form_urlencoded::Serializer;

use super::page::{self, Page};
use super::{Site, answer, device};
use crate::demo::failure::Failure;
use crate::demo::pages::{ConsentView, ScopeLine};
use crate::demo::parameters::Parameters;
use crate::demo::registry::answer::{Authorization, Decided, Invalid};

/// GET `/oauth/v2/auth`.
pub fn authorize(site: &Site, uri: &Uri) -> Response {
    let parameters = Parameters::read(uri.query().unwrap_or_default());
    let mut state = site.world.state();
    let judged = match parameters {
        Some(parameters) => state.registry.authorize(site.at, &parameters),
        None => Err(Invalid::Request),
    };
    match (judged, state.failure.and_then(played)) {
        (Err(error), _) | (Ok(_), Some(error)) => page::invalid(error),
        (Ok(Authorization::Moved(to)), None) => {
            let path = uri.path_and_query().map_or("", |path| path.as_str());
            let accounts_url = &site.world.addresses(to).accounts_url;
            answer::redirect(StatusCode::FOUND, &format!("{accounts_url}{path}"))
        }
        (Ok(Authorization::Consent { ticket, scopes }), None) => {
            page::html(&Page::Consent(view(site, ticket, scopes)))
        }
    }
}

/// POST `/consent`, which is the stand-in's own: Zoho's is not documented.
pub fn decide(site: &Site, form: Option<&Parameters>) -> Response {
    let ticket = form
        .and_then(|form| form.value("ticket"))
        .unwrap_or_default();
    let mut state = site.world.state();
    let failure = state.failure;
    let accepted = match form.and_then(|form| form.value("decision")) {
        Some("accept") => !matches!(
            failure,
            Some(Failure::Refused | Failure::RefusedWithoutState)
        ),
        Some("refuse") => false,
        _ => return page::invalid(Invalid::Request),
    };
    let now = Instant::now();
    if state.registry.decide_device(site.at, ticket, accepted, now) {
        return device::decided(accepted);
    }
    match state.registry.decide(site.at, ticket, accepted, now) {
        Ok(decided) => {
            let to = callback(site, &decided, failure);
            answer::redirect(StatusCode::SEE_OTHER, &to)
        }
        Err(error) => page::invalid(error),
    }
}

/// The redirect URI with the answer appended; a query that it has is kept.
fn callback(site: &Site, decided: &Decided, failure: Option<Failure>) -> String {
    let mut query = Serializer::new(String::new());
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
    // The trailing ampersand is Zoho's.
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

/// The consent page for these scopes.
pub fn view(site: &Site, ticket: String, scopes: Vec<String>) -> ConsentView {
    let line = |scope: String| ScopeLine {
        meaning: meaning(&scope),
        scope,
    };
    ConsentView {
        client_name: "Rehearsal Client".to_owned(),
        person: format!("{} <{}>", super::crm::PERSON, super::crm::EMAIL),
        organization: super::crm::ORGANIZATION.to_owned(),
        data_center: site.at.name().to_owned(),
        scopes: scopes.into_iter().map(line).collect(),
        action: "/consent".to_owned(),
        ticket,
    }
}

fn meaning(scope: &str) -> Option<&'static str> {
    match scope {
        "ZohoCRM.modules.READ" => Some("Read the records of every module"),
        "ZohoCRM.settings.READ" => Some("Read fields, layouts and other settings"),
        "ZohoCRM.org.READ" => Some("Read the organisation's name and edition"),
        "ZohoCRM.users.READ" => Some("Read who the users are"),
        _ => None,
    }
}
