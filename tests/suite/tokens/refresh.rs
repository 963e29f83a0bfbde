//! Tests that a live token is available at any time after the login: refreshed once, and saved where it came from.

use crate::needs::missing;
use crate::program::{Ended, Program, command, through};
use crate::tokens::source::{Life, SCOPES};
use serde_json::Value;
use std::fs;
use std::time::{Duration, SystemTime};
use zoho_stand_in::DataCenter;

const PAST: &str = "2020-01-01T00:00:00Z";

async fn eight(life: &Life, arguments: &[&str]) -> Vec<Ended> {
    life.at_once(8, &[], arguments).await
}

#[tokio::test]
async fn a_live_token_is_printed_without_a_request() {
    let life = Life::with_profile().await;
    let before = life.stand_in.requests().len();
    let token = life.secrets()["access_token"].as_str().unwrap().to_owned();
    for verbosity in ["-q", "-v", "-vvv"] {
        let ended = life.run(&["token", verbosity]).await;
        assert_eq!((ended.code, ended.stdout), (Some(0), format!("{token}\n")));
        assert_eq!(ended.stderr, "");
    }
    let ended = life.run(&["header"]).await;
    assert_eq!(
        ended.stdout,
        format!("Authorization: Zoho-oauthtoken {token}\n")
    );
    assert_eq!(life.stand_in.requests().len(), before);
}

#[tokio::test]
async fn eight_processes_refresh_a_profile_once_and_all_print_what_it_keeps() {
    let life = Life::with_profile().await;
    let old = life.secrets()["access_token"].clone();
    life.change("expires_at", PAST);
    let ended = eight(&life, &["token"]).await;
    let kept = life.secrets()["access_token"].clone();
    assert_ne!(kept, old);
    for ended in ended {
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(ended.stdout.trim_end(), kept);
    }
    assert_eq!(life.requests("refresh_token"), 1);
}

#[tokio::test]
async fn eight_processes_refresh_a_file_once_and_change_only_its_tokens() {
    let life = Life::new().await;
    let file = life.home.path().join(".env");
    let path = file.to_str().unwrap();
    let ended = life
        .exchange(&["--format", "dotenv", "--output", path])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let is_end = |line: &&str| line.starts_with("ZOHO_ACCESS_TOKEN_EXPIRES_AT=");
    let text = fs::read_to_string(&file).unwrap();
    let end = text.lines().find(is_end).unwrap();
    let stale = text.replace(end, &format!("ZOHO_ACCESS_TOKEN_EXPIRES_AT={PAST}"));
    fs::write(&file, format!("# mine\nexport OTHER='a b'\n{stale}")).unwrap();
    for ended in eight(&life, &["header", "--env-file", path]).await {
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let token = ended
            .stdout
            .trim_end()
            .rsplit(' ')
            .next()
            .unwrap()
            .to_owned();
        assert!(!text.contains(&token), "it was not refreshed");
        assert!(
            fs::read_to_string(&file).unwrap().contains(&token),
            "it was not put back"
        );
    }
    assert_eq!(life.requests("refresh_token"), 1);
    let now = fs::read_to_string(&file).unwrap();
    let is_token = |line: &&str| !line.starts_with("ZOHO_ACCESS_TOKEN");
    assert!(now.starts_with("# mine\nexport OTHER='a b'\n") && !now.contains(PAST));
    let rest: Vec<_> = now.lines().skip(2).filter(is_token).collect();
    assert_eq!(rest, text.lines().filter(is_token).collect::<Vec<_>>());
}

#[tokio::test]
async fn bare_variables_are_refreshed_and_the_person_is_told_how_to_keep_it() {
    let life = Life::with_profile().await;
    let (client, secrets) = (life.client(), life.secrets());
    let mut variables: Vec<_> = client
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    variables.push((
        "ZOHO_REFRESH_TOKEN",
        secrets["refresh_token"].as_str().unwrap(),
    ));
    let ended = life.run_in(&variables, &["token"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_ne!(ended.stdout.trim_end(), secrets["access_token"]);
    assert_eq!(
        ended
            .stderr
            .matches("about ten refreshes in ten minutes")
            .count(),
        1
    );
    assert_eq!(
        life.secrets(),
        secrets,
        "a profile was changed by variables"
    );

    let in_an_hour = SystemTime::now() + Duration::from_hours(1);
    let in_an_hour = humantime::format_rfc3339_seconds(in_an_hour).to_string();
    variables.extend([
        ("ZOHO_ACCESS_TOKEN", "1000.a.live"),
        ("ZOHO_ACCESS_TOKEN_EXPIRES_AT", &in_an_hour),
    ]);
    let ended = life.run_in(&variables, &["token"]).await;
    assert_eq!(
        (ended.stdout.as_str(), ended.stderr.as_str()),
        ("1000.a.live\n", "")
    );
    assert_eq!(life.requests("refresh_token"), 1);
}

#[tokio::test]
async fn a_dead_refresh_token_is_exit_5_with_the_command_to_consent_again() {
    let life = Life::with_profile().await;
    life.change("refresh_token", "1000.r.gone");
    life.change("expires_at", PAST);
    for command in ["token", "header", "check"] {
        let ended = life.run(&[command]).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(5), ""),
            "{command}"
        );
        assert!(
            ended.stderr.contains("The refresh token is dead"),
            "{}",
            ended.stderr
        );
        let scopes = SCOPES.join(",");
        let again =
            format!("zoho-grant login --profile default --scope {scopes} --save --save-to file\n");
        assert!(ended.stderr.contains(&again), "{}", ended.stderr);
        assert!(!ended.stderr.contains("1000.r.gone"));
    }
    let ended = life.run(&["check", "--json"]).await;
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (ended.code, &found["alive"]),
        (Some(5), &Value::Bool(false))
    );
}

/// The README's example.
#[cfg(unix)]
#[tokio::test]
async fn the_header_goes_to_curl_on_no_command_line() {
    let life = Life::with_profile().await;
    let address = format!("{}/crm/v8/org", life.stand_in.api_domain(DataCenter::Eu));
    let script = format!("\"$0\" header | curl -sS --noproxy '*' -H @- {address}");
    let header = command(&life.variables(), &[]);
    let mut shell = through(&["sh", "-c", &script], &header);
    let ended = Program::spawn(&mut shell).wait().await;
    if ended.stderr.contains("not found") {
        return missing("REQUIRE_HOSTILE", "there is no curl");
    }
    assert!(ended.stdout.contains("Rehearsal Company"), "{ended:?}");
}
