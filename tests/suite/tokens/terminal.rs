//! Tests prompts at a real terminal.

use crate::tokens::source::{Life, SCOPES};
use crate::typist::Typist;
use std::fs;
use zoho_stand_in::DataCenter;

/// Moves to the next item of a list.
const DOWN: &str = "\x1b[B";

/// A person running the program with these arguments at a terminal.
async fn person(life: &Life, more: &[(&str, &str)], arguments: &[&str]) -> Typist {
    let client = life.client();
    let mut variables = life.variables();
    variables.extend(client.iter().map(|(name, value)| (*name, value.as_str())));
    variables.extend(more);
    let mut person = Typist::alone(&variables, arguments);
    person.next("ready").await;
    person.enter("go").await;
    person
}

#[tokio::test]
async fn the_grant_token_is_asked_for_unseen_and_another_data_centre_tried_when_chosen() {
    let life = Life::new().await;
    let [us, eu] = DataCenter::PAIR.map(|center| life.stand_in.accounts_url(center));
    let code = life.stand_in.self_client_code(&SCOPES);
    let domain = life.stand_in.api_domain(DataCenter::Eu);
    let arguments = [
        "exchange",
        "--save",
        "--save-to",
        "file",
        "--trust-accounts-server",
        &eu,
        "--trust-api-domain",
        &domain,
    ];
    let mut person = person(&life, &[("ZOHO_ACCOUNTS_URL", &us)], &arguments).await;
    person.next("(not shown): ").await;
    person.enter(&code).await;
    let seen = person.next("at which accounts server?").await;
    assert!(
        seen.contains("invalid_code") && !seen.contains(&code),
        "{seen}"
    );
    person.enter(DOWN).await;
    person.next("Saved in the file").await;
    assert_eq!(person.end().await, 0);
    assert_eq!(life.requests("authorization_code"), 2);
}

#[tokio::test]
async fn the_marks_of_a_paste_are_not_part_of_a_secret() {
    let life = Life::new().await;
    let code = life.stand_in.self_client_code(&SCOPES);
    let file = life.home.path().join("printed");
    let printed = format!("> {}", file.display());
    let client = life.client();
    let mut variables = life.variables();
    variables.extend(client.iter().map(|(name, value)| (*name, value.as_str())));
    let arguments = format!("exchange --no-verify --format json {printed}");
    let mut person = Typist::start(&arguments, &variables);
    person.next("\x1b[?2004h").await;
    person.until("(not shown): ").await;
    person.press(&format!("\x1b[200~{code}\n\x1b[201~\r")).await;
    // Its API domain is not trusted, which is a separate issue.
    person.until("code=7").await;
    assert!(person.seen.contains("\x1b[?2004l"), "{}", person.seen);
    // Standard output has the credentials and nothing of the prompt.
    let printed = fs::read_to_string(file).unwrap();
    let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert!(printed["refresh_token"].is_string());
}

#[tokio::test]
async fn client_and_secret_are_asked_for_on_the_terminal_alone() {
    let life = Life::new().await;
    let file = life.home.path().join("printed");
    let arguments = format!(
        "login --no-browser --accounts-url http://127.0.0.1:9 --redirect-uri http://localhost:0/ --format text --scope A.b.READ > {}",
        file.display()
    );
    let mut person = Typist::start(&arguments, &life.variables());
    person.next("Client ID").await;
    person.enter("1000.ABCDEFGHIJ0123456789ABCDEFGHIJ").await;
    person.next("Client secret (not shown): ").await;
    person.enter("not-to-be-seen").await;
    person.next("Save client and tokens").await;
    person.enter("").await;
    person.until("code=1").await;
    assert!(!person.seen.contains("not-to-be-seen"), "{}", person.seen);
    assert_eq!(fs::read_to_string(file).unwrap(), "");
}

#[tokio::test]
async fn enter_alone_tries_nothing_more() {
    let life = Life::new().await;
    let [us, eu] = DataCenter::PAIR.map(|center| life.stand_in.accounts_url(center));
    let code = life.stand_in.self_client_code(&SCOPES);
    let arguments = ["exchange", "--trust-accounts-server", &eu];
    let mut person = person(&life, &[("ZOHO_ACCOUNTS_URL", &us)], &arguments).await;
    person.next("(not shown): ").await;
    person.enter(&code).await;
    person.next("at which accounts server?").await;
    person.enter("").await;
    assert_eq!(person.end().await, 5);
    assert_eq!(life.requests("authorization_code"), 1);
}

#[tokio::test]
async fn revoke_takes_only_a_yes() {
    let life = Life::with_profile().await;
    for answer in ["", "n", "No"] {
        let mut person = person(&life, &[], &["revoke"]).await;
        person.next("(y/N) ").await;
        person.enter(answer).await;
        person.next("Nothing was revoked").await;
        assert_eq!(person.end().await, 0);
    }
    assert!(life.revocations() == 0 && life.secrets().is_object());
    let mut person = person(&life, &[], &["revoke"]).await;
    person.next("(y/N) ").await;
    person.enter("nonsense").await;
    person.next("Invalid answer").await;
    assert_eq!(life.revocations(), 0);
    // The answer stays on the line, to be corrected.
    person.press(&"\x7f".repeat(8)).await;
    person.enter("y").await;
    person.next("Revoked").await;
    assert_eq!((person.end().await, life.revocations()), (0, 1));
    assert!(life.secrets().is_null());
}

#[tokio::test]
async fn saving_over_a_live_refresh_token_offers_to_revoke_it() {
    let life = Life::with_profile().await;
    let code = life.stand_in.self_client_code(&SCOPES);
    let arguments = ["exchange", "--save", "--save-to", "file", "--no-verify"];
    let mut person = person(&life, &[], &arguments).await;
    person.next("(not shown): ").await;
    person.enter(&code).await;
    person.next("Revoke it?").await;
    person.enter("yes").await;
    person.next("older refresh token is revoked").await;
    // The API domain of the stand-in was not trusted, which is another matter.
    assert_eq!((person.end().await, life.revocations()), (7, 1));
}

#[tokio::test]
async fn ctrl_c_and_esc_end_at_each_question_with_the_terminal_as_before() {
    let life = Life::with_profile().await;
    let [us, eu] = DataCenter::PAIR.map(|center| life.stand_in.accounts_url(center));
    for key in ["\x03", "\x1b"] {
        let mut asked = person(&life, &[], &["revoke"]).await;
        asked.next("(y/N) ").await;
        asked.press(key).await;
        assert_eq!((asked.end().await, life.revocations()), (130, 0));

        let code = life.stand_in.self_client_code(&SCOPES);
        let variables = [("ZOHO_ACCOUNTS_URL", us.as_str())];
        let arguments = ["exchange", "--trust-accounts-server", &eu];
        let mut asked = Typist::alone(&[], &[]);
        asked.next("ready").await;
        let before = asked.modes();
        drop(asked);
        let mut asked = person(&life, &variables, &arguments).await;
        asked.next("(not shown): ").await;
        asked.enter(&code).await;
        asked.next("at which accounts server?").await;
        assert_ne!(asked.modes(), before);
        asked.press(key).await;
        assert_eq!(asked.end().await, 130);
        assert_eq!(asked.modes(), before);
    }
}
