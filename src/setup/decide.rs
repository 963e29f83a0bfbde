//! Is this request the person's? A pure function from the request and its sender to what it requests. The setup page
//! accepts forms, so it is stricter than the redirect URI: see [`decide`].

use crate::loopback::decide::{
    NAVIGATION_PRELOAD, Navigation, has_body, host, navigation, only, same,
};
use crate::loopback::peer::Peer;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode, header};
use secrecy::SecretString;

/// The size limit of a form: more than anyone can enter.
pub const FORM_BYTES: u64 = 16 * 1024;

/// Appended to the page's path: the address that a form redirects to, which continues to Zoho.
pub(super) const GO: &str = "/go";

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// What a request must match.
pub struct Addresses {
    /// The Host header that a browser sends: "127.0.0.1:40001".
    pub authority: String,
    /// The path for the opener, on whose command line everyone can read it.
    pub opening: SecretString,
    /// The path of the page, which only the response to the opener's address reveals.
    pub page: SecretString,
}

/// What the person requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupRequest {
    /// The opener's address, which redirects to the page.
    Opening,
    /// The page.
    Page,
    /// A submitted form. Its token has not been checked yet, because it is in the body.
    Form,
    /// The address that continues to Zoho.
    Go,
}

/// Why a request has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupRefusal {
    /// Not exactly one Host header with our authority: DNS rebinding, a scanner.
    Host,
    /// Nothing is served at this path, or the request has a query, which no valid request has.
    Path,
    /// Not GET without a body nor, for the page, POST.
    Method,
    /// According to the browser, no person is navigating there, or another origin sends the form.
    Metadata,
    /// A form from another page: its type, origin, token or fields do not match.
    Form,
    /// A form without a length, or one that is too large.
    Length,
    /// Sent by another user of this machine.
    Neighbor(u32),
    /// Its connection closed before its owner could be determined.
    Unseen,
    /// The page was opened twice, so it is closed.
    OpenedTwice,
    /// Its head is too large to read.
    HeadTooLarge,
}

impl SetupRefusal {
    /// The status of the response.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Path => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Length => StatusCode::PAYLOAD_TOO_LARGE,
            Self::OpenedTwice => StatusCode::GONE,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Host | Self::Metadata | Self::Form | Self::Neighbor(_) | Self::Unseen => {
                StatusCode::FORBIDDEN
            }
        }
    }
}

/// Judges a request: Host, path, method, body, fetch metadata, origin, and last the connection's owner. Returns what is
/// requested, and whether the system revealed the owner. A refused request has no effect.
pub fn decide(
    expected: &Addresses,
    head: &Parts,
    peer: impl FnOnce() -> Peer,
) -> Result<(SetupRequest, bool), SetupRefusal> {
    if host(head) != Some(&expected.authority) {
        return Err(SetupRefusal::Host);
    }
    let requested = requested(expected, head).ok_or(SetupRefusal::Path)?;
    let requested = match (&head.method, requested) {
        (&Method::GET, requested) if !has_body(&head.headers) => requested,
        (&Method::POST, SetupRequest::Page) => SetupRequest::Form,
        _ => return Err(SetupRefusal::Method),
    };
    if navigation(&head.headers) != Navigation::Person
        || head.headers.contains_key(NAVIGATION_PRELOAD)
    {
        return Err(SetupRefusal::Metadata);
    }
    if requested == SetupRequest::Form {
        form(expected, &head.headers)?;
    }
    match peer() {
        Peer::Neighbor(uid) => Err(SetupRefusal::Neighbor(uid)),
        Peer::Gone => Err(SetupRefusal::Unseen),
        Peer::Person => Ok((requested, true)),
        Peer::Untold => Ok((requested, false)),
    }
}

/// No value is ever sent in a query, so there must be none.
fn requested(expected: &Addresses, head: &Parts) -> Option<SetupRequest> {
    let path = head.uri.path();
    if head.uri.query().is_some() {
        None
    } else if same(path, &expected.opening) {
        Some(SetupRequest::Opening)
    } else if same(path, &expected.page) {
        Some(SetupRequest::Page)
    } else if path
        .strip_suffix(GO)
        .is_some_and(|path| same(path, &expected.page))
    {
        Some(SetupRequest::Go)
    } else {
        None
    }
}

/// Whether the page's own form sent it, according to the browser: another port of this machine arrives as `same-site`,
/// another site as `cross-site`, and both with their origin.
fn form(expected: &Addresses, headers: &HeaderMap) -> Result<(), SetupRefusal> {
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    let length = lengths
        .next()
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if headers.contains_key(header::TRANSFER_ENCODING)
        || lengths.next().is_some()
        || length.is_none_or(|length| length > FORM_BYTES)
    {
        return Err(SetupRefusal::Length);
    }
    if !only(headers, "sec-fetch-site", "same-origin") {
        return Err(SetupRefusal::Metadata);
    }
    let origin = format!("http://{}", expected.authority);
    let is_form = headers.contains_key(header::CONTENT_TYPE) && only(headers, "content-type", FORM);
    if is_form && only(headers, "origin", &origin) {
        Ok(())
    } else {
        Err(SetupRefusal::Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    const POST: [(&str, &str); 6] = [
        ("host", "127.0.0.1:4000"),
        ("content-type", FORM),
        ("content-length", "10"),
        ("origin", "http://127.0.0.1:4000"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-dest", "document"),
    ];

    fn expected() -> Addresses {
        Addresses {
            authority: "127.0.0.1:4000".to_owned(),
            opening: "/setup/OPENING".into(),
            page: "/guide/PAGE".into(),
        }
    }

    fn head(method: &str, target: &str, headers: &[(&str, &str)]) -> Parts {
        let request = Request::builder().method(method).uri(target);
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        request.body(()).unwrap().into_parts().0
    }

    fn judged(
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Result<SetupRequest, SetupRefusal> {
        decide(&expected(), &head(method, target, headers), || Peer::Person)
            .map(|(requested, _)| requested)
    }

    /// The form with one header replaced.
    fn posted(name: &str, value: Option<&str>) -> Result<SetupRequest, SetupRefusal> {
        let mut headers: Vec<_> = POST
            .into_iter()
            .filter(|(known, _)| *known != name)
            .collect();
        headers.extend(value.map(|value| (name, value)));
        judged("POST", "/guide/PAGE", &headers)
    }

    #[test]
    fn the_person_gets_what_is_there() {
        let host = [("host", "127.0.0.1:4000")];
        for (path, requested) in [
            ("/setup/OPENING", SetupRequest::Opening),
            ("/guide/PAGE", SetupRequest::Page),
            ("/guide/PAGE/go", SetupRequest::Go),
        ] {
            assert_eq!(judged("GET", path, &host), Ok(requested));
            assert_eq!(
                judged("GET", &format!("{path}?a=1"), &host),
                Err(SetupRefusal::Path)
            );
            assert_eq!(judged("HEAD", path, &host), Err(SetupRefusal::Method));
        }
        assert_eq!(judged("POST", "/guide/PAGE", &POST), Ok(SetupRequest::Form));
        assert_eq!(
            judged("POST", "/setup/OPENING", &POST),
            Err(SetupRefusal::Method)
        );
        assert_eq!(
            judged("POST", "/guide/PAGE/go", &POST),
            Err(SetupRefusal::Method)
        );
        assert_eq!(
            judged("GET", "/guide/PAGE", &POST),
            Err(SetupRefusal::Method)
        );
        assert_eq!(judged("GET", "/", &host), Err(SetupRefusal::Path));
    }

    #[test]
    fn an_older_browser_that_tells_nothing_may_send_the_form() {
        for name in ["origin", "sec-fetch-site", "sec-fetch-dest"] {
            assert_eq!(posted(name, None), Ok(SetupRequest::Form), "{name}");
        }
    }

    #[test]
    fn a_form_from_elsewhere_is_refused() {
        for (name, value, refusal) in [
            ("host", Some("localhost:4000"), SetupRefusal::Host),
            ("host", Some("rebound.example:4000"), SetupRefusal::Host),
            ("host", None, SetupRefusal::Host),
            ("content-type", Some("text/plain"), SetupRefusal::Form),
            (
                "content-type",
                Some("multipart/form-data"),
                SetupRefusal::Form,
            ),
            ("content-type", None, SetupRefusal::Form),
            ("content-length", None, SetupRefusal::Length),
            ("content-length", Some("16385"), SetupRefusal::Length),
            ("content-length", Some("-1"), SetupRefusal::Length),
            ("transfer-encoding", Some("chunked"), SetupRefusal::Length),
            ("origin", Some("http://127.0.0.1:4001"), SetupRefusal::Form),
            ("origin", Some("http://localhost:4000"), SetupRefusal::Form),
            ("origin", Some("https://evil.example"), SetupRefusal::Form),
            ("origin", Some("null"), SetupRefusal::Form),
            ("sec-fetch-site", Some("same-site"), SetupRefusal::Metadata),
            ("sec-fetch-site", Some("cross-site"), SetupRefusal::Metadata),
            ("sec-fetch-site", Some("none"), SetupRefusal::Metadata),
            ("sec-fetch-dest", Some("empty"), SetupRefusal::Metadata),
            ("sec-fetch-dest", Some("iframe"), SetupRefusal::Metadata),
            ("sec-fetch-mode", Some("cors"), SetupRefusal::Metadata),
            ("sec-purpose", Some("prefetch"), SetupRefusal::Metadata),
            (
                "service-worker-navigation-preload",
                Some("true"),
                SetupRefusal::Metadata,
            ),
        ] {
            assert_eq!(posted(name, value), Err(refusal), "{name}: {value:?}");
        }
        let twice: Vec<_> = POST.into_iter().chain([("origin", "null")]).collect();
        assert_eq!(
            judged("POST", "/guide/PAGE", &twice),
            Err(SetupRefusal::Form)
        );
    }

    #[test]
    fn another_users_connection_is_refused_and_an_untold_one_is_not_taken_for_the_persons() {
        let decided = |peer| decide(&expected(), &head("POST", "/guide/PAGE", &POST), || peer);
        assert_eq!(decided(Peer::Neighbor(7)), Err(SetupRefusal::Neighbor(7)));
        assert_eq!(decided(Peer::Gone), Err(SetupRefusal::Unseen));
        assert_eq!(decided(Peer::Person), Ok((SetupRequest::Form, true)));
        assert_eq!(decided(Peer::Untold), Ok((SetupRequest::Form, false)));
    }

    #[test]
    fn nobody_is_looked_for_behind_what_is_refused() {
        let head = head("GET", "/guide/OTHER", &[("host", "127.0.0.1:4000")]);
        let decided = decide(&expected(), &head, || unreachable!("it has no effect"));
        assert_eq!(decided, Err(SetupRefusal::Path));
    }
}
