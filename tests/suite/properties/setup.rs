//! Any request head at the setup page, from anybody: nothing is shown or taken but for a person who knows its random
//! path, and a form only from the page itself.

use super::decide::head;
use axum::http::{HeaderMap, HeaderValue, Method};
use zoho_grant::loopback::peer::Peer;
use zoho_grant::setup::decide::{Addresses, FORM_BYTES, SetupRequest, decide};

/// The input is a byte that says who sends it, then a head as for `decide`.
pub fn check(input: &[u8]) {
    let Some((byte, rest)) = input.split_first() else {
        return;
    };
    let Some(head) = head(rest) else { return };
    let peer = [Peer::Person, Peer::Neighbor(7), Peer::Gone, Peer::Untold][usize::from(byte % 4)];
    let expected = Addresses {
        authority: "127.0.0.1:4000".to_owned(),
        opening: "/setup/o".into(),
        page: "/guide/p".into(),
    };
    let Ok((requested, owner_told)) = decide(&expected, &head, || peer) else {
        return;
    };
    assert_eq!(owner_told, peer == Peer::Person);
    assert!(matches!(peer, Peer::Person | Peer::Untold));
    let (path, method) = match requested {
        SetupRequest::Opening => ("/setup/o", Method::GET),
        SetupRequest::Page => ("/guide/p", Method::GET),
        SetupRequest::Go => ("/guide/p/go", Method::GET),
        SetupRequest::Form => ("/guide/p", Method::POST),
    };
    assert_eq!((head.uri.path(), &head.method), (path, &method));
    assert_eq!(head.uri.query(), None);
    let all = |name: &str| values(&head.headers, name);
    assert_eq!(all("host"), [b"127.0.0.1:4000"]);
    for (name, only) in [
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
    ] {
        assert!(
            all(name).iter().all(|value| *value == only.as_bytes()),
            "{name}"
        );
    }
    for absent in [
        "transfer-encoding",
        "sec-purpose",
        "purpose",
        "service-worker-navigation-preload",
    ] {
        assert!(!head.headers.contains_key(absent), "{absent}");
    }
    if requested != SetupRequest::Form {
        assert!(all("content-length").iter().all(|length| *length == b"0"));
        return;
    }
    for (name, only) in [
        ("sec-fetch-site", "same-origin"),
        ("origin", "http://127.0.0.1:4000"),
    ] {
        assert!(
            all(name).iter().all(|value| *value == only.as_bytes()),
            "{name}"
        );
    }
    assert_eq!(all("content-type"), [b"application/x-www-form-urlencoded"]);
    let [length] = all("content-length")[..] else {
        panic!("one length")
    };
    let length: u64 = std::str::from_utf8(length).unwrap().parse().unwrap();
    assert!(length <= FORM_BYTES);
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a [u8]> {
    let values = headers.get_all(name).iter();
    values.map(HeaderValue::as_bytes).collect()
}
