//! Any callback query: the decision agrees with a second, simpler implementation of the rules.

use super::expected::{EXPECTED, STATE, values};
use axum::http::Request;
use secrecy::ExposeSecret;
use zoho_grant::loopback::decide::{
    AuthorizationResponse, Decision, Granted, Refusal, SoFar, decide,
};
use zoho_grant::loopback::peer::Peer;
use zoho_grant::zoho::data_centers::DATA_CENTERS;

/// Checks one input: the query without its question mark.
pub fn check(input: &[u8]) {
    let target = [b"/callback?", input].concat();
    let request = Request::get(target).header("host", "localhost:8085");
    let Ok(request) = request.body(()) else {
        return;
    };
    let head = request.into_parts().0;
    let query = head.uri.query().unwrap_or_default();
    let decision = decide(&EXPECTED, &head, || Peer::Person, SoFar::default());
    assert_eq!(said(decision), wanted(query), "{query}");
}

fn said(decision: Result<Decision, Refusal>) -> String {
    use AuthorizationResponse as Response;
    match decision {
        Err(refusal) => format!("{refusal:?}"),
        Ok(Decision::Response(answer)) => match answer.response {
            Response::Granted(Granted {
                code,
                accounts_server,
                ..
            }) => format!("{} at {accounts_server}", code.expose_secret()),
            Response::Error(error) => format!("error {}", error.raw()),
            Response::Untrusted { named, .. } => format!("not to {}", named.raw()),
            Response::Empty => "empty".to_owned(),
        },
        Ok(other) => panic!("{other:?} at the callback"),
    }
}

fn wanted(query: &str) -> String {
    let [state, server, location, error, code] =
        ["state", "accounts-server", "location", "error", "code"].map(|name| values(query, name));
    let all = [&state, &server, &location, &error, &code];
    if all.iter().any(|values| values.len() > 1) {
        return "Repeated".to_owned();
    }
    if state != [STATE] {
        let bare = all.iter().all(|values| values.concat().is_empty())
            && all[1..].iter().all(|values| values.is_empty());
        let refusal = match error.is_empty() {
            false => "UntiedError",
            true if bare => "Bare",
            true => "ForeignState",
        };
        return refusal.to_owned();
    }
    let mut table = DATA_CENTERS.iter();
    let named = server
        .first()
        .map(|server| table.find(|center| center.accounts_server == server));
    let told = DATA_CENTERS.iter().find(|center| location == [center.code]);
    match (named, told) {
        (Some(None), _) => return format!("not to {}", server[0]),
        (Some(Some(named)), Some(told)) if named != told => {
            return format!("not to {}", server[0]);
        }
        _ => {}
    }
    if let [error] = error.as_slice() {
        return format!("error {error}");
    }
    let graphic = |code: &&String| code.chars().all(|char| char.is_ascii_graphic());
    match code.first().filter(graphic) {
        Some(code) if !code.is_empty() => {
            format!("{code} at {}", super::expected::server(query))
        }
        _ => "empty".to_owned(),
    }
}
