use super::*;
use crate::zoho::data_centers::DATA_CENTERS;
use axum::http::Request;

const STATE: &str = "the-state";

pub(in crate::loopback) fn expectation() -> Expectation {
    let home = AccountsServer::of(&DATA_CENTERS[0]);
    Expectation {
        redirect_uri: RedirectUri::parse("http://localhost:8085/callback").unwrap(),
        state: STATE.into(),
        start_path: "/start/s".into(),
        page_path: "/result/p".into(),
        trust: Trust::new(&home, Vec::new(), Vec::new()),
        home,
    }
}

fn head(method: &str, target: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

/// The decision on a GET with the right Host, said in one line.
fn judge(target: &str, headers: &[(&str, &str)]) -> String {
    let headers = [&[("host", "localhost:8085")], headers].concat();
    said(decide(&expectation(), &head("GET", target, &headers)))
}

fn said(decision: Decision) -> String {
    match decision {
        Decision::Start => "start".to_owned(),
        Decision::Page => "page".to_owned(),
        Decision::Refused(refusal) => format!("{refusal:?}"),
        Decision::Response(AuthorizationResponse::Granted {
            code,
            accounts_server,
            ..
        }) => format!("{} at {accounts_server}", code.expose_secret()),
        Decision::Response(other) => format!("{other:?}"),
    }
}

#[test]
fn the_genuine_callback_is_granted_where_it_says() {
    assert_eq!(
        judge(
            "/callback?state=the-state&code=1000.a.b&location=eu&accounts-server=https%3A%2F%2Faccounts.zoho.eu&",
            &[]
        ),
        "1000.a.b at https://accounts.zoho.eu"
    );
    assert_eq!(
        judge(
            "/callback?code=c&accounts-server=https://accounts.zoho.in&state=the-state&extra=1&extra=2",
            &[]
        ),
        "c at https://accounts.zoho.in"
    );
    assert_eq!(
        judge("/callback?code=c&state=the-state&location=zz", &[]),
        "c at https://accounts.zoho.com"
    );
}

#[test]
fn start_and_page_are_found() {
    assert_eq!(judge("/start/s", &[]), "start");
    assert_eq!(judge("/result/p", &[]), "page");
    assert_eq!(judge("/start/other", &[]), "Path");
    assert_eq!(judge("/start/", &[]), "Path");
    assert_eq!(judge("/", &[]), "Path");
    assert_eq!(judge("/callback/?state=the-state&code=c", &[]), "Path");
}

#[test]
fn no_other_host_is_ours() {
    let target = "/callback?state=the-state&code=c";
    for hosts in [
        &[][..],
        &[("host", "localhost")],
        &[("host", "127.0.0.1:8085")],
        &[("host", "evil.example:8085")],
        &[("host", "localhost:8085"), ("host", "evil.example")],
        &[("host", "localhost:8085"), ("host", "localhost:8085")],
    ] {
        assert_eq!(
            said(decide(&expectation(), &head("GET", target, hosts))),
            "Host",
            "{hosts:?}"
        );
    }
    assert_eq!(
        judge("http://evil.example/callback?state=the-state&code=c", &[]),
        "Host"
    );
    assert_eq!(
        judge("http://localhost:8085/callback?state=the-state&code=c", &[]),
        "c at https://accounts.zoho.com"
    );
}

#[test]
fn only_get_without_a_body() {
    let host = ("host", "localhost:8085");
    for method in ["HEAD", "POST", "OPTIONS", "PUT"] {
        let head = head(method, "/callback?state=the-state&code=c", &[host]);
        assert_eq!(said(decide(&expectation(), &head)), "Method", "{method}");
    }
    let target = "/callback?state=the-state&code=c";
    assert_eq!(judge(target, &[("content-length", "3")]), "Method");
    assert_eq!(
        judge(target, &[("content-length", "0"), ("content-length", "3")]),
        "Method"
    );
    assert_eq!(judge(target, &[("transfer-encoding", "chunked")]), "Method");
    assert_eq!(
        judge(target, &[("content-length", "0")]),
        "c at https://accounts.zoho.com"
    );
}

#[test]
fn only_where_a_person_goes() {
    let target = "/callback?state=the-state&code=c";
    for header in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("sec-fetch-dest", "image"),
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-dest", ""),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-mode", "cors"),
    ] {
        assert_eq!(judge(target, &[header]), "Metadata", "{header:?}");
        assert_eq!(judge("/start/s", &[header]), "Metadata", "{header:?}");
        assert_eq!(judge("/result/p", &[header]), "Metadata", "{header:?}");
    }
    let person = [
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(judge(target, &person), "c at https://accounts.zoho.com");
}

#[test]
fn whatever_fails_before_state_has_no_effect() {
    for (target, refusal) in [
        ("/callback", "Bare"),
        ("/callback?", "Bare"),
        ("/callback?utm=1", "Bare"),
        ("/callback?code=c", "ForeignState"),
        ("/callback?code=c&state=", "ForeignState"),
        ("/callback?code=c&state=the-stat", "ForeignState"),
        ("/callback?code=c&state=the-state-and-more", "ForeignState"),
        ("/callback?code=c&state=THE-STATE", "ForeignState"),
        (
            "/callback?state=the-state&state=the-state&code=c",
            "Repeated",
        ),
        ("/callback?state=wrong&state=the-state&code=c", "Repeated"),
        ("/callback?state=the-state&code=c&code=d", "Repeated"),
        ("/callback?state=the-state&code=c&c%6Fde=d", "Repeated"),
        (
            "/callback?state=x&accounts-server=a&accounts-server=b",
            "Repeated",
        ),
        ("/callback?error=access_denied", "UntiedError"),
        ("/callback?error=access_denied&state=old", "UntiedError"),
        (
            "/callback?code=c&accounts-server=https://evil.example&state=old",
            "ForeignState",
        ),
    ] {
        assert_eq!(judge(target, &[]), refusal, "{target}");
    }
}

#[test]
fn an_error_with_the_state_is_zohos_answer() {
    let denied = r#"Error(Foreign("access_denied"))"#;
    assert_eq!(
        judge("/callback?error=access_denied&state=the-state&", &[]),
        denied
    );
    assert_eq!(
        judge("/callback?code=c&error=access_denied&state=the-state", &[]),
        denied
    );
    assert_eq!(judge("/callback?state=the-state", &[]), "Empty");
    assert_eq!(judge("/callback?state=the-state&code=", &[]), "Empty");
    assert_eq!(
        judge("/callback?state=the-state&code=a%0d%0ab", &[]),
        "Empty"
    );
}

#[test]
fn no_server_that_is_not_zohos() {
    for named in [
        "",
        "https://accounts.zoho.com.evil.example",
        "https://accounts.zoho.com@evil.example",
        "http://accounts.zoho.com",
        "https://accounts.zoho.com:8443",
        "https://accounts.zoho.com.",
        "https://ACCOUNTS.zoho.com",
        "https%253A%252F%252Faccounts.zoho.com",
        "https://xn--ccounts-9fg.zoho.com",
    ] {
        let target = format!("/callback?state=the-state&code=c&error=x&accounts-server={named}");
        assert!(judge(&target, &[]).starts_with("Untrusted"), "{named}");
    }
}

#[test]
fn server_and_location_must_agree() {
    let with = |server: &str, location: &str| {
        judge(
            &format!(
                "/callback?state=the-state&code=c&accounts-server={server}&location={location}"
            ),
            &[],
        )
    };
    assert!(with("https://accounts.zoho.eu", "in").starts_with("Untrusted"));
    assert_eq!(
        with("https://accounts.zoho.eu", "eu"),
        "c at https://accounts.zoho.eu"
    );
    assert_eq!(
        with("https://accounts.zoho.eu", "eu2"),
        "c at https://accounts.zoho.eu"
    );
}
