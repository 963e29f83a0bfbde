use super::*;
use crate::zoho::data_centers::DATA_CENTERS;
use hyper::Request;

const STATE: &str = "the-state";

pub(in crate::loopback) fn expectation() -> Expectation {
    let home = AccountsServer::of(&DATA_CENTERS[0]);
    Expectation {
        redirect_uri: RedirectUri::parse("http://localhost:8085/callback").unwrap(),
        state: STATE.into(),
        start_path: "/start/s".into(),
        page_path: "/result/p".into(),
        page_host: Some("abcdefghij.localhost:8085".to_owned()),
        trust: Trust::new(&home, <_>::default()),
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

/// The decision on the person's GET with the right Host, in one line.
fn judge(target: &str, headers: &[(&str, &str)]) -> String {
    judge_from(Peer::Person, SoFar::default(), target, headers)
}

fn judge_from(peer: Peer, so_far: SoFar, target: &str, headers: &[(&str, &str)]) -> String {
    let headers = [&[("host", "localhost:8085")], headers].concat();
    let head = head("GET", target, &headers);
    said(decide(&expectation(), &head, || peer, so_far))
}

fn judge_head(head: &Parts) -> String {
    said(decide(
        &expectation(),
        head,
        || Peer::Person,
        SoFar::default(),
    ))
}

/// The page, requested on one of the two origins while it is at either of them.
fn page(asked: &str, at: Option<Site>) -> String {
    let so_far = SoFar {
        page_at: at,
        ..SoFar::default()
    };
    let head = head("GET", "/result/p", &[("host", asked)]);
    said(decide(&expectation(), &head, || Peer::Person, so_far))
}

fn said(decision: Result<Decision, Refusal>) -> String {
    let decision = match decision {
        Ok(decision) => decision,
        Err(refusal) => return format!("{refusal:?}"),
    };
    match decision {
        Decision::Start => "start".to_owned(),
        Decision::StartThroughWorker => "start through a worker".to_owned(),
        Decision::Clear => "clear".to_owned(),
        Decision::ClearNow => "clear now".to_owned(),
        Decision::Page => "page".to_owned(),
        Decision::Again => "again".to_owned(),
        Decision::Response(answer) => {
            let said = match answer.response {
                AuthorizationResponse::Granted(Granted {
                    code,
                    accounts_server,
                    ..
                }) => format!("{} at {accounts_server}", code.expose_secret()),
                other => format!("{other:?}"),
            };
            said + if answer.unseen { ", unseen" } else { "" }
        }
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
    assert_eq!(judge("/start/s/clear", &[]), "clear");
    assert_eq!(judge("/start/other/clear", &[]), "Path");
    assert_eq!(judge("/start/s/clear/clear", &[]), "Path");
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
        // A request with the right state gets a different answer, and nothing else.
        assert_eq!(
            judge_head(&head("GET", target, hosts)),
            "OtherHost",
            "{hosts:?}"
        );
        for target in [
            "/callback?state=other&code=c",
            "/callback",
            "/other?state=the-state",
            "/",
        ] {
            assert_eq!(judge_head(&head("GET", target, hosts)), "Host", "{hosts:?}");
        }
    }
    assert_eq!(
        judge("http://evil.example/callback?state=the-state&code=c", &[]),
        "OtherHost"
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
        assert_eq!(judge_head(&head), "Method", "{method}");
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
fn the_page_is_on_one_origin_alone_once_a_browser_was_sent_there() {
    let (before, new) = ("localhost:8085", "abcdefghij.localhost:8085");
    assert_eq!(page(before, None), "Path");
    assert_eq!(page(new, None), "Path");
    assert_eq!(page(new, Some(Site::PageHost)), "page");
    assert_eq!(page(before, Some(Site::PageHost)), "Path");
    assert_eq!(page(before, Some(Site::RedirectUri)), "page");
    assert_eq!(page(new, Some(Site::RedirectUri)), "Path");
    assert_eq!(page("other.localhost:8085", Some(Site::PageHost)), "Host");
}

#[test]
fn a_refused_response_is_told_at_an_address_that_says_nothing_and_touches_nothing() {
    for (path, refusal) in TOLD {
        assert_eq!(told_at(refusal), Some(path));
        let first = TOLD.iter().find(|(at, _)| *at == path).unwrap().1;
        let all = [path.to_owned(), format!("{path}?code=c&state={STATE}")];
        for target in all {
            assert_eq!(judge(&target, &[]), format!("{first:?}"), "{target}");
        }
    }
    for elsewhere in [Refusal::Worker, Refusal::OtherHost, Refusal::Bare] {
        assert_eq!(told_at(elsewhere), None, "its address is to be copied");
    }
}

#[test]
fn the_new_origin_serves_the_page_and_nothing_else() {
    for target in [
        "/callback?state=the-state&code=c",
        "/start/s",
        "/start/s/clear",
        "/",
    ] {
        let head = head("GET", target, &[("host", "abcdefghij.localhost:8085")]);
        assert_eq!(judge_head(&head), "Path", "{target}");
    }
}

#[test]
fn what_another_user_sends_has_no_effect_whatever_they_know() {
    let so_far = SoFar {
        page_at: Some(Site::RedirectUri),
        ..SoFar::default()
    };
    for (target, place) in [
        ("/start/s", "Start"),
        ("/start/s/clear", "Clear"),
        ("/result/p", "Page"),
        ("/callback?state=the-state&code=c", "Callback"),
        ("/callback?state=the-state&error=access_denied", "Callback"),
        (
            "/callback?state=the-state&code=c&accounts-server=https://evil.example",
            "Callback",
        ),
    ] {
        let said = judge_from(Peer::Neighbor(7), so_far, target, &[]);
        assert_eq!(
            said,
            format!("Neighbor {{ uid: 7, place: {place} }}"),
            "{target}"
        );
    }
    let stranger = judge_from(Peer::Neighbor(7), so_far, "/callback?state=old&code=c", &[]);
    assert_eq!(stranger, "ForeignState");
}

#[test]
fn who_closed_unseen_gets_neither_start_nor_page_and_a_callback_with_a_warning() {
    let so_far = SoFar {
        page_at: Some(Site::RedirectUri),
        ..SoFar::default()
    };
    let gone = |target| judge_from(Peer::Gone, so_far, target, &[]);
    assert_eq!(gone("/start/s"), "Unseen");
    assert_eq!(gone("/result/p"), "Unseen");
    let callback = gone("/callback?state=the-state&code=c");
    assert_eq!(callback, "c at https://accounts.zoho.com, unseen");
}

#[test]
fn where_the_system_tells_nothing_an_open_connection_is_the_persons() {
    let untold = judge_from(
        Peer::Untold,
        SoFar::default(),
        "/callback?state=the-state&code=c",
        &[],
    );
    assert_eq!(untold, "c at https://accounts.zoho.com");
    assert_eq!(
        judge_from(Peer::Untold, SoFar::default(), "/start/s", &[]),
        "start"
    );
}

#[test]
fn the_owner_is_asked_only_about_what_would_have_an_effect() {
    for target in ["/favicon.ico", "/callback?code=c&state=old", "/callback"] {
        let head = head("GET", target, &[("host", "localhost:8085")]);
        let asked = || panic!("{target} has no effect, whoever sends it");
        said(decide(&expectation(), &head, asked, SoFar::default()));
    }
}

#[test]
fn the_first_response_is_the_only_one_and_the_same_again_waits() {
    let first = "/callback?state=the-state&code=c&location=us";
    let answer = super::judge(&expectation(), first.split_once('?').unwrap().1);
    let so_far = SoFar {
        answer: answer.ok().map(|answer| answer.digest),
        ..SoFar::default()
    };
    let later = |target: &str| judge_from(Peer::Person, so_far, target, &[]);
    assert_eq!(later(first), "again");
    assert_eq!(
        later("/callback?location=us&code=c&state=the-state&"),
        "again"
    );
    assert_eq!(
        later("/callback?state=the-state&code=d&location=us"),
        "Used"
    );
    assert_eq!(
        later("/callback?state=the-state&code=cl&location=u"),
        "Used"
    );
    assert_eq!(
        later("/callback?state=the-state&error=access_denied"),
        "Used"
    );
    assert_eq!(later("/callback?state=old&code=c"), "ForeignState");
}

#[test]
fn a_worker_that_passes_through_is_asked_about_at_the_start_and_refused_at_the_callback() {
    let worker = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "empty")];
    assert_eq!(judge("/start/s", &worker), "start through a worker");
    assert_eq!(judge("/start/s/clear", &worker), "clear");
    assert_eq!(judge("/callback?state=the-state&code=c", &worker), "Worker");
    assert_eq!(judge("/callback?state=old&code=c", &worker), "ForeignState");
    assert_eq!(judge("/result/p", &worker), "Metadata");
    let firefox = [
        ("sec-fetch-mode", "same-origin"),
        ("sec-fetch-dest", "empty"),
        ("upgrade-insecure-requests", "1"),
    ];
    assert_eq!(judge("/start/s", &firefox), "start through a worker");
    assert_eq!(
        judge("/callback?state=the-state&code=c", &firefox),
        "Worker"
    );
    assert_eq!(judge("/start/s", &firefox[..2]), "Metadata");
    let script = [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")];
    assert_eq!(judge("/start/s", &script), "Metadata");
    assert_eq!(
        judge("/start/s", &[("sec-fetch-dest", "empty")]),
        "Metadata"
    );
}

#[test]
fn only_a_picture_clears() {
    let picture = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
    let worker = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "empty")];
    let person = [
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    assert_eq!(judge("/start/s/clear/now", &picture), "clear now");
    for other in [&worker[..], &person, &[]] {
        assert_eq!(judge("/start/s/clear/now", other), "Metadata");
    }
    assert_eq!(judge("/start/s/clear", &picture), "Metadata");
    assert_eq!(judge("/start/other/clear/now", &picture), "Path");
}

#[test]
fn the_page_is_not_loaded_ahead_for_a_worker() {
    let so_far = SoFar {
        page_at: Some(Site::RedirectUri),
        ..SoFar::default()
    };
    let preload = [("service-worker-navigation-preload", "true")];
    assert_eq!(
        judge_from(Peer::Person, so_far, "/result/p", &preload),
        "Metadata"
    );
}

#[test]
fn chromium_and_firefox_find_names_below_localhost() {
    let finds = |agent| {
        let head = head("GET", "/", &[("user-agent", agent)]);
        finds_names_below_localhost(&head.headers)
    };
    assert!(finds(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
    ));
    assert!(finds(
        "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
    ));
    assert!(!finds(
        "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15"
    ));
    assert!(!finds("curl/8.5.0"));
}

#[test]
fn a_location_alone_leads_to_the_tables_server_there_unless_the_login_began_elsewhere() {
    let target = "/callback?state=the-state&code=c&location=eu";
    assert_eq!(judge(target, &[]), "c at https://accounts.zoho.eu");
    let mut elsewhere = expectation();
    elsewhere.home = AccountsServer::given("http://127.0.0.1:9").unwrap();
    let head = head("GET", target, &[("host", "localhost:8085")]);
    let decision = decide(&elsewhere, &head, || Peer::Person, SoFar::default());
    assert_eq!(said(decision), "c at http://127.0.0.1:9");
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
    let denied = r#"Error(Untrusted("access_denied"))"#;
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
