//! Tests what good and bad requests look like on the wire.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_login_moves_between_data_centers_and_reaches_the_crm() {
    let case = Case::new(Rehearsal::default()).await;
    let eu = case.zoho.accounts_url(DataCenter::Eu);
    let start = case.authorization(REDIRECT);
    let moved = fetch(&start).await;
    assert_eq!(moved.status(), "302");
    let (_, query) = start.split_once('?').unwrap();
    assert_eq!(
        moved.header("location"),
        Some(&*format!("{eu}/oauth/v2/auth?{query}"))
    );

    let callback = case.callback().await;
    let code = callback.value("code").unwrap();
    let server = eu.replace(':', "%3A").replace('/', "%2F");
    let query = format!("code={code}&location=eu&accounts-server={server}&state=a%2Bb%2Fc%3Dd&");
    assert_eq!(callback.0, format!("{REDIRECT}?{query}"));

    let answer = post(&case.token_url(), &case.token_form(&code)).await;
    assert_eq!(answer.status(), "200");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.json();
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "ZohoCRM.org.READ ZohoCRM.users.ALL");
    assert_eq!(tokens["api_domain"], *case.zoho.api_domain(DataCenter::Eu));
    assert!(tokens["refresh_token"].is_string());

    let token = tokens["access_token"].as_str().unwrap();
    let org = ask_crm(&case.crm("org"), token).await.json();
    assert_eq!(org["org"][0]["company_name"], "Rehearsal Company");
    let users = ask_crm(&case.crm("users?type=CurrentUser"), token)
        .await
        .json();
    assert_eq!(users["users"][0]["email"], "rehearsal@example.com");
}

#[tokio::test]
async fn a_query_in_the_redirect_uri_is_kept() {
    let case = Case::new(Rehearsal::default()).await;
    let with_query = "http://localhost:8085/callback?run=7";
    case.zoho.register_redirect_uri(with_query);
    let answer = case.answer_consent(with_query, "accept").await;
    let location = answer.header("location").unwrap();
    assert!(
        location.starts_with("http://localhost:8085/callback?run=7&code=1000."),
        "{location}"
    );
}

#[tokio::test]
async fn a_refusal_and_a_wrong_ticket() {
    let case = Case::new(Rehearsal::default()).await;
    let refused = case.answer_consent(REDIRECT, "refuse").await;
    let expected = format!("{REDIRECT}?error=access_denied&state=a%2Bb%2Fc%3Dd&");
    assert_eq!(refused.header("location"), Some(&*expected));
    let url = format!("{}/consent", case.zoho.accounts_url(DataCenter::Eu));
    let wrong = post(&url, "ticket=none&decision=accept").await;
    assert!(wrong.has_title("Invalid Request"));
}

#[tokio::test]
async fn zohos_own_pages_never_redirect() {
    let case = Case::new(Rehearsal::default()).await;
    let good = case.authorization(REDIRECT);
    for (from, to, title) in [
        ("client_id=1000.", "client_id=1001.", "Invalid Client"),
        ("8085", "8086", "Invalid Redirect Uri"),
        ("ZohoCRM.org.READ", "read", "Invalid OAuth Scope"),
        (
            "response_type=code",
            "response_type=token",
            "Invalid Response Type",
        ),
        (
            "response_type=code",
            "response_type=code&state=twice",
            "Invalid Request",
        ),
    ] {
        let answer = fetch(&good.replacen(from, to, 1)).await;
        assert!(answer.has_title(title), "{title}: {}", answer.0);
        assert_eq!((answer.status(), answer.header("location")), ("200", None));
    }
}

#[tokio::test]
async fn without_multi_dc_the_person_ends_at_invalid_client() {
    let rehearsal = Rehearsal {
        multi_dc: false,
        ..Rehearsal::default()
    };
    let page = Case::new(rehearsal).await.page(REDIRECT).await;
    assert!(page.has_title("Invalid Client"));
}

#[tokio::test]
async fn secrets_can_differ() {
    let case = Case::new(Rehearsal {
        same_secret: false,
        ..Rehearsal::default()
    })
    .await;
    let answer = case.exchange().await;
    assert_eq!(
        (answer.status(), answer.json()),
        ("200", json!({"error": "invalid_client_secret"}))
    );
}

#[tokio::test]
async fn a_token_request_is_a_form_and_nothing_else() {
    let case = Case::new(Rehearsal::default()).await;
    let url = case.token_url();
    let code = case.callback().await.value("code").unwrap();
    let form = case.token_form(&code);
    let get = fetch(&format!("{url}?{form}")).await;
    assert_eq!((get.status(), get.header("allow")), ("405", Some("POST")));
    let refused = json!({"error": "general_error"});
    assert_eq!(post(&format!("{url}?{form}"), "").await.json(), refused);
    assert_eq!(post(&format!("{url}?x=1"), &form).await.json(), refused);
    assert_eq!(
        post(&url, &format!("{form}&code=1000.foreign"))
            .await
            .json(),
        refused
    );
    let json = send(&url, "POST", "content-type: application/json\r\n", &form).await;
    assert_eq!(json.json(), refused);
    assert!(post(&url, &form).await.json()["access_token"].is_string());
}

#[tokio::test]
async fn every_answer_is_hardened_also_when_nothing_is_judged() {
    let case = Case::new(Rehearsal::default()).await;
    let long = "x".repeat(64 * 1024 + 1);
    for (answer, status) in [
        (fetch(&case.crm("org")).await, "401"),
        (fetch(&case.crm("no/thing")).await, "404"),
        (fetch(&case.token_url()).await, "405"),
        (post(&case.crm("org"), "").await, "405"),
        (post(&case.token_url(), &long).await, "413"),
    ] {
        assert_eq!(answer.status(), status);
        for (name, value) in [
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{status}: {name}");
        }
    }
    assert_eq!(case.zoho.requests().len(), 4);
}

#[tokio::test]
async fn refresh_and_revoke() {
    let case = Case::new(Rehearsal::default()).await;
    let tokens = case.exchange().await.json();
    let (refresh, access) = (&tokens["refresh_token"], &tokens["access_token"]);
    let form = encoded(&[
        ("grant_type", "refresh_token"),
        ("client_id", &case.zoho.client_id()),
        ("client_secret", case.zoho.client_secret().expose_secret()),
        ("refresh_token", refresh.as_str().unwrap()),
    ]);
    let refreshed = post(&case.token_url(), &form).await.json();
    assert!(refreshed["access_token"].is_string() && refreshed["refresh_token"].is_null());
    let revoke = format!("{}/revoke", case.token_url());
    let token = encoded(&[("token", refresh.as_str().unwrap())]);
    assert_eq!(
        post(&revoke, &token).await.json(),
        json!({"status": "success"})
    );
    assert_eq!(
        post(&case.token_url(), &form).await.json(),
        json!({"error": "invalid_code"})
    );
    let dead = ask_crm(&case.crm("org"), access.as_str().unwrap()).await;
    assert_eq!(dead.json()["code"], "INVALID_TOKEN");
}

#[tokio::test]
async fn the_crm_wants_its_scope_its_spelling_and_its_own_tokens() {
    let mut case = Case::new(Rehearsal::default()).await;
    case.scope = "ZohoCRM.users.READ,ZohoCRM.organs.READ";
    let token = case.exchange().await.json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mismatch = ask_crm(&case.crm("org"), &token).await;
    assert_eq!(mismatch.status(), "401");
    assert_eq!(mismatch.json()["code"], "OAUTH_SCOPE_MISMATCH");
    let users = case.crm("users?type=CurrentUser");
    assert_eq!(ask_crm(&users, &token).await.status(), "200");
    assert_eq!(ask_crm(&case.crm("users"), &token).await.status(), "400");
    let elsewhere = users.replace(
        &case.zoho.api_domain(DataCenter::Eu),
        &case.zoho.api_domain(DataCenter::Us),
    );
    assert_eq!(
        ask_crm(&elsewhere, &token).await.json()["code"],
        "INVALID_TOKEN"
    );
    let bearer = send(
        &users,
        "GET",
        &format!("authorization: Bearer {token}\r\n"),
        "",
    )
    .await;
    assert_eq!(
        (bearer.status(), &bearer.json()["code"]),
        ("401", &json!("INVALID_TOKEN"))
    );
    let twice = format!("authorization: Zoho-oauthtoken {token}\r\n").repeat(2);
    assert_eq!(send(&users, "GET", &twice, "").await.status(), "401");
    assert_eq!(fetch(&users).await.status(), "401");
}

#[tokio::test]
async fn server_info_lists_both() {
    let case = Case::new(Rehearsal::default()).await;
    let [us, eu] = DataCenter::PAIR.map(|at| case.zoho.accounts_url(at));
    let answer = fetch(&format!("{us}/oauth/serverinfo")).await.json();
    assert_eq!(answer["locations"], json!({"us": us, "eu": eu}));
}

#[tokio::test]
async fn requests_are_recorded_without_secrets() {
    let case = Case::new(Rehearsal::default()).await;
    case.exchange().await;
    let requests = case.zoho.requests();
    let tokens: Vec<_> = requests
        .iter()
        .filter(|one| one.path == "/oauth/v2/token")
        .collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].data_center, DataCenter::Eu);
    assert!(
        tokens[0]
            .value("code")
            .is_some_and(|code| code.starts_with("1000."))
    );
    assert_eq!(
        (
            tokens[0].has("client_secret"),
            tokens[0].value("client_secret")
        ),
        (true, None)
    );
}

#[tokio::test]
async fn dropping_it_frees_the_ports() {
    let case = Case::new(Rehearsal::default()).await;
    let url: Url = case.zoho.accounts_url(DataCenter::Us).parse().unwrap();
    drop(case);
    let freed = async {
        while TcpStream::connect(url.authority()).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    let freed = tokio::time::timeout(Duration::from_secs(10), freed).await;
    assert!(freed.is_ok(), "somebody still listens");
}

#[tokio::test]
async fn the_visitor_accepts_and_tells_of_error_pages() {
    let case = Case::new(Rehearsal::default()).await;
    // The other data center's server plays the callback: it responds with 404, which the visitor reports.
    let callback = format!("{}/callback", case.zoho.accounts_url(DataCenter::Us));
    case.zoho.register_redirect_uri(&callback);
    let visit = visitor::consent(&case.authorization(&callback))
        .await
        .unwrap();
    assert_eq!((visit.status, visit.consented), (404, true));
    let last = case.zoho.requests().pop().unwrap();
    assert_eq!((last.path.as_str(), last.has("code")), ("/callback", true));

    let visit = visitor::consent(&case.authorization("http://localhost/other"))
        .await
        .unwrap();
    assert!(!visit.consented);
    assert!(visit.title.unwrap().starts_with("Invalid Redirect Uri"));
}
