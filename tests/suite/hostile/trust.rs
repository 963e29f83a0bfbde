//! Row 8: servers that only look like Zoho's.

use super::login::{Login, codes, stand_in};
use super::wire::ask;
use zoho_stand_in::failure::Failure;
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

/// Disguises another server as the good one.
type Disguise = fn(&str) -> String;

const LOOK_ALIKES: [Disguise; 14] = [
    |_| "https://accounts.zoho.com.evil.example".to_owned(),
    |_| "https://accounts.zoho.com@evil.example".to_owned(),
    // Even Zoho's own server is not trusted in a login that begins on this machine.
    |_| "https://accounts.zoho.com".to_owned(),
    |good| good.replace("127.0.0.1", "127.0.0.1."),
    |good| good.replace("127.0.0.1", "127.0.0.1.evil.example"),
    |good| good.replace("127.0.0.1:", "127.0.0.1@evil.example:"),
    |good| good.replace("127.0.0.1", "127.1"),
    |good| good.replace("http:", "HTTP:"),
    |good| good.replace("http:", "https:"),
    |good| format!("{good}/"),
    |good| format!("{good} "),
    |good| format!("{good}1"),
    |good| good.replace("127.0.0.1", "127.0.0.%31"),
    |_| "http://xn--127-0-0-1.evil.example".to_owned(),
];

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn row_08_a_look_alike_gets_nothing_and_ends_in_exit_7() {
    let zoho = stand_in().await;
    for disguise in LOOK_ALIKES {
        let login = Login::start(&zoho, &[]).await;
        let named = disguise(&zoho.accounts_url(DataCenter::Eu));
        let (state, server) = (login.state(), encoded(&named));
        let forged = format!("/callback?code=1000.forged&accounts-server={server}");
        // Without the state it has no effect.
        assert_eq!(login.refused(&forged).await.status(), "400", "{named}");
        let answer = login.get(&format!("{forged}&state={state}"), "").await;
        let page = login.get(answer.header("location").unwrap(), "").await;
        assert!(page.body().contains("not trusted"), "{}", page.body());
        let stderr = login.ends_with(7).await;
        assert!(stderr.contains("Nothing was sent anywhere"), "{stderr}");
        assert!(codes(&zoho).is_empty(), "{named}");
    }
}

#[tokio::test]
async fn row_08_an_accounts_server_given_twice_has_no_effect() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let (state, good) = (login.state(), encoded(&zoho.accounts_url(DataCenter::Eu)));
    for pair in [
        format!("accounts-server={good}&accounts-server=https%3A%2F%2Fevil.example"),
        format!("accounts-server={good}&accounts%2Dserver={good}"),
        "location=eu&location=us".to_owned(),
    ] {
        let target = format!("/callback?code=1000.forged&{pair}&state={state}");
        assert_eq!(login.refused(&target).await.status(), "400", "{pair}");
    }
    login.assert_alive(&zoho).await;
}

#[tokio::test]
async fn row_08_a_callback_that_contradicts_itself_ends_in_exit_7() {
    for failure in [Failure::LocationMismatch, Failure::ForeignAccountsServer] {
        let zoho = StandIn::start(Rehearsal {
            failure: Some(failure),
            ..Rehearsal::default()
        });
        let zoho = zoho.await.unwrap();
        let trusted = ["--trust-accounts-server", "https://accounts.zoho.eu"];
        let login = Login::start(&zoho, &trusted).await;
        let callback = login.consent().await;
        let answer = ask(&callback.url, "GET", "").await;
        login.get(answer.header("location").unwrap(), "").await;
        login.ends_with(7).await;
        assert!(codes(&zoho).is_empty(), "{failure}");
    }
}
