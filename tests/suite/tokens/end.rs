//! Tests `check` and `revoke`: whether tokens work, who owns them, and their revocation.

use crate::hostile::zoho::{Hostile, Reply, ok};
use crate::tokens::source::Life;
use serde_json::Value;
use std::fs;
use zoho_stand_in::DataCenter;

#[tokio::test]
async fn check_tells_whose_they_are_and_which_scopes_answer() {
    let life = Life::with_profile().await;
    let domain = life.stand_in.api_domain(DataCenter::Eu);
    let options = ["--trust-api-domain", domain.as_str()];
    let ended = life.run(&[&["check"], &options[..]].concat()).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for line in [
        "Alive         yes",
        "Organization  Rehearsal Company",
        "Person        Rehearsal User  rehearsal@example.com",
        "Access token  expires in 60 minutes",
        "Scope         ZohoCRM.org.READ  responds",
        "Scope         ZohoCRM.modules.READ  not checked",
    ] {
        assert!(ended.stdout.contains(line), "{line}:\n{}", ended.stdout);
    }
    let ended = life
        .run(&[&["check", "--json"], &options[..]].concat())
        .await;
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(found["alive"], true);
    assert_eq!(found["user"]["email"], "rehearsal@example.com");
    assert_eq!(found["scopes"][0]["answers"], true);
    assert_eq!(found["scopes"][2].get("answers"), None);
    assert!(
        !ended
            .stdout
            .contains(life.secrets()["access_token"].as_str().unwrap())
    );
}

#[tokio::test]
async fn check_never_sends_the_token_to_a_domain_that_is_not_trusted() {
    let life = Life::with_profile().await;
    let before = life.stand_in.requests().len();
    let kept = fs::read_to_string(life.profiles()).unwrap();
    let forgotten = kept.replace("trust_api_domains", "trusted_once");
    assert_ne!(kept, forgotten);
    fs::write(life.profiles(), forgotten).unwrap();
    let ended = life.run(&["check"]).await;
    assert_eq!(ended.code, Some(7), "{}", ended.stderr);
    assert!(ended.stderr.contains("--trust-api-domain"));
    assert!(!ended.stderr.contains("revoke"), "{}", ended.stderr);
    let ended = life.run(&["check", "--json"]).await;
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((ended.code, &found["alive"]), (Some(7), &Value::Null));
    assert!(found["why"].as_str().unwrap().contains("is not sent to"));
    assert_eq!(life.stand_in.requests().len(), before);
}

#[tokio::test]
async fn row_39_a_domain_that_was_trusted_when_it_was_saved_is_remembered() {
    let life = Life::with_profile().await;
    let ended = life.run(&["check"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("Rehearsal Company"));
}

#[tokio::test]
async fn check_refreshes_an_access_token_that_was_pushed_out() {
    let life = Life::with_profile().await;
    let domain = life.stand_in.api_domain(DataCenter::Eu);
    life.change("access_token", "1000.a.pushed-out");
    let ended = life.run(&["check", "--trust-api-domain", &domain]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(life.requests("refresh_token"), 1);
    assert_ne!(life.secrets()["access_token"], "1000.a.pushed-out");
}

#[tokio::test]
async fn revoke_needs_a_yes_kills_at_the_persons_data_centre_and_forgets() {
    let life = Life::with_profile().await;
    let ended = life.run(&["revoke"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("--yes") && life.revocations() == 0);

    let ended = life.run(&["revoke", "--yes"]).await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), ""),
        "{}",
        ended.stderr
    );
    let requests = life.stand_in.requests();
    let request = requests.last().unwrap();
    assert_eq!(
        (request.data_center, request.path.as_str()),
        (DataCenter::Eu, "/oauth/v2/token/revoke")
    );
    assert!(life.secrets().is_null(), "it is still kept");
    let ended = life.run(&["revoke", "--yes"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("there is no profile default"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn revoke_takes_the_tokens_out_of_a_file_and_a_second_try_says_so() {
    let life = Life::new().await;
    let file = life.home.path().join(".env");
    let path = file.to_str().unwrap();
    life.exchange(&["--format", "dotenv", "--output", path])
        .await;
    let before = fs::read_to_string(&file).unwrap();
    let ended = life.run(&["revoke", "--yes", "--env-file", path]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let after = fs::read_to_string(&file).unwrap();
    assert!(
        !after.contains("TOKEN") && after.contains("ZOHO_CLIENT_SECRET="),
        "{after}"
    );
    let ended = life.run(&["revoke", "--yes", "--env-file", path]).await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("There is nothing to revoke"));

    fs::write(&file, before).unwrap();
    let ended = life.run(&["revoke", "--yes", "--env-file", path]).await;
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains("dead already"), "{}", ended.stderr);
}

fn with_status(status: &str, body: &str) -> Reply {
    let ok = String::from_utf8(ok(body)).unwrap();
    Reply::Bytes(ok.replace("200 OK", status).into_bytes())
}

#[tokio::test]
async fn a_dead_token_is_told_by_each_of_its_codes() {
    for (code, dead) in [
        ("INVALID_TOKEN", true),
        ("INVALID_OAUTHTOKEN", true),
        ("AUTHENTICATION_FAILURE", true),
        ("INTERNAL_ERROR", false),
    ] {
        let body = format!(r#"{{"code":"{code}","status":"error"}}"#);
        let zoho = Hostile::start(move |request| {
            let crm = request.starts_with("GET /crm");
            crm.then(|| with_status("401 Unauthorized", &body))
        });
        let zoho = zoho.await;
        let ended = Life::at(&zoho).await.run(&["check"]).await;
        // The refresh token decides; the fresh access token is refused, too.
        assert_eq!(zoho.count("POST /oauth/v2/token"), usize::from(dead));
        assert_eq!(
            ended.code,
            Some(if dead { 5 } else { 0 }),
            "{code}: {}",
            ended.stderr
        );
        assert_eq!(
            ended.stderr.contains(&format!("access token ({code})")),
            dead,
            "{}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn scopes_are_not_compared_by_case_and_all_is_reading_too() {
    let life = Life::with_profile().await;
    let text = fs::read_to_string(life.profiles()).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    document["profiles"]["default"]["scope"] = "zohocrm.ORG.read ZohoCRM.Users.all".into();
    fs::write(life.profiles(), document.to_string()).unwrap();
    let ended = life.run(&["check"]).await;
    for line in ["zohocrm.ORG.read  responds", "ZohoCRM.Users.all  responds"] {
        assert!(ended.stdout.contains(line), "{line}:\n{}", ended.stdout);
    }
    // At login both requests are made, and a scope's case causes no warning.
    let zoho = Hostile::start(|_| None).await;
    let options = ["--scope", "zohocrm.org.read,ZohoCRM.users.ALL"];
    let whole = zoho.whole(&options).await;
    assert!(!whole.stderr.contains("not granted"), "{}", whole.stderr);
    assert!(!whole.stderr.contains("The scope"), "{}", whole.stderr);
    assert_eq!(zoho.count("GET /crm"), 2);
}

#[tokio::test]
async fn revoking_what_is_dead_already_forgets_it_and_a_throttle_does_not() {
    for (status, body, gone) in [
        ("400 Bad Request", r#"{"error":"invalid_token"}"#, true),
        ("400 Bad Request", "", true),
        ("400 Bad Request", r#"{"status":"failure"}"#, true),
        (
            "400 Bad Request",
            r#"{"error":"Access Denied","status":"failure"}"#,
            false,
        ),
        ("400 Bad Request", "<html>", false),
        ("502 Bad Gateway", "<html>", false),
        ("200 OK", r#"{"status":"failure"}"#, false),
    ] {
        let zoho = Hostile::start(move |request| {
            (request == "POST /oauth/v2/token/revoke").then(|| with_status(status, body))
        });
        let zoho = zoho.await;
        let life = Life::at(&zoho).await;
        let ended = life.run(&["revoke", "--yes"]).await;
        assert_eq!(
            ended.code,
            Some(if gone { 0 } else { 5 }),
            "{body}: {}",
            ended.stderr
        );
        let listed = life.run(&["profiles"]).await.stdout;
        assert_eq!(listed.contains("default"), !gone, "{body}");
    }
}
