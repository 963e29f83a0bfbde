//! Is this request ours? A pure function from request head to decision: whatever fails before
//! `state` has no effect on the login.

use crate::foreign::Foreign;
use crate::loopback::redirect_uri::{RESPONSE_PARAMETERS, RedirectUri};
use crate::zoho::client::is_token_text;
use crate::zoho::data_centers::DataCenter;
use crate::zoho::trust::{AccountsServer, Trust};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

/// What a request is measured by.
#[derive(Debug)]
pub struct Expectation {
    /// Where Zoho sends the browser back to.
    pub redirect_uri: RedirectUri,
    /// The state of the authorization request.
    pub state: SecretString,
    /// The path of the one-time start address.
    pub start_path: SecretString,
    /// The path of the one-time page.
    pub page_path: SecretString,
    /// The accounts server where the login began, used when the callback names none.
    pub home: AccountsServer,
    /// The accounts servers that a callback may name.
    pub trust: Trust,
}

/// What to do with a request.
#[derive(Debug)]
pub enum Decision {
    /// The start address: leads to Zoho once.
    Start,
    /// The one-time page.
    Page,
    /// The response to this login's authorization request.
    Response(AuthorizationResponse),
    /// Not ours: answer it and forget it.
    Refused(Refusal),
}

/// Why a request has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not exactly one Host header with our authority: DNS rebinding, a scanner.
    Host,
    /// Nothing is served there.
    Path,
    /// Neither GET nor without a body.
    Method,
    /// A browser says that no person is going there: prefetch, an image, a frame, a script.
    Metadata,
    /// A parameter given twice (RFC 6749 section 3.1).
    Repeated,
    /// The redirect URI without any query, as a JavaScript client's response looks.
    Bare,
    /// No state or another one: an earlier login, or somebody else's.
    ForeignState,
    /// An error that cannot be tied to this login for want of its state.
    UntiedError,
}

/// What Zoho said through the browser, in answer to this login's request (RFC 6749 section 4.1.2).
#[derive(Debug)]
pub enum AuthorizationResponse {
    /// The person consented.
    Granted {
        /// The grant token, good once and for about a minute.
        code: SecretString,
        /// Where it can be redeemed.
        accounts_server: AccountsServer,
        /// The data centre's code as the callback told it.
        location: Option<Foreign>,
    },
    /// `error` instead of a code; `access_denied` when the person refused.
    Error(Foreign),
    /// The callback named a server that is not trusted: nothing is sent anywhere.
    Untrusted {
        /// The server it named.
        named: Foreign,
        /// The data centre it named beside it, when the two disagree.
        location: Option<Foreign>,
    },
    /// The right state, but neither code nor error.
    Empty,
}

/// Judges a request by its head alone, in the order that the contract names.
pub fn decide(expected: &Expectation, head: &Parts) -> Decision {
    use Decision::Refused;
    if !is_our_host(expected, head) {
        return Refused(Refusal::Host);
    }
    let Some(place) = place(expected, head.uri.path()) else {
        return Refused(Refusal::Path);
    };
    if head.method != Method::GET || has_body(&head.headers) {
        return Refused(Refusal::Method);
    }
    if !is_a_person_going_there(&head.headers) {
        return Refused(Refusal::Metadata);
    }
    match place {
        Place::Start => Decision::Start,
        Place::Page => Decision::Page,
        Place::Callback => judge(expected, head.uri.query().unwrap_or_default())
            .map_or_else(Refused, Decision::Response),
    }
}

enum Place {
    Callback,
    Start,
    Page,
}

fn place(expected: &Expectation, path: &str) -> Option<Place> {
    if path == expected.redirect_uri.path() {
        Some(Place::Callback)
    } else if same(path, &expected.start_path) {
        Some(Place::Start)
    } else if same(path, &expected.page_path) {
        Some(Place::Page)
    } else {
        None
    }
}

/// Judges the parameters of a response, whichever way they came: through the browser or pasted.
pub(super) fn judge(expected: &Expectation, query: &str) -> Result<AuthorizationResponse, Refusal> {
    let mut parameters = parameters(query).ok_or(Refusal::Repeated)?;
    let state = parameters.remove("state").unwrap_or_default();
    if !same(&state, &expected.state) {
        return Err(if parameters.contains_key("error") {
            Refusal::UntiedError
        } else if parameters.is_empty() && state.is_empty() {
            Refusal::Bare
        } else {
            Refusal::ForeignState
        });
    }
    Ok(response(expected, &mut parameters))
}

/// From here on the request is this login's: whatever is wrong ends the attempt.
fn response(
    expected: &Expectation,
    parameters: &mut HashMap<&'static str, String>,
) -> AuthorizationResponse {
    use AuthorizationResponse as Response;
    let location = parameters.remove("location").map(Foreign::new);
    let named = parameters.remove("accounts-server");
    let server = match &named {
        None => Some(expected.home.clone()),
        Some(named) => expected.trust.accounts_server(named),
    };
    let Some(accounts_server) = server else {
        let named = Foreign::new(named.unwrap_or_default());
        return Response::Untrusted {
            named,
            location: None,
        };
    };
    if named.is_some() && disagree(&accounts_server, location.as_ref()) {
        let named = Foreign::new(accounts_server.as_str());
        return Response::Untrusted { named, location };
    }
    if let Some(error) = parameters.remove("error") {
        return Response::Error(Foreign::new(error));
    }
    match parameters.remove("code") {
        Some(code) if is_token_text(&code) => Response::Granted {
            code: code.into(),
            accounts_server,
            location,
        },
        _ => Response::Empty,
    }
}

/// Whether a known location contradicts a server of the table. An unknown one proves nothing.
fn disagree(server: &AccountsServer, location: Option<&Foreign>) -> bool {
    let told = location.and_then(|location| DataCenter::of_code(location.raw()));
    match (server.data_center(), told) {
        (Some(named), Some(told)) => named != told,
        _ => false,
    }
}

/// The parameters of an authorization response, or nothing when one of them stands twice.
/// Others, such as those of a query registered with the redirect URI, do not matter.
fn parameters(query: &str) -> Option<HashMap<&'static str, String>> {
    let mut found = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if let Some(known) = RESPONSE_PARAMETERS.iter().find(|known| **known == name)
            && found.insert(*known, value.into_owned()).is_some()
        {
            return None;
        }
    }
    Some(found)
}

fn same(text: &str, secret: &SecretString) -> bool {
    text.as_bytes()
        .ct_eq(secret.expose_secret().as_bytes())
        .into()
}

fn is_our_host(expected: &Expectation, head: &Parts) -> bool {
    let ours = expected.redirect_uri.authority();
    let mut hosts = head.headers.get_all(header::HOST).iter();
    let one = hosts
        .next()
        .is_some_and(|host| host.as_bytes() == ours.as_bytes());
    // An absolute request target names a host as well.
    let target = head
        .uri
        .authority()
        .is_none_or(|authority| authority.as_str() == ours);
    one && hosts.next().is_none() && target
}

fn has_body(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    headers.contains_key(header::TRANSFER_ENCODING)
        || lengths.any(|length| length.as_bytes() != b"0")
}

/// Browsers older than fetch metadata send none of it, so what is absent passes.
fn is_a_person_going_there(headers: &HeaderMap) -> bool {
    let only = |name: &str, wanted: &str| {
        let mut values = headers.get_all(name).iter();
        values.all(|value| value.as_bytes() == wanted.as_bytes())
    };
    let prefetch = ["sec-purpose", "purpose", "x-moz", "x-purpose"];
    only("sec-fetch-dest", "document")
        && only("sec-fetch-mode", "navigate")
        && !prefetch.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
#[path = "decide_tests.rs"]
pub(in crate::loopback) mod tests;
