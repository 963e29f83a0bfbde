//! Tests the binary: options, variables, exit codes, clean standard output, and secrets nowhere else.

use crate::program::{Ended, Program};
use crate::rehearsed::bounded;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::tempdir;
use zoho_stand_in::{DataCenter, Rehearsal, StandIn, visitor};

const ID: &str = "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ";

async fn run(variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
    Program::start_in(variables, arguments).wait().await
}

#[tokio::test]
async fn a_rehearsal_without_a_browser_prints_the_credentials_and_nothing_else() {
    let ended = run(&[], &["demo", "--yes", "--format", "json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
    for field in ["client_secret", "access_token", "refresh_token"] {
        let secret = credentials[field].as_str().unwrap();
        assert!(!ended.stderr.contains(secret), "{field} on standard error");
    }
    assert!(ended.stderr.contains("Rehearsal Company") && ended.stderr.contains("Rehearsal User"));
}

#[tokio::test]
async fn no_verbosity_shows_a_secret() {
    for verbosity in ["--quiet", "-v", "-vvv"] {
        let ended = run(&[], &["demo", "--yes", "--format", "json", verbosity]).await;
        let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
        for field in ["client_secret", "access_token", "refresh_token"] {
            assert!(
                !ended.stderr.contains(credentials[field].as_str().unwrap()),
                "{field}, {verbosity}"
            );
        }
        assert!(!ended.stderr.contains("code_verifier"));
    }
}

#[tokio::test]
async fn quiet_says_only_what_needs_doing() {
    let ended = run(&[], &["demo", "--yes", "--quiet"]).await;
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("/start/"), "{}", ended.stderr);
}

/// Runs `login` at the test's stand-in, with options for its servers.
async fn login_at(stand_in: &StandIn, variables: &[(&str, &str)], more: &[&str]) -> Ended {
    let servers = DataCenter::PAIR.map(|center| stand_in.accounts_url(center));
    let domain = stand_in.api_domain(DataCenter::Eu);
    let mut arguments = vec![
        "login",
        "--no-browser",
        "--redirect-uri",
        "http://localhost:0/callback",
    ];
    arguments.extend([
        "--trust-accounts-server",
        &servers[1],
        "--trust-api-domain",
        &domain,
    ]);
    arguments.extend(more);
    let mut program = Program::start_in(variables, &arguments);
    let uri = program.line_with("http://localhost:").await;
    stand_in.register_redirect_uri(uri.trim());
    let address = program.line_with("/oauth/v2/auth").await;
    bounded(visitor::consent(address.trim())).await.unwrap();
    program.wait().await
}

#[tokio::test]
async fn options_beat_the_file_and_the_file_beats_the_environment() {
    use secrecy::ExposeSecret;
    let stand_in = StandIn::start(Rehearsal::default()).await.unwrap();
    let folder = tempdir().unwrap();
    let (file, secret) = (folder.path().join("settings"), folder.path().join("secret"));
    let accounts = stand_in.accounts_url(DataCenter::Us);
    let lines = format!(
        "ZOHO_CLIENT_ID={ID}\nZOHO_CLIENT_SECRET=wrong\nZOHO_ACCOUNTS_URL='{accounts}'\nZOHO_SCOPE=ZohoCRM.org.READ\n"
    );
    fs::write(&file, lines).unwrap();
    fs::write(
        &secret,
        format!("{}\n", stand_in.client_secret().expose_secret()),
    )
    .unwrap();
    let environment = [
        ("ZOHO_ACCOUNTS_URL", "http://127.0.0.1:9"),
        ("ZOHO_DC", "in"),
        ("ZOHO_SCOPE", "A.b.READ"),
    ];
    let id = stand_in.client_id();
    let options = [
        "--env-file",
        file.to_str().unwrap(),
        "--client-id",
        &id,
        "--client-secret-file",
        secret.to_str().unwrap(),
        "--format",
        "json",
    ];
    let ended = login_at(&stand_in, &environment, &options).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(credentials["client_id"], id);
    assert_eq!(credentials["scope"], "ZohoCRM.org.READ");
}

#[tokio::test]
async fn credentials_go_to_a_file_that_only_its_owner_reads() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("zoho.env");
    let output = ["--output", path.to_str().unwrap()];
    let ended = run(
        &[],
        &[&["demo", "--yes", "--format", "dotenv"], &output[..]].concat(),
    )
    .await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("ZOHO_CLIENT_ID=1000.") && text.contains("\nZOHO_REFRESH_TOKEN=1000.")
    );
    assert_only_owner_reads(&path);
    let again = run(
        &[],
        &[&["demo", "--yes", "--format", "json"], &output[..]].concat(),
    )
    .await;
    assert_eq!(again.code, Some(2), "an existing file needs --force");
    assert!(again.stderr.contains("--force"));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[cfg(unix)]
fn assert_only_owner_reads(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(
        fs::metadata(path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[cfg(not(unix))]
fn assert_only_owner_reads(_: &Path) {}

#[tokio::test]
async fn a_file_that_goes_wrong_at_the_end_loses_nothing() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("credentials");
    let arguments = [
        "demo",
        "--no-browser",
        "--format",
        "json",
        "--output",
        path.to_str().unwrap(),
    ];
    let mut program = Program::start(&arguments);
    let address = program.line_with("/oauth/v2/auth").await;
    fs::create_dir(&path).unwrap();
    let visit = bounded(visitor::consent(address.trim())).await.unwrap();
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(serde_json::from_str::<Value>(&ended.stdout).unwrap()["refresh_token"].is_string());
    assert!(
        ended.stderr.contains("could not be written to")
            && visit.page.contains("could not be written to")
    );
}
