//! The questions of `login` at a terminal, from nothing to credentials.

use crate::hostile::port::free_port;
use crate::rehearsed::bounded;
use crate::tokens::source::Life;
use crate::typist::Typist;
use secrecy::ExposeSecret;
use std::fs;
use std::net::TcpListener;
use zoho_stand_in::{DataCenter, visitor};

const ID: &str = "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ";
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789";

/// The next line of a list.
const DOWN: &str = "\x1b[B";

/// No name of Zoho's is looked up.
const NOWHERE: (&str, &str) = ("HTTPS_PROXY", "http://127.0.0.1:9");

/// Marks and questions stand beside each other.
const PLAIN: (&str, &str) = ("NO_COLOR", "1");

/// A person without a client, at a login whose Zoho is the stand-in.
async fn newcomer(life: &Life, more: &[&str]) -> Typist {
    let [us, eu] =
        [DataCenter::Us, DataCenter::Eu].map(|center| life.stand_in.accounts_url(center));
    let domain = life.stand_in.api_domain(DataCenter::Eu);
    let arguments = [
        "login",
        "--no-browser",
        "--redirect-uri",
        "http://localhost:0/callback",
        "--accounts-url",
        &us,
        "--trust-accounts-server",
        &eu,
        "--trust-api-domain",
        &domain,
    ];
    started(life, &[], &[&arguments[..], more].concat()).await
}

async fn started(life: &Life, more: &[(&str, &str)], arguments: &[&str]) -> Typist {
    let variables = [&life.variables()[..], &[PLAIN], more].concat();
    let mut person = Typist::alone(&variables, arguments);
    person.next("ready").await;
    person.enter("go").await;
    person
}

/// Answers the first questions, and registers what the form shows.
async fn register(life: &Life, person: &mut Typist) {
    person.until("Client ID:").await;
    let shown = person.address("http://localhost:");
    life.stand_in.register_redirect_uri(&shown);
    person.enter(&life.stand_in.client_id()).await;
    person.next("Client secret (not shown): ").await;
    let secret = life.stand_in.client_secret();
    person.enter(secret.expose_secret()).await;
}

#[tokio::test]
async fn from_nothing_to_saved_credentials() {
    let life = Life::new().await;
    let mut person = newcomer(&life, &[]).await;
    let before = person.next("Prefer a page?").await;
    assert!(!before.contains('?'), "{before}");
    person.next("zoho-grant setup").await;
    person.until("Client ID:").await;
    let form = anstream::adapter::strip_str(&person.seen).to_string();
    for shown in [
        "Server-based Applications",
        "Homepage URL",
        "Authorized Redirect URIs  http://localhost:",
    ] {
        assert!(form.contains(shown), "{shown}: {form}");
    }
    register(&life, &mut person).await;
    person.next("What will read your CRM?").await;
    person.enter(&DOWN.repeat(2)).await;
    person.next("[x] ZohoCRM.settings.fields.READ").await;
    person.enter("COQL ").await;
    let asked = person.next("Save client and tokens").await;
    for scope in ["ZohoCRM.org.READ  ", "ZohoCRM.coql.READ  View COQL queries"] {
        assert!(asked.contains(scope), "{scope}: {asked}");
    }
    person.enter("y").await;
    person.next("profiles.json").await;
    person.enter("y").await;
    person.until("Waiting for Zoho").await;
    let address = person.address("/oauth/v2/auth?");
    bounded(visitor::consent(&address)).await.unwrap();
    let code = person.end().await;
    assert_eq!(code, 0, "{}", person.seen);
    let kept = life.secrets()["refresh_token"].as_str().unwrap().to_owned();
    let file = life.profiles().display().to_string();
    assert!(person.seen.contains(&format!("Saved in the file {file}")));
    assert!(!person.seen.contains(&kept) && person.seen.contains("••••••••"));
    let text = fs::read_to_string(life.profiles()).unwrap();
    assert!(text.contains("ZohoCRM.settings.fields.READ") && text.contains("ZohoCRM.coql.READ"));
}

#[tokio::test]
async fn what_cannot_be_right_is_asked_again_with_the_reason() {
    let life = Life::new().await;
    let mut person = newcomer(&life, &["--scope", "ZohoCRM.org.READ", "--format", "json"]).await;
    for (typed, why) in [
        ("", "This is not a client ID: it is empty."),
        ("1000.A B", "it holds a space"),
        (SECRET, "This looks like the client secret."),
    ] {
        person.next("? Client ID: ").await;
        person.enter(typed).await;
        person.next(why).await;
    }
    person.next("? Client ID: ").await;
    person.enter("1000.short").await;
    person.next("Is it complete?").await;
    person.next("(y/N) ").await;
    person.enter("").await;
    person.next("? Client ID: ").await;
    person.enter("1000.short").await;
    person.next("(y/N) ").await;
    person.enter("y").await;
    for (typed, why) in [
        ("", "This is not a client secret: it is empty."),
        ("two words", "it holds a space"),
        (ID, "This is a client ID."),
    ] {
        person.next("Client secret (not shown): ").await;
        person.enter(typed).await;
        person.next(why).await;
    }
    person.next("Client secret (not shown): ").await;
    person.enter(SECRET).await;
    // Format and scopes were given.
    let seen = person.next("Save client and tokens").await;
    assert!(!seen.contains("What will read") && !seen.contains("Scopes:"));
    person.enter("").await;
    person.until("client_id=1000.short").await;
    // What was confirmed is not questioned again.
    assert!(!person.seen.contains("warning"), "{}", person.seen);
    person.press("\x03").await;
    assert_eq!(person.end().await, 130);
}

#[tokio::test]
async fn at_least_one_scope_is_asked_for() {
    let life = Life::new().await;
    let mut person = newcomer(&life, &["--for", "other", "--save"]).await;
    register(&life, &mut person).await;
    person.next("? Scopes:").await;
    // The left arrow takes them all away.
    person.press("\x1b[D").await;
    person.enter("").await;
    person.next("Select at least one scope.").await;
    person.press("\x03").await;
    assert_eq!(person.end().await, 130);
}

#[tokio::test]
async fn only_what_is_missing_is_asked_for() {
    let life = Life::new().await;
    let server = life.stand_in.accounts_url(DataCenter::Us);
    for (variable, question, answer) in [
        (
            ("ZOHO_CLIENT_ID", ID),
            "Client secret (not shown): ",
            SECRET,
        ),
        (("ZOHO_CLIENT_SECRET", SECRET), "? Client ID: ", ID),
    ] {
        let arguments = [
            "login",
            "--no-browser",
            "--accounts-url",
            &server,
            "--redirect-uri",
            "http://localhost:0/callback",
        ];
        let mut person = started(&life, &[variable], &arguments).await;
        let mut seen = person.next(question).await;
        person.enter(answer).await;
        seen += &person.next("Waiting for Zoho").await;
        for other in [
            "Prefer a page?",
            "Add Client",
            "What will read",
            "Save client",
        ] {
            assert!(!seen.contains(other), "{other}: {seen}");
        }
        person.press("\x03").await;
        assert_eq!(person.end().await, 130);
    }
}

#[tokio::test]
async fn the_data_center_is_chosen_or_told_by_the_address_of_the_crm() {
    let life = Life::new().await;
    let redirect_uri = format!("http://localhost:{}/callback", free_port());
    let arguments = ["login", "--redirect-uri", &redirect_uri];
    for (keys, console) in [
        (DOWN.repeat(2), "https://api-console.zoho.in"),
        ("austr".to_owned(), "https://api-console.zoho.com.au"),
        (
            "\x1b[200~https://crm.zoho.eu/crm/org20/tab/Home\x1b[201~".to_owned(),
            "https://api-console.zoho.eu",
        ),
    ] {
        let mut person = started(&life, &[NOWHERE], &arguments).await;
        person.next("Singapore").await;
        person.enter(&keys).await;
        person.next("Add Client").await;
        person.until("Client ID:").await;
        person.next(console).await;
        person.press("\x03").await;
        assert_eq!(person.end().await, 130);
    }
    // Told, it is not asked for.
    let told = [&arguments[..], &["--dc", "jp"]].concat();
    let mut person = started(&life, &[NOWHERE], &told).await;
    let seen = person.next("https://api-console.zoho.jp").await;
    assert!(!seen.contains("Data center"), "{seen}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_before_anything_is_registered() {
    let life = Life::new().await;
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let uri = format!("http://localhost:{port}/callback");
    let arguments = ["login", "--dc", "eu", "--redirect-uri", &uri];
    let mut person = started(&life, &[NOWHERE], &arguments).await;
    assert_eq!(person.end().await, 6);
    assert!(!person.seen.contains("Add Client"), "{}", person.seen);
}

#[tokio::test]
async fn ctrl_c_ends_at_each_question_with_the_terminal_as_before() {
    let life = Life::new().await;
    let redirect_uri = format!("http://localhost:{}/callback", free_port());
    let arguments = ["login", "--redirect-uri", &redirect_uri];
    let questions = [
        ("Data center", "eu"),
        ("Client ID:", ID),
        ("Client secret", SECRET),
        ("What will read your CRM?", ""),
        ("Scopes:", ""),
        ("Save client and tokens", "y"),
        ("Save them in that file?", "y"),
    ];
    for last in 0..questions.len() {
        let variables = [&life.variables()[..], &[PLAIN, NOWHERE]].concat();
        let mut person = Typist::alone(&variables, &arguments);
        person.next("ready").await;
        let before = person.modes();
        person.enter("go").await;
        for (question, answer) in &questions[..last] {
            person.next(&format!("? {question}")).await;
            person.enter(answer).await;
        }
        person.next(&format!("? {}", questions[last].0)).await;
        assert_ne!(person.modes(), before);
        person.press("\x03").await;
        assert_eq!(person.end().await, 130, "{}", questions[last].0);
        assert_eq!(person.modes(), before, "{}", questions[last].0);
    }
    assert!(!life.profiles().exists() || life.run(&["profiles"]).await.stdout.is_empty());
}
