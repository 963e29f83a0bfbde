//! Any request head, from anyone, at any time: only the person's own GET with the right secret affects a login.

use super::expected::{EXPECTED, PAGE, PAGE_HOST, START, STATE, server, values};
use axum::http::{HeaderMap, HeaderValue, Request, request::Parts};
use secrecy::ExposeSecret;
use zoho_grant::loopback::decide::{AuthorizationResponse, Decision, Granted, Site, SoFar, decide};
use zoho_grant::loopback::peer::Peer;

/// Checks one input: a byte that says who sends it and when, then a head as on the wire: the request line without
/// version, then headers.
pub fn check(input: &[u8]) {
    let Some((byte, rest)) = input.split_first() else {
        return;
    };
    let Some(head) = head(rest) else { return };
    let (peer, so_far) = (sender(*byte), moment(*byte));
    let path = head.uri.path();
    let mut host = "localhost:8085";
    let mut allowed: [&[&str]; 2] = [&["document"], &["navigate"]];
    let Ok(decision) = decide(&EXPECTED, &head, || peer, so_far) else {
        return;
    };
    match decision {
        Decision::Start => {
            assert_eq!(path, START);
            assert_ne!(peer, Peer::Gone);
        }
        Decision::StartThroughWorker => {
            assert_eq!(path, START);
            assert_ne!(peer, Peer::Gone);
            allowed = [&["empty"], &["navigate", "same-origin"]];
        }
        Decision::Clear => {
            assert_eq!(path.strip_suffix("/clear"), Some(START));
            assert_ne!(peer, Peer::Gone);
            allowed = [&["document", "empty"], &["navigate", "same-origin"]];
        }
        Decision::ClearNow => {
            assert_eq!(path.strip_suffix("/clear/now"), Some(START));
            assert_ne!(peer, Peer::Gone);
            allowed = [&["image"], &["no-cors"]];
        }
        Decision::Page => {
            assert_eq!(path, PAGE);
            assert_ne!(peer, Peer::Gone);
            if so_far.page_at == Some(Site::PageHost) {
                host = PAGE_HOST;
            }
            assert!(so_far.page_at.is_some());
            assert!(
                !head
                    .headers
                    .contains_key("service-worker-navigation-preload")
            );
        }
        Decision::Response(answer) => {
            assert!(so_far.answer.is_none());
            assert_eq!(answer.unseen, peer == Peer::Gone);
            let query = head.uri.query().unwrap_or_default();
            granted(&answer.response, query);
            is_callback(&head);
        }
        Decision::Again => {
            assert!(so_far.answer.is_some());
            is_callback(&head);
        }
    }
    assert!(!matches!(peer, Peer::Neighbor(_)));
    assert_eq!(head.method, "GET");
    a_person_came_here(&head.headers, host, allowed);
}

fn sender(byte: u8) -> Peer {
    [Peer::Person, Peer::Neighbor(7), Peer::Gone, Peer::Untold][usize::from(byte % 4)]
}

fn moment(byte: u8) -> SoFar {
    let page_at = [None, Some(Site::RedirectUri), Some(Site::PageHost)][usize::from(byte / 4 % 3)];
    SoFar {
        answer: (byte >= 128).then_some([0; 32]),
        page_at,
    }
}

fn is_callback(head: &Parts) {
    assert_eq!(head.uri.path(), "/callback");
    assert_eq!(
        values(head.uri.query().unwrap_or_default(), "state"),
        [STATE]
    );
}

fn granted(response: &AuthorizationResponse, query: &str) {
    let AuthorizationResponse::Granted(Granted {
        code,
        accounts_server,
        ..
    }) = response
    else {
        return;
    };
    assert!(values(query, "code") == [code.expose_secret()]);
    assert_eq!(accounts_server.as_str(), server(query));
    assert!(accounts_server.data_center().is_some());
}

fn a_person_came_here(headers: &HeaderMap, host: &str, [places, modes]: [&[&str]; 2]) {
    let all = |name: &str| {
        let values = headers.get_all(name).iter();
        values.map(HeaderValue::as_bytes).collect::<Vec<_>>()
    };
    assert_eq!(all("host"), [host.as_bytes()]);
    for (name, allowed) in [
        ("content-length", &["0"][..]),
        ("sec-fetch-dest", places),
        ("sec-fetch-mode", modes),
    ] {
        let is_allowed = |value: &&[u8]| allowed.iter().any(|one| one.as_bytes() == *value);
        assert!(all(name).iter().all(is_allowed), "{name}");
    }
    for absent in ["transfer-encoding", "sec-purpose", "purpose"] {
        assert!(!headers.contains_key(absent), "{absent}");
    }
}

pub fn head(input: &[u8]) -> Option<Parts> {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut first = lines.next()?.splitn(2, |byte| *byte == b' ');
    let mut request = Request::builder().method(first.next()?).uri(first.next()?);
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
    }
    Some(request.body(()).ok()?.into_parts().0)
}
