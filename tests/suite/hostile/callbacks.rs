//! Rows 1, 2, 3, 6, 7 and 23: requests that do not belong to this login change nothing.

use super::login::{Login, codes, stand_in};
use zoho_stand_in::StandIn;

/// A waiting login, and the callback that only Zoho could have sent.
async fn waiting() -> (StandIn, Login) {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    (zoho, login)
}

async fn refused(login: &Login, target: &str, headers: &str, status: &str) {
    let answer = login.get(target, headers).await;
    assert_eq!(answer.status(), status, "{target} {headers}");
}

#[tokio::test]
async fn row_01_a_callback_without_our_state_changes_nothing() {
    let (zoho, login) = waiting().await;
    let state = login.state();
    let (cut, half) = (&state[..state.len() - 1], &state[..21]);
    let mut pages = Vec::new();
    for query in [
        "code=1000.forged".to_owned(),
        "code=1000.forged&state=".to_owned(),
        format!("code=1000.forged&state={cut}"),
        format!("code=1000.forged&state={half}"),
        format!("code=1000.forged&state={state}A"),
        format!("code=1000.forged&state={state}%00"),
        format!("code=1000.forged&State={state}"),
        format!("code=1000.forged&state={state}&state={state}"),
        format!("code=1000.forged&state={state}&state=other"),
        format!("code=1000.forged&state=other&st%61te={state}"),
        format!("code=1000.forged&code=1000.other&state={state}"),
    ] {
        let answer = login.get(&format!("/callback?{query}"), "").await;
        assert_eq!(answer.status(), "400", "{query}");
        pages.push(answer.body().to_owned());
    }
    // A forged, an outdated and another user's login all get the same page.
    pages.dedup();
    assert_eq!(pages.len(), 1);
    assert!(codes(&zoho).is_empty());
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_02_errors_without_state_change_nothing_and_are_told_once() {
    let (zoho, login) = waiting().await;
    for (method, target, headers, status) in [
        ("GET", "/callback?error=access_denied", "", "400"),
        (
            "GET",
            "/callback?error=access_denied&state=other",
            "",
            "400",
        ),
        ("GET", "/callback", "", "400"),
        ("GET", "/callback?", "", "400"),
        ("HEAD", "/callback?error=access_denied", "", "405"),
        (
            "POST",
            "/callback?error=access_denied",
            "Content-Length: 0\r\n",
            "405",
        ),
        ("OPTIONS", "/callback", "", "405"),
        ("PUT", "/callback", "", "405"),
    ] {
        let answer = login.request(method, target, headers).await;
        assert_eq!(answer.status(), status, "{method} {target}");
    }
    let state = login.state();
    let target = format!("/callback?code=1000.forged&state={state}");
    for headers in ["Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"] {
        let head = login.head("GET", &target, headers);
        let answer = login.send(head + "3\r\nabc\r\n0\r\n\r\n").await;
        assert_eq!(answer.status(), "405", "{headers}");
    }
    for method in ["HEAD", "POST", "OPTIONS"] {
        assert_eq!(login.request(method, &target, "").await.status(), "405");
    }
    let ended = login.assert_alive(&zoho).await;
    assert_eq!(
        ended
            .stderr
            .matches("cannot be matched to this login")
            .count(),
        1
    );
}

#[tokio::test]
async fn rows_02_03_and_04_twenty_thousand_junk_requests_change_nothing() {
    let (zoho, login) = waiting().await;
    let targets = [
        "/callback?error=access_denied",
        "/favicon.ico",
        "/callback",
        "/wp-login.php",
    ];
    let junk: Vec<_> = targets
        .iter()
        .map(|target| junk(&login, target, 5_000))
        .collect();
    tokio::join!(futures_util::future::join_all(junk), async {
        // Other requests are answered in the meantime.
        let other = login.get("/callback?error=access_denied", "").await;
        assert_eq!(other.status(), "400");
    });
    let ended = login.assert_alive(&zoho).await;
    assert!(ended.stderr.lines().count() < 30, "{}", ended.stderr);
}

/// Sends this many requests, each on its own connection. All get responses of the same length.
async fn junk(login: &Login, target: &str, times: usize) {
    let first = login.get(target, "").await.0.len();
    for _ in 1..times {
        assert_eq!(login.get(target, "").await.0.len(), first, "{target}");
    }
}

#[tokio::test]
async fn row_04_one_connection_carries_one_request() {
    let (zoho, login) = waiting().await;
    let two = login
        .head("GET", "/callback", "")
        .replace("Connection: close\r\n", "")
        .repeat(2);
    let answer = login.send(&two).await;
    assert_eq!(answer.0.matches("HTTP/1.1 ").count(), 1, "{}", answer.0);
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_03_other_paths_are_not_found() {
    let (zoho, login) = waiting().await;
    for target in [
        "/",
        "/favicon.ico",
        "/robots.txt",
        "/callback/",
        "/callback/..",
        "//callback",
        "/CALLBACK",
        "/c%61llback",
        "/callback;a",
        "/start/",
        "/start/guess",
        "/result/guess",
        "/start",
        "/%2e%2e/etc/passwd",
    ] {
        refused(&login, target, "", "404").await;
        refused(
            &login,
            &format!("{target}?code=1000.forged&state={}", login.state()),
            "",
            "404",
        )
        .await;
    }
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn rows_06_and_23_what_no_person_navigates_to_is_refused() {
    let (zoho, login) = waiting().await;
    // Everything is right except the kind of navigation.
    let target = format!("/callback?code=1000.forged&state={}", login.state());
    for headers in [
        "Sec-Purpose: prefetch\r\n",
        "Sec-Purpose: prefetch;prerender\r\n",
        "Purpose: prefetch\r\n",
        "X-Moz: prefetch\r\n",
        "Sec-Fetch-Dest: iframe\r\nSec-Fetch-Mode: navigate\r\n",
        "Sec-Fetch-Dest: image\r\nSec-Fetch-Mode: no-cors\r\n",
        "Sec-Fetch-Dest: script\r\n",
        "Sec-Fetch-Dest: embed\r\nSec-Fetch-Mode: navigate\r\n",
        "Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nOrigin: https://evil.example\r\n",
        "Sec-Fetch-Mode: cors\r\n",
        "Sec-Fetch-Mode: websocket\r\nUpgrade: websocket\r\n",
        "Sec-Fetch-Dest: document\r\nSec-Fetch-Dest: image\r\n",
        "Sec-Fetch-Mode: \r\n",
    ] {
        refused(&login, &target, headers, "403").await;
    }
    assert!(codes(&zoho).is_empty());
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_06_a_person_navigating_is_served() {
    let (zoho, login) = waiting().await;
    let callback = login.consent().await;
    let target = callback
        .url
        .as_str()
        .split_once(&login.authority())
        .unwrap()
        .1;
    let person =
        "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: cross-site\r\n";
    let answer = login.get(target, person).await;
    let page = login.get(answer.header("location").unwrap(), person).await;
    assert_eq!(page.status(), "201");
    login.ends_with(0).await;
    assert_eq!(codes(&zoho), [Some(callback.code)]);
}

#[tokio::test]
async fn row_07_another_host_is_refused() {
    let (zoho, login) = waiting().await;
    let target = format!("/callback?code=1000.forged&state={}", login.state());
    let (ours, port) = (login.authority(), login.port());
    for hosts in [
        "Host: rebound.example\r\n".to_owned(),
        format!("Host: rebound.example:{port}\r\n"),
        "Host: localhost\r\n".to_owned(),
        format!("Host: 127.0.0.1:{port}\r\n"),
        format!("Host: [::1]:{port}\r\n"),
        format!("Host: localhost.:{port}\r\n"),
        format!("Host: LOCALHOST:{port}\r\n"),
        format!("Host: localhost:0{port}\r\n"),
        format!("Host: {ours}\r\nHost: {ours}\r\n"),
        format!("Host: {ours}\r\nHost: rebound.example\r\n"),
        format!("Host: rebound.example\r\nHost: {ours}\r\n"),
        format!("X-Forwarded-Host: {ours}\r\n"),
        "Host:\r\n".to_owned(),
        String::new(),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        assert_eq!(login.send(request).await.status(), "403", "{hosts}");
    }
    let absolute = format!(
        "GET http://rebound.example{target} HTTP/1.1\r\nHost: {ours}\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(login.send(absolute).await.status(), "403");
    let old = login.send(format!("GET {target} HTTP/1.0\r\n\r\n")).await;
    assert_eq!(old.status(), "403");
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_07_another_host_with_our_state_is_told_how_to_go_on() {
    let (zoho, login) = waiting().await;
    let port = login.port();
    let asked = async |state: &str| {
        let target = format!("/callback?code=1000.code&state={state}");
        let host = format!("Host: 127.0.0.1:{port}\r\nConnection: close\r\n");
        login
            .send(format!("GET {target} HTTP/1.1\r\n{host}\r\n"))
            .await
    };
    for (state, told) in [
        (login.state(), true),
        ("other".to_owned(), false),
        (String::new(), false),
    ] {
        let answer = asked(&state).await;
        assert_eq!(answer.status(), "403");
        assert_eq!(
            answer.body().contains("under another name"),
            told,
            "{}",
            answer.0
        );
        assert!(!answer.body().contains("1000.code"));
    }
    let ended = login.assert_alive(&zoho).await;
    assert_eq!(
        ended.stderr.matches("under a host name other than").count(),
        1
    );
}

#[tokio::test]
async fn row_23_no_answer_lets_another_origin_read_it() {
    let (zoho, login) = waiting().await;
    let origin = "Origin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n";
    let private = "Access-Control-Request-Private-Network: true\r\n";
    for method in ["GET", "OPTIONS", "HEAD", "POST"] {
        for target in ["/", "/callback", "/callback?error=access_denied"] {
            let answer = login
                .request(method, target, &format!("{origin}{private}"))
                .await;
            assert!(
                !answer.0.to_lowercase().contains("access-control-"),
                "{}",
                answer.0
            );
            assert!(answer.status().starts_with('4'));
        }
    }
    login.assert_alive(&zoho).await;
}
