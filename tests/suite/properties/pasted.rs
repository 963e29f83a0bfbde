//! Any pasted text: accepted only with this login's state, and never as another address.

use super::expected::{EXPECTED, STATE, server, values};
use secrecy::ExposeSecret;
use url::Url;
use zoho_grant::loopback::decide::{AuthorizationResponse, Granted};
use zoho_grant::loopback::pasted::judge;

/// Checks one input: the text.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let Ok(answer) = judge(&EXPECTED, &text.into()) else {
        return;
    };
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.split('#').next().unwrap_or_default();
    assert!(!text.contains(char::is_whitespace));
    let query = query(text);
    assert_eq!(values(query, "state"), [STATE]);
    match answer.response {
        AuthorizationResponse::Granted(Granted {
            code,
            accounts_server,
            ..
        }) => {
            assert!(values(query, "code") == [code.expose_secret()]);
            assert!(values(query, "error").is_empty());
            assert_eq!(accounts_server.as_str(), server(query));
            assert!(accounts_server.data_center().is_some());
        }
        AuthorizationResponse::Error(error) => assert_eq!(values(query, "error"), [error.raw()]),
        AuthorizationResponse::Untrusted { .. } => {
            assert_eq!(values(query, "accounts-server").len(), 1);
        }
        AuthorizationResponse::Empty => panic!("a piece of the address ended the login"),
    }
}

/// The query of pasted text, with or without an address before it; asserts that any address is this login's.
fn query(text: &str) -> &str {
    let bare = text.trim_start_matches('?');
    match text.split_once('?') {
        Some((address, query)) if !address.is_empty() && !address.contains('=') => {
            leads_here(address);
            query
        }
        _ => bare,
    }
}

/// Asserts that an address leads here as a browser reads it, which is more lenient than a verbatim comparison.
fn leads_here(address: &str) {
    let schemes = ["http://", "https://"];
    let rest = schemes
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme));
    let url = Url::parse(&format!("http://{}", rest.unwrap_or(address))).unwrap();
    let place = (url.host_str(), url.port(), url.path());
    assert_eq!(
        place,
        (Some("localhost"), Some(8085), "/callback"),
        "{address}"
    );
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "{address}"
    );
}
