//! Tests every failure as a client encounters it.

use std::io::ErrorKind;

use clap::ValueEnum;
use serde_json::json;
use zoho_stand_in::failure::Stage;
use zoho_stand_in::recorded::Recorded;

use super::*;

#[tokio::test]
async fn each_failure_shows_on_the_wire() {
    for &failure in Failure::value_variants() {
        let case = Case::failing(failure).await;
        match failure.stage() {
            Stage::Page => page_failure(&case, failure).await,
            Stage::Callback => callback_failure(&case, failure).await,
            Stage::Device => device_failure(&case, failure).await,
            Stage::Token => token_failure(&case, failure).await,
            Stage::Crm => crm_failure(&case, failure).await,
        }
    }
}

async fn page_failure(case: &Case, failure: Failure) {
    let page = case.page(REDIRECT).await;
    assert!(page.has_title(match failure {
        Failure::InvalidClientPage => "Invalid Client",
        Failure::InvalidRedirectUriPage => "Invalid Redirect Uri",
        _ => "Invalid OAuth Scope",
    }));
}

async fn callback_failure(case: &Case, failure: Failure) {
    let callback = case.callback().await;
    let value = |name| callback.value(name);
    let whereabouts = (value("location"), value("accounts-server"));
    let some = |text: &str| Some(text.to_owned());
    match failure {
        Failure::Refused => {
            assert_eq!(
                (value("error"), value("state")),
                (some("access_denied"), some("a+b/c=d"))
            );
        }
        Failure::RefusedWithoutState => {
            assert_eq!(
                (value("error"), value("state")),
                (some("access_denied"), None)
            );
        }
        Failure::ForeignAccountsServer => {
            let evil = some("https://accounts.zoho.com.evil.example");
            assert_eq!(whereabouts, (some("eu"), evil));
        }
        Failure::LocationMismatch => {
            assert_eq!(whereabouts, (some("in"), some("https://accounts.zoho.eu")));
        }
        _ => {
            assert_eq!(whereabouts, (some("us"), None));
            let form = case.token_form(&value("code").unwrap());
            let url = format!("{}/oauth/v2/token", case.zoho.accounts_url(DataCenter::Us));
            assert!(post(&url, &form).await.json()["access_token"].is_string());
        }
    }
}

async fn device_failure(case: &Case, failure: Failure) {
    let us = case.zoho.accounts_url(DataCenter::Us);
    let id = case.zoho.client_id();
    let form = [
        ("client_id", &*id),
        ("grant_type", "device_request"),
        ("scope", case.scope),
    ];
    let begun = post(&format!("{us}/oauth/v3/device/code"), &encoded(&form))
        .await
        .json();
    let visit = visitor::consent(begun["verification_uri_complete"].as_str().unwrap());
    assert!(visit.await.unwrap().consented);
    let form = encoded(&[
        ("client_id", &id),
        ("client_secret", case.zoho.client_secret().expose_secret()),
        ("grant_type", "device_token"),
        ("code", begun["device_code"].as_str().unwrap()),
    ]);
    let url = format!("{us}/oauth/v3/device/token");
    let mut said = Vec::new();
    for _ in 0..3 {
        let answer = post(&url, &form).await.json();
        let location = answer["user_location"].as_str().unwrap_or_default();
        said.push(format!(
            "{} {location}",
            answer["error"].as_str().unwrap_or_default()
        ));
    }
    let expected = match failure {
        Failure::DeviceExpired => [
            "authorization_pending ",
            "authorization_pending ",
            "expired ",
        ],
        Failure::SlowDown => ["slow_down ", "other_dc eu", "other_dc eu"],
        Failure::ForeignLocation => ["other_dc zz"; 3],
        _ => ["other_dc eu"; 3],
    };
    assert_eq!(said, expected, "{failure}");
}

async fn token_failure(case: &Case, failure: Failure) {
    if failure == Failure::Slow {
        let code = case.callback().await.value("code").unwrap();
        let url = case.token_url().parse().unwrap();
        let headers = format!("content-type: {FORM}\r\n");
        return unanswered(
            case,
            open(&url, "POST", &headers, &case.token_form(&code)).await,
        )
        .await;
    }
    let answer = case.exchange().await;
    let described = (answer.status(), answer.body());
    match failure {
        Failure::Throttled | Failure::Throttled200 => {
            let status = if failure == Failure::Throttled {
                "400"
            } else {
                "200"
            };
            let body = r#"{"error":"Access Denied","error_description":"You have made too many requests continuously. Please try again after some time.","status":"failure"}"#;
            assert_eq!(described, (status, body));
        }
        Failure::NoRefreshToken => {
            let tokens = answer.json();
            assert!(tokens["access_token"].is_string() && tokens["refresh_token"].is_null());
        }
        Failure::Html => assert!(answer.status() == "502" && answer.body().starts_with("<html>")),
        Failure::HalfJson => {
            let error = serde_json::from_str::<Value>(answer.body()).unwrap_err();
            assert!(error.is_eof() && answer.body().len() > 50);
        }
        Failure::Huge => assert!(answer.body().len() > 10_000_000),
        Failure::Redirect => {
            let elsewhere = format!("{}/elsewhere", case.zoho.accounts_url(DataCenter::Eu));
            assert_eq!(
                (answer.status(), answer.header("location")),
                ("302", Some(&*elsewhere))
            );
        }
        Failure::Closed => assert_eq!(answer.0, ""),
        Failure::ForeignApiDomain => {
            assert_eq!(
                answer.json()["api_domain"],
                "https://www.zohoapis.com.evil.example"
            );
        }
        Failure::OldExpiry => {
            let tokens = answer.json();
            assert_eq!(
                (&tokens["expires_in_sec"], &tokens["expires_in"]),
                (&json!("3600"), &json!("3600000"))
            );
        }
        named => {
            let code = named.to_string().replace('-', "_");
            assert_eq!(described, ("200", &*format!("{{\"error\":\"{code}\"}}")));
        }
    }
}

async fn crm_failure(case: &Case, failure: Failure) {
    let tokens = case.exchange().await.json();
    let token = tokens["access_token"].as_str().unwrap();
    if failure == Failure::CrmSlow {
        let headers = format!("authorization: Zoho-oauthtoken {token}\r\n");
        let url = case.crm("org").parse().unwrap();
        return unanswered(case, open(&url, "GET", &headers, "").await).await;
    }
    let answer = ask_crm(&case.crm("org"), token).await;
    let code = |code| (answer.status() == "401").then(|| answer.json()["code"] == code);
    match failure {
        Failure::ScopeMismatch => assert_eq!(code("OAUTH_SCOPE_MISMATCH"), Some(true)),
        Failure::InvalidToken => assert_eq!(code("INVALID_TOKEN"), Some(true)),
        _ => assert!(answer.status() == "502" && answer.body().starts_with("<html>")),
    }
}

/// Asserts that the request arrived, that later ones are answered, and that nothing comes back, not even the end of the
/// connection.
async fn unanswered(case: &Case, stream: TcpStream) {
    let arrived = |last: &Recorded| last.has("code") || last.path.starts_with("/crm");
    while !case.zoho.requests().last().is_some_and(arrived) {
        tokio::task::yield_now().await;
    }
    let info = format!(
        "{}/oauth/serverinfo",
        case.zoho.accounts_url(DataCenter::Eu)
    );
    let others = async {
        for _ in 0..5 {
            assert_eq!(fetch(&info).await.status(), "200");
        }
    };
    tokio::select! {
        biased;
        _ = stream.readable() => panic!("it was answered"),
        () = others => {}
    }
    let read = stream.try_read(&mut [0]);
    assert_eq!(read.unwrap_err().kind(), ErrorKind::WouldBlock);
}
