//! What programs are told: `--json` of tokens, look-ups and lists, and variables under other names.

use crate::hostile::zoho::{Hostile, Reply, ok};
use crate::program::{Ended, Program};
use crate::tokens::source::Life;
use serde_json::{Value, json};
use std::fs;

const PAST: &str = "2020-01-01T00:00:00Z";

fn found(ended: &Ended) -> Value {
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    serde_json::from_str(&ended.stdout).unwrap()
}

#[tokio::test]
async fn a_token_and_a_header_come_with_their_end() {
    let life = Life::with_profile().await;
    let (token, end) = (
        life.secrets()["access_token"].clone(),
        life.secrets()["expires_at"].clone(),
    );
    let printed = found(&life.run(&["token", "--json"]).await);
    assert_eq!(printed, json!({ "access_token": token, "expires_at": end }));
    let printed = found(&life.run(&["header", "--json"]).await);
    let header = format!("Zoho-oauthtoken {}", token.as_str().unwrap());
    assert_eq!(
        printed,
        json!({ "authorization": header, "expires_at": end })
    );

    life.change("expires_at", PAST);
    let printed = found(&life.run(&["token", "--json"]).await);
    assert_eq!(printed["access_token"], life.secrets()["access_token"]);
    assert_eq!(printed["expires_at"], life.secrets()["expires_at"]);
    assert_ne!(printed["access_token"], token);
}

#[tokio::test]
async fn a_dead_token_prints_nothing() {
    let life = Life::with_profile().await;
    life.change("expires_at", PAST);
    life.change("refresh_token", "1000.dead.dead");
    let ended = life.run(&["token", "--json"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(5), ""));
}

#[tokio::test]
async fn a_name_that_would_control_a_terminal_is_escaped() {
    let name = "Firm\u{9b}2J\u{202e}";
    let zoho = Hostile::start(move |request| {
        let answer = json!({ "org": [{ "company_name": name, "zgid": "1" }] });
        (request == "GET /crm/v8/org").then(|| Reply::Bytes(ok(answer.to_string())))
    })
    .await;
    let life = Life::at(&zoho).await;
    let ended = life.run(&["check", "--json"]).await;
    assert_eq!(found(&ended)["organization"]["name"], name);
    assert!(ended.stdout.is_ascii(), "{:?}", ended.stdout);
}

#[tokio::test]
async fn look_ups_are_lists() {
    let scopes = found(&Program::start(&["scopes", "--json", "coql"]).wait().await);
    assert_eq!(scopes[0]["scope"], "ZohoCRM.coql.READ");
    assert!(scopes[0]["description"].is_string() && scopes[0]["evidence"].is_string());
    let ended = Program::start(&["scopes", "--json", "nothing-of-the-kind"])
        .wait()
        .await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "[]\n"));
    let centers = found(&Program::start(&["datacenters", "--json"]).wait().await);
    let centers = centers.as_array().unwrap();
    assert_eq!(centers.len(), 11);
    let canada = centers
        .iter()
        .find(|center| center["code"] == "ca")
        .unwrap();
    assert_eq!(canada["accounts_url"], "https://accounts.zohocloud.ca");
    assert_eq!(canada["tld"], "ca");
    let singapore = centers
        .iter()
        .find(|center| center["code"] == "sg")
        .unwrap();
    assert_eq!(singapore.get("api_console"), None);
}

#[tokio::test]
async fn profiles_are_listed_without_secrets() {
    let life = Life::with_profile().await;
    let ended = life.run(&["profiles", "--json"]).await;
    let listed = found(&ended);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let profile = &listed[0];
    assert_eq!(profile["profile"], "default");
    assert_eq!(profile["kept"], "file");
    assert_eq!(profile["client_id"], life.stand_in.client_id());
    assert_eq!(profile["organization"]["name"], "Rehearsal Company");
    assert_eq!(profile["user"]["email"], "rehearsal@example.com");
    let secrets = life.secrets();
    for (name, secret) in secrets.as_object().unwrap() {
        assert!(!ended.stdout.contains(secret.as_str().unwrap()), "{name}");
    }
    let empty = Life::new().await;
    assert_eq!(found(&empty.run(&["profiles", "--json"]).await), json!([]));
}

/// A file that `--format dotenv --env-prefix` wrote is read, refreshed and exported under the same names.
#[tokio::test]
async fn a_prefix_is_read_as_it_is_written() {
    let life = Life::new().await;
    let file = life.home.path().join("crm.env");
    let path = file.to_str().unwrap();
    let options = [
        "--format",
        "dotenv",
        "--output",
        path,
        "--env-prefix",
        "CRM_",
    ];
    let ended = life.exchange(&options).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.contains("CRM_REFRESH_TOKEN=") && !written.contains("ZOHO_"));

    let ended = life.run(&["token", "--env-file", path]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let prefixed = ["--env-file", path, "--env-prefix", "CRM_"];
    let ended = life
        .run(&[&["token", "--refresh"], &prefixed[..]].concat())
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let now = fs::read_to_string(&file).unwrap();
    let kept = format!("CRM_ACCESS_TOKEN={}", ended.stdout.trim_end());
    assert!(now.lines().any(|line| line == kept), "it was not put back");
    assert!(!now.contains("ZOHO_") && now.lines().count() == written.lines().count());

    let ended = life
        .run(&[&["export", "--format", "dotenv"], &prefixed[..]].concat())
        .await;
    assert_eq!((ended.code, ended.stdout), (Some(0), now.clone()));

    let broken = now.replace("CRM_CLIENT_SECRET=", "CRM_OTHER=");
    fs::write(&file, broken).unwrap();
    let ended = life.run(&[&["check"], &prefixed[..]].concat()).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("CRM_CLIENT_SECRET is missing"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn a_prefix_for_what_is_written_leaves_the_usual_names_to_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zoho.env");
    let text = "ZOHO_CLIENT_ID=1000.A\nZOHO_CLIENT_SECRET=examplesecret\nZOHO_REFRESH_TOKEN=1000.r.r\nZOHO_DC=eu\n";
    fs::write(&file, text).unwrap();
    let options = [
        "export",
        "--env-file",
        file.to_str().unwrap(),
        "--format",
        "dotenv",
        "--env-prefix",
        "CRM_",
    ];
    let ended = Program::start(&options).wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stdout.starts_with("CRM_CLIENT_ID=1000.A\n"),
        "{}",
        ended.stdout
    );
}

#[tokio::test]
async fn a_token_url_among_the_variables_is_an_accounts_url() {
    let life = Life::new().await;
    let ended = life.exchange(&["--format", "dotenv"]).await;
    let is_url = |line: &&str| line.starts_with("ZOHO_ACCOUNTS_URL=");
    let url = ended.stdout.lines().find(is_url).unwrap();
    let text = ended.stdout.replace(url, &format!("{url}/oauth/v2/token"));
    let file = life.home.path().join("zoho.env");
    fs::write(&file, text).unwrap();
    let arguments = ["token", "--refresh", "--env-file", file.to_str().unwrap()];
    let ended = life.run(&arguments).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(life.requests("refresh_token"), 1);
}
