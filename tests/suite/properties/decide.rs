//! Any request head: nothing of a login is touched but by a person's own GET with the right secret.

use super::expected::{EXPECTED, PAGE, START, STATE, values};
use axum::http::{HeaderMap, HeaderValue, Request, request::Parts};
use secrecy::ExposeSecret;
use zoho_grant::loopback::decide::{AuthorizationResponse, Decision, decide};

/// The input is a head as it stands on the wire: request line without version, then headers.
pub fn check(input: &[u8]) {
    let Some(head) = head(input) else { return };
    let path = head.uri.path();
    match decide(&EXPECTED, &head) {
        Decision::Refused(_) => return,
        Decision::Start => assert_eq!(path, START),
        Decision::Page => assert_eq!(path, PAGE),
        Decision::Response(response) => {
            assert_eq!(path, "/callback");
            let query = head.uri.query().unwrap_or_default();
            assert_eq!(values(query, "state"), [STATE]);
            granted(&response, query);
        }
    }
    assert_eq!(head.method, "GET");
    a_person_came_here(&head.headers);
}

fn granted(response: &AuthorizationResponse, query: &str) {
    let AuthorizationResponse::Granted {
        code,
        accounts_server,
        ..
    } = response
    else {
        return;
    };
    assert!(values(query, "code") == [code.expose_secret()]);
    let named = values(query, "accounts-server");
    let named = named.first().map_or(EXPECTED.home.as_str(), String::as_str);
    assert_eq!(accounts_server.as_str(), named);
    assert!(accounts_server.data_center().is_some());
}

fn a_person_came_here(headers: &HeaderMap) {
    let all = |name: &str| {
        let values = headers.get_all(name).iter();
        values.map(HeaderValue::as_bytes).collect::<Vec<_>>()
    };
    assert_eq!(all("host"), [b"localhost:8085"]);
    for (name, allowed) in [
        ("content-length", "0"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
    ] {
        assert!(
            all(name).iter().all(|value| *value == allowed.as_bytes()),
            "{name}"
        );
    }
    for absent in ["transfer-encoding", "sec-purpose", "purpose"] {
        assert!(!headers.contains_key(absent), "{absent}");
    }
}

fn head(input: &[u8]) -> Option<Parts> {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut first = lines.next()?.splitn(2, |byte| *byte == b' ');
    let mut request = Request::builder().method(first.next()?).uri(first.next()?);
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
    }
    Some(request.body(()).ok()?.into_parts().0)
}
