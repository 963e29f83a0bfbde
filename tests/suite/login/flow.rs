//! Tests the flow in the library: from the bound redirect URI to credentials, page and handover.

use crate::rehearsed::{Stage, bounded, jump, nobody};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::time::Duration;
use zoho_grant::context::Signal;
use zoho_grant::error::Error;
use zoho_grant::error::explain::unchecked;
use zoho_grant::zoho::scopes::Scopes;
use zoho_grant::zoho::token::ExchangeError;
use zoho_grant::zoho::token_error::TokenError;
use zoho_grant::zoho::trust::AccountsServer;
use zoho_stand_in::failure::Failure;
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

async fn stage(failure: Option<Failure>) -> Stage {
    Stage::new(Rehearsal {
        failure,
        ..Rehearsal::default()
    })
    .await
}

/// The data centers and grant types of the token requests so far.
fn token_requests(stand_in: &StandIn) -> Vec<(DataCenter, String)> {
    let requests = stand_in.requests().into_iter();
    let tokens = requests.filter(|request| request.path == "/oauth/v2/token");
    tokens
        .map(|request| {
            (
                request.data_center,
                request.value("grant_type").unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

fn asked_the_crm(stage: &Stage) -> bool {
    stage
        .stand_in
        .requests()
        .iter()
        .any(|request| request.path.starts_with("/crm/"))
}

#[tokio::test]
async fn a_person_of_another_data_center_gets_checked_credentials_there() {
    let stage = stage(None).await;
    let ended = stage.visited().await;
    assert_eq!(ended.code(), 0);
    assert_eq!(
        token_requests(&stage.stand_in),
        [(DataCenter::Eu, "authorization_code".to_owned())]
    );
    let credentials = &ended.login().credentials;
    assert_eq!(
        credentials.accounts_server.as_str(),
        stage.stand_in.accounts_url(DataCenter::Eu)
    );
    assert_eq!(credentials.data_center.unwrap().code, "eu");
    assert_eq!(
        credentials.expires_at_text().unwrap(),
        "2027-01-15T09:00:00Z"
    );
    assert_eq!(
        credentials
            .organization()
            .unwrap()
            .name
            .as_ref()
            .unwrap()
            .raw(),
        "Rehearsal Company"
    );
    let written: Value = serde_json::from_str(&ended.output).unwrap();
    assert!(
        written["refresh_token"] == credentials.refresh_token.as_ref().unwrap().expose_secret()
    );
    assert_eq!(written["user"]["email"], "rehearsal@example.com");
    // Waiting may be reported before or after the browser arrives.
    let (waiting, told): (Vec<_>, Vec<_>) =
        ended.told.iter().partition(|event| *event == "Waiting");
    assert!(!waiting.is_empty());
    assert_eq!(
        told,
        [
            "Requested",
            "Ready",
            // The visitor cannot resolve names under localhost.
            "OnPort",
            "Exchanging",
            "Requested",
            "Checking",
            "Requested",
            "Requested",
            "HandingOver"
        ]
    );
}

#[tokio::test]
async fn the_page_tells_what_was_obtained_and_where_it_went() {
    let visit = stage(None).await.visited().await.visit.unwrap();
    assert_eq!(visit.status, 201);
    for told in [
        "Rehearsal Company",
        "Rehearsal User",
        "Europe (eu)",
        "Access token expires",
        "Printed in the terminal (standard output) as json.",
    ] {
        assert!(visit.page.contains(told), "{told}");
    }
}

#[tokio::test]
async fn without_an_accounts_server_the_exchange_goes_where_the_login_began() {
    let stage = stage(Some(Failure::NoAccountsServer)).await;
    let ended = stage.visited().await;
    assert_eq!(ended.code(), 0);
    assert_eq!(token_requests(&stage.stand_in)[0].0, DataCenter::Us);
}

#[tokio::test]
async fn a_secret_of_another_data_center_is_recognized() {
    let rehearsal = Rehearsal {
        same_secret: false,
        ..Rehearsal::default()
    };
    let ended = Stage::new(rehearsal).await.visited().await;
    match &ended.outcome {
        Err(Error::Unfulfilled(_, ExchangeError::Refused(error), _)) => {
            assert_eq!(*error, TokenError::InvalidClientSecret);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn pkce_can_be_left_out() {
    let mut stage = stage(None).await;
    stage.settings.pkce = false;
    assert_eq!(stage.visited().await.code(), 0);
    let requests = stage.stand_in.requests();
    assert!(
        !requests
            .iter()
            .any(|request| request.has("code_challenge") || request.has("code_verifier"))
    );
}

#[tokio::test]
async fn the_crm_is_asked_only_what_the_scopes_allow() {
    let mut narrow = stage(None).await;
    narrow.settings.scopes = Scopes::parse("ZohoCRM.modules.READ,ZohoCRM.users.ALL").unwrap();
    let ended = narrow.visited().await;
    assert_eq!(ended.code(), 0);
    let identity = &ended.login().credentials.identity;
    assert_eq!(
        unchecked(identity),
        ["The organization was not checked: the scope ZohoCRM.org.READ was not granted."]
    );
    assert!(identity.user.is_ok());
    let mut silent = stage(None).await;
    silent.settings.verify = false;
    assert_eq!(silent.visited().await.code(), 0);
    assert!(!asked_the_crm(&silent));
}

#[tokio::test]
async fn a_foreign_api_domain_gets_no_token_and_the_credentials_are_handed_over() {
    let stage = stage(Some(Failure::ForeignApiDomain)).await;
    let ended = stage.visited().await;
    assert_eq!(ended.code(), 7);
    assert!(!asked_the_crm(&stage));
    assert!(ended.output.contains("refresh_token") && !ended.output.contains("evil.example"));
}

#[tokio::test]
async fn a_foreign_accounts_server_gets_nothing() {
    for failure in [Failure::ForeignAccountsServer, Failure::LocationMismatch] {
        let stage = stage(Some(failure)).await;
        let ended = stage.visited().await;
        assert_eq!(ended.code(), 7, "{failure}");
        assert_eq!(token_requests(&stage.stand_in), []);
        assert_eq!(ended.output, "");
    }
}

#[tokio::test]
async fn old_answers_tell_the_same_hour() {
    let ended = stage(Some(Failure::OldExpiry)).await.visited().await;
    assert_eq!(
        ended.login().credentials.expires_at_text().unwrap(),
        "2027-01-15T09:00:00Z"
    );
}

#[tokio::test]
async fn an_exchange_without_an_answer_ends_in_time_and_is_not_repeated() {
    for failure in [Failure::Slow, Failure::Closed] {
        let stage = stage(Some(failure)).await;
        if failure == Failure::Slow {
            stage.jump_at(["/oauth/v2/token"]);
        }
        let ended = stage.visited().await;
        assert!(
            matches!(
                ended.outcome,
                Err(Error::Unfulfilled(_, ExchangeError::NoAnswer(_), _))
            ),
            "{:?}",
            ended.outcome
        );
        assert_eq!(token_requests(&stage.stand_in).len(), 1);
    }
}

#[tokio::test]
async fn a_silent_crm_is_a_warning() {
    let stage = stage(Some(Failure::CrmSlow)).await;
    stage.jump_at(["/crm/v8/org", "/crm/v8/users"]);
    let ended = stage.visited().await;
    assert_eq!(ended.code(), 0);
    let unchecked = unchecked(&ended.login().credentials.identity);
    assert_eq!(unchecked.len(), 2);
    assert!(
        unchecked[0].contains("No complete response arrived in time"),
        "{}",
        unchecked[0]
    );
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_told_before_anything_opens() {
    let mut stage = stage(None).await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    stage.settings.home = AccountsServer::given(&address).unwrap();
    let ended = stage.run(nobody).await;
    assert!(matches!(ended.outcome, Err(Error::Unreachable(_))));
    assert_eq!((ended.code(), ended.opened), (1, 0));
}

#[tokio::test]
async fn nothing_in_time_ends_the_wait() {
    let mut stage = stage(None).await;
    let timeout = Duration::from_secs(30);
    stage.settings.timeout = timeout;
    let passes = move |_| {
        tokio::spawn(async move {
            jump(timeout).await;
            None
        })
    };
    let ended = stage.run(passes).await;
    assert!(matches!(ended.outcome, Err(Error::TimedOut { .. })));
    assert_eq!((ended.code(), ended.opened), (4, 1));
}

#[tokio::test]
async fn a_signal_while_waiting_ends_the_login_and_sends_nothing() {
    for (signal, code) in [
        (Signal::Interrupt, 130),
        (Signal::Terminate, 143),
        (Signal::HangUp, 129),
    ] {
        let stage = stage(None).await;
        let stop = stage.stop.clone();
        let ended = stage
            .run(move |_| {
                stop.send_replace(Some(signal));
                nobody(String::new())
            })
            .await;
        assert_eq!(ended.code(), code);
        assert_eq!(token_requests(&stage.stand_in), []);
    }
}

#[tokio::test]
async fn a_signal_during_the_check_hands_over_what_was_obtained() {
    let stage = stage(Some(Failure::CrmSlow)).await;
    let (stop, stand_in) = (stage.stop.clone(), std::sync::Arc::clone(&stage.stand_in));
    let stopper = tokio::spawn(async move {
        while !stand_in
            .requests()
            .iter()
            .any(|request| request.path.starts_with("/crm/"))
        {
            tokio::task::yield_now().await;
        }
        stop.send_replace(Some(Signal::Interrupt));
    });
    let ended = stage.visited().await;
    bounded(stopper).await.unwrap();
    assert_eq!(ended.code(), 0);
    assert!(ended.output.contains("refresh_token"));
}
