//! The redirected address, pasted by the person: judged by the callback's rules and the same state.

use crate::loopback::decide::{
    Answer, AuthorizationResponse, Expectation, Refusal, judge as judge_query,
};
use crate::loopback::redirect_uri::RESPONSE_PARAMETERS;
use secrecy::{ExposeSecret, SecretString};

/// Why a pasted text has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotTaken {
    /// Part of a web page instead of its address.
    WebPage,
    /// Not an address.
    NotAnAddress,
    /// An address other than the redirect URI.
    Elsewhere,
    /// This login's, but with neither a code nor an error: it was copied only in part.
    Incomplete,
    /// The redirect URI, refused for the same reason as a callback.
    Refused(Refusal),
}

/// Judges an address, with or without its scheme, or only its query.
pub fn judge(expected: &Expectation, text: &SecretString) -> Result<Answer, NotTaken> {
    let text = text.expose_secret().trim().trim_matches(['"', '\'']);
    if text.starts_with('<') || text.contains("</") {
        return Err(NotTaken::WebPage);
    }
    if text.contains(char::is_whitespace) {
        return Err(NotTaken::NotAnAddress);
    }
    // A server would not have seen what follows #.
    let text = text.split('#').next().unwrap_or_default();
    let query = query(expected, text)?;
    let answer = judge_query(expected, query).map_err(NotTaken::Refused)?;
    match answer.response {
        // From the browser, it would end the login; a copying mistake must not.
        AuthorizationResponse::Empty => Err(NotTaken::Incomplete),
        _ => Ok(answer),
    }
}

fn query<'a>(expected: &Expectation, text: &'a str) -> Result<&'a str, NotTaken> {
    let name = text.split('=').next().unwrap_or_default();
    if text.starts_with('?') || RESPONSE_PARAMETERS.contains(&name) {
        return Ok(text.trim_start_matches('?'));
    }
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    if expected.redirect_uri.is_reached_by(address) {
        Ok(query)
    } else if address.contains("://") || !query.is_empty() {
        Err(NotTaken::Elsewhere)
    } else {
        Err(NotTaken::NotAnAddress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::decide::tests::expectation;

    fn said(text: &str) -> String {
        let judged = judge(&expectation(), &text.into());
        match judged.map(|answer| answer.response) {
            Ok(AuthorizationResponse::Granted(granted)) => granted.code.expose_secret().to_owned(),
            Ok(other) => format!("{other:?}"),
            Err(not) => format!("{not:?}"),
        }
    }

    #[test]
    fn the_address_or_its_query_is_taken_however_it_was_copied() {
        for text in [
            "http://localhost:8085/callback?state=the-state&code=c&",
            " 'http://localhost:8085/callback?code=c&state=the-state'\n",
            "https://localhost:8085/callback?code=c&state=the-state",
            "localhost:8085/callback?code=c&state=the-state#top",
            "?code=c&state=the-state",
            "code=c&location=us&accounts-server=https://accounts.zoho.com&state=the-state",
        ] {
            assert_eq!(said(text), "c", "{text}");
        }
    }

    #[test]
    fn what_is_not_this_logins_is_refused() {
        assert_eq!(said("?code=c&state=other"), "Refused(ForeignState)");
        assert_eq!(said("?code=c"), "Refused(ForeignState)");
        assert_eq!(said("?code=c&code=d&state=the-state"), "Refused(Repeated)");
        assert_eq!(said("?error=access_denied"), "Refused(UntiedError)");
        assert_eq!(
            said("http://localhost:8085/callback#access_token=t"),
            "Refused(Bare)"
        );
        assert_eq!(said("?state=the-state&locat"), "Incomplete");
    }

    #[test]
    fn another_address_is_not_taken_even_with_our_state() {
        for text in [
            "https://accounts.zoho.com/oauth/v2/auth?state=the-state",
            "http://localhost:8086/callback?state=the-state&code=c",
            "http://localhost:8085/callback/?state=the-state&code=c",
            "http://localhost:8085@evil.example/callback?state=the-state&code=c",
        ] {
            assert_eq!(said(text), "Elsewhere", "{text}");
        }
    }

    #[test]
    fn pages_and_nonsense_are_told_apart() {
        assert_eq!(said("<!doctype html>"), "WebPage");
        assert_eq!(said("  <p>code=c</p>"), "WebPage");
        assert_eq!(said("hello there"), "NotAnAddress");
        assert_eq!(said("1000.abc.def"), "NotAnAddress");
    }

    #[test]
    fn a_look_alike_accounts_server_is_no_slip() {
        let text = "?code=c&state=the-state&accounts-server=https://accounts.zoho.com.evil.example";
        assert!(said(text).starts_with("Untrusted"), "{}", said(text));
    }
}
