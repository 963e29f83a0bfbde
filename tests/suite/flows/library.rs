//! Tests the other flows in the library: pasting, another device, a self client.

use crate::rehearsed::{Ended, Stage, bounded, nobody};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use tokio::sync::mpsc;
use zoho_grant::context::Signal;
use zoho_grant::error::Error;
use zoho_grant::event::Event;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::zoho::trust::AccountsServer;
use zoho_stand_in::failure::Failure;
use zoho_stand_in::{DataCenter, Rehearsal, visitor};

const PACE: Duration = Duration::from_millis(50);

async fn stage(failure: Option<Failure>) -> Stage {
    Stage::new(Rehearsal {
        failure,
        interval: PACE,
        ..Rehearsal::default()
    })
    .await
}

/// A login that does not listen and receives these pasted texts; `%` stands for the genuine address.
async fn pasting(stage: &mut Stage, texts: &'static [&'static str]) -> Ended {
    let landing = format!("{}/landing", stage.stand_in.accounts_url(DataCenter::Us));
    stage.redirect_uri = RedirectUri::elsewhere(&landing).unwrap();
    let (sender, pasted) = mpsc::channel(9);
    let on = move |event: &Event| {
        if let Event::Ready { address, .. } = event {
            tokio::spawn(paste(address.clone(), texts, sender.clone()));
        }
    };
    stage.run_with(nobody, pasted, on).await
}

async fn paste(address: SecretString, texts: &[&str], pasted: mpsc::Sender<SecretString>) {
    let visit = bounded(visitor::consent(address.expose_secret()))
        .await
        .unwrap();
    for text in texts {
        let text = text.replace('%', visit.address.expose_secret());
        pasted.send(text.into()).await.unwrap();
    }
}

fn paths(stage: &Stage) -> Vec<String> {
    let requests = stage.stand_in.requests().into_iter();
    let posts = requests.filter(|request| request.path.starts_with("/oauth/v"));
    posts
        .filter(|request| request.method == "POST")
        .map(|request| format!("{} {}", request.data_center.code(), request.path))
        .collect()
}

#[tokio::test]
async fn a_pasted_address_is_worth_a_callback() {
    let mut stage = stage(None).await;
    let ended = pasting(&mut stage, &["%"]).await;
    assert_eq!(ended.code(), 0);
    assert_eq!(ended.opened, 0, "the state would stand on a command line");
    assert_eq!(ended.login().credentials.data_center.unwrap().code, "eu");
    assert_eq!(paths(&stage), ["eu /oauth/v2/token"]);
}

#[tokio::test]
async fn the_address_of_another_login_is_refused_without_an_exchange() {
    let mut stage = stage(None).await;
    let texts = &[
        "?code=1000.foreign&state=another",
        "<html>",
        "hello",
        "https://evil.example/%",
        "%",
    ];
    let ended = pasting(&mut stage, texts).await;
    assert_eq!(ended.code(), 0);
    assert_eq!(paths(&stage), ["eu /oauth/v2/token"]);
    let refused = ended.told.iter().filter(|name| *name == "NotTaken");
    assert_eq!(refused.count(), 4);
}

#[tokio::test]
async fn a_pasted_refusal_and_a_look_alike_server_end_the_login() {
    for (failure, code) in [(Failure::Refused, 3), (Failure::ForeignAccountsServer, 7)] {
        let mut stage = stage(Some(failure)).await;
        assert_eq!(pasting(&mut stage, &["%"]).await.code(), code);
        assert!(paths(&stage).is_empty());
    }
}

#[tokio::test]
async fn the_browser_wins_over_nonsense_and_gets_its_page() {
    let stage = stage(None).await;
    let (sender, pasted) = mpsc::channel(9);
    sender.try_send("nonsense".into()).unwrap();
    let browser =
        |address: String| tokio::spawn(async move { visitor::consent(&address).await.ok() });
    let ended = stage.run_with(browser, pasted, |_| {}).await;
    assert_eq!(ended.code(), 0);
    assert!(
        ended
            .visit
            .unwrap()
            .page
            .contains("Connected to <bdi>Rehearsal Company")
    );
}

#[tokio::test]
async fn a_device_gets_its_tokens_at_the_persons_data_center() {
    let stage = stage(None).await;
    let ended = stage.device().await;
    assert_eq!(ended.code(), 0, "{:?}", ended.outcome);
    let credentials = &ended.login().credentials;
    assert_eq!(credentials.data_center.unwrap().code, "eu");
    assert!(credentials.refresh_token.is_some() && credentials.user().is_some());
    let polls = paths(&stage);
    assert_eq!(polls[0], "us /oauth/v3/device/code");
    assert_eq!(polls.last().unwrap(), "eu /oauth/v3/device/token");
    assert!(ended.told.contains(&"MovedTo".to_owned()));
    assert!(
        ended
            .output
            .contains(credentials.access_token.as_ref().unwrap().expose_secret())
    );
}

#[tokio::test]
async fn each_end_of_a_device_has_its_code() {
    for (failure, code, words) in [
        (
            Failure::DeviceExpired,
            4,
            "was not entered and accepted in time",
        ),
        (Failure::Refused, 3, "declined at Zoho"),
        (Failure::SlowDown, 0, ""),
        (Failure::ForeignLocation, 7, "unknown data center: zz"),
        (
            Failure::InvalidClient,
            5,
            "for this device (invalid_client)",
        ),
        (Failure::Throttled, 5, "too many requests"),
        (Failure::Html, 5, "a web page instead of JSON"),
        (Failure::Closed, 1, "for this device: http"),
        (Failure::NoRefreshToken, 5, "no refresh token"),
    ] {
        let stage = stage(Some(failure)).await;
        let ended = stage.device().await;
        assert_eq!(ended.code(), code, "{failure}: {:?}", ended.outcome);
        let said = ended.words().concat().concat();
        assert!(said.contains(words), "{failure}: {said}");
    }
}

#[tokio::test]
async fn no_poll_comes_faster_than_zoho_says() {
    let stage = Stage::new(Rehearsal {
        failure: Some(Failure::DeviceExpired),
        interval: Duration::from_millis(300),
        ..Rehearsal::default()
    })
    .await;
    let began = std::time::Instant::now();
    assert_eq!(stage.device().await.code(), 4);
    // Three polls, each after its interval.
    assert!(began.elapsed() >= Duration::from_millis(900));
    assert_eq!(paths(&stage).len(), 4);
}

#[tokio::test]
async fn a_device_stops_at_once_and_after_its_time() {
    let mut patient = Stage::new(Rehearsal::default()).await;
    patient.stop.send_replace(Some(Signal::Interrupt));
    assert_eq!(patient.device().await.code(), 130);
    patient.stop.send_replace(None);
    patient.settings.timeout = Duration::from_millis(20);
    let ended = patient.device().await;
    assert!(matches!(ended.outcome, Err(Error::CodeExpired)));
}

#[tokio::test]
async fn a_self_client_sends_no_redirect_uri() {
    let mut stage = stage(None).await;
    let home = stage.stand_in.accounts_url(DataCenter::Eu);
    stage.settings.home = AccountsServer::given(&home).unwrap();
    let code = stage.stand_in.self_client_code(&["ZohoCRM.org.READ"]);
    let ended = stage.exchange(&code.into()).await;
    assert_eq!(ended.code(), 0);
    assert_eq!(
        ended
            .login()
            .credentials
            .scopes
            .as_ref()
            .unwrap()
            .joined(","),
        "ZohoCRM.org.READ"
    );
    let request = stage
        .stand_in
        .requests()
        .into_iter()
        .find(|request| request.has("code"));
    let request = request.unwrap();
    assert!(!request.has("redirect_uri") && !request.has("code_verifier"));
    let again = stage.exchange(&"1000.wrong.code".to_owned().into()).await;
    assert_eq!(again.code(), 5);
    let said = again.words().concat().concat();
    assert!(
        said.contains("invalid_code") && said.contains("--dc set to that console's data center"),
        "{said}"
    );
}
