//! Rows 40 and 41: a request that Zoho refused is not repeated, and an impossible expiry is not believed.

use crate::hostile::zoho::{Hostile, Reply, ok};
use crate::program::Ended;
use crate::tokens::source::Life;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

const TOKEN: &str = "POST /oauth/v2/token";
const PAST: &str = "2020-01-01T00:00:00Z";
const THROTTLE: &str = r#"{"error":"Access Denied","status":"failure"}"#;
const DEAD: &str = r#"{"error":"invalid_code"}"#;

/// A Zoho that refuses with this body, and a profile whose access token has expired.
async fn refusing(body: &'static str) -> (Hostile, Life) {
    let zoho = Hostile::with_token(body).await;
    let life = Life::at(&zoho).await;
    life.change("expires_at", PAST);
    (zoho, life)
}

fn assert_refused(ended: &Ended, asked: bool) {
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    let told = ended.stderr.contains("Zoho was not asked");
    assert_eq!(told, !asked, "{}", ended.stderr);
    assert!(!ended.stderr.contains("1000.r"), "{}", ended.stderr);
}

/// The files of remembered refusals, without locks.
fn remembered(life: &Life) -> Vec<PathBuf> {
    let folder = life.home.path().join(".local/state/zoho-grant/refused");
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_none()).collect()
}

#[tokio::test]
async fn row_40_a_throttle_is_remembered_for_ten_minutes() {
    let (zoho, life) = refusing(THROTTLE).await;
    for (run, command) in ["token", "header", "check", "token"]
        .into_iter()
        .enumerate()
    {
        let ended = life.run(&[command]).await;
        assert_refused(&ended, run == 0);
        assert!(
            ended.stderr.contains("too many requests"),
            "{}",
            ended.stderr
        );
    }
    assert_eq!(zoho.count(TOKEN), 1);
    assert_refused(&life.run(&["token", "--refresh"]).await, true);
    assert_eq!(zoho.count(TOKEN), 2);

    let files = remembered(&life);
    assert_eq!(files.len(), 1);
    for (minutes, asked) in [(9, false), (11, true)] {
        let at = SystemTime::now() - Duration::from_mins(minutes);
        let text = format!("throttled {}\n", humantime::format_rfc3339_millis(at));
        fs::write(&files[0], text).unwrap();
        assert_refused(&life.run(&["token"]).await, asked);
    }
    // The clock was wrong when this was written.
    fs::write(&files[0], "throttled 2099-01-01T00:00:00Z\n").unwrap();
    assert_refused(&life.run(&["token"]).await, true);
    assert_eq!(zoho.count(TOKEN), 4);
}

#[tokio::test]
async fn row_40_twelve_processes_ask_once_about_a_dead_token() {
    let (zoho, life) = refusing(DEAD).await;
    let all = life.at_once(12, &[], &["token"]).await;
    assert_eq!(zoho.count(TOKEN), 1);
    let asked = all
        .iter()
        .filter(|ended| !ended.stderr.contains("not asked"));
    assert_eq!(asked.count(), 1);
    for ended in &all {
        assert_refused(ended, !ended.stderr.contains("not asked"));
        assert!(
            ended
                .stderr
                .contains("The refresh token is no longer valid")
        );
    }
    // The same token in variables, which no lock guards.
    let variables = [
        ("ZOHO_CLIENT_ID", "1000.OTHER"),
        ("ZOHO_CLIENT_SECRET", "secret"),
        ("ZOHO_REFRESH_TOKEN", "1000.r.variable"),
        ("ZOHO_ACCOUNTS_URL", zoho.url.as_str()),
    ];
    for ended in life.at_once(12, &variables, &["token"]).await {
        assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    }
    assert_eq!(zoho.count(TOKEN), 2);
    assert_refused(&life.run(&["token", "--refresh"]).await, true);
    assert_eq!(zoho.count(TOKEN), 3);
}

#[tokio::test]
async fn row_40_it_is_kept_in_private_and_belongs_to_one_token_at_one_server() {
    let (zoho, life) = refusing(DEAD).await;
    assert_refused(&life.run(&["token"]).await, true);
    let files = remembered(&life);
    let text = fs::read_to_string(&files[0]).unwrap();
    let name = files[0].display().to_string();
    for secret in ["1000.", "secret"] {
        assert!(
            !text.contains(secret) && !name.contains(secret),
            "{name}: {text}"
        );
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&files[0]), 0o600);
        assert_eq!(mode(files[0].parent().unwrap()), 0o700);
    }
    life.change("refresh_token", "1000.r.consented-anew");
    assert_refused(&life.run(&["token"]).await, true);
    let elsewhere = Hostile::with_token(DEAD).await;
    let text = fs::read_to_string(life.profiles()).unwrap();
    fs::write(life.profiles(), text.replace(&zoho.url, &elsewhere.url)).unwrap();
    assert_refused(&life.run(&["token"]).await, true);
    assert_eq!((zoho.count(TOKEN), elsewhere.count(TOKEN)), (2, 1));
    assert_eq!(remembered(&life).len(), 3);
}

#[tokio::test]
async fn row_40_other_errors_are_not_remembered_and_a_token_forgets() {
    let (zoho, life) = refusing(r#"{"error":"invalid_client_secret"}"#).await;
    for _ in 0..2 {
        assert_refused(&life.run(&["token"]).await, true);
    }
    assert_eq!(zoho.count(TOKEN), 2);
    assert!(remembered(&life).is_empty());

    // Refuses once, then answers.
    let asked = std::sync::atomic::AtomicBool::new(false);
    let zoho = Hostile::start(move |request| {
        let first = request == TOKEN && !asked.swap(true, std::sync::atomic::Ordering::Relaxed);
        first.then(|| Reply::Bytes(ok(THROTTLE)))
    });
    let zoho = zoho.await;
    let life = Life::at(&zoho).await;
    life.change("expires_at", PAST);
    assert_refused(&life.run(&["token"]).await, true);
    let ended = life.run(&["token", "--refresh"]).await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "1000.access\n")
    );
    assert!(remembered(&life).is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn row_40_where_nothing_can_be_remembered_zoho_is_asked() {
    let (zoho, life) = refusing(DEAD).await;
    fs::write(life.home.path().join(".local"), "a file").unwrap();
    for _ in 0..2 {
        assert_refused(&life.run(&["token"]).await, true);
    }
    assert_eq!(zoho.count(TOKEN), 2);
}

#[tokio::test]
async fn row_41_an_end_beyond_zohos_hour_is_refreshed() {
    let life = Life::with_profile().await;
    let old = life.secrets()["access_token"].clone();
    life.change("expires_at", "2099-01-01T00:00:00Z");
    let ended = life.run(&["token"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(life.requests("refresh_token"), 1);
    let kept = life.secrets();
    assert_ne!(kept["access_token"], old);
    assert_eq!(kept["access_token"], ended.stdout.trim_end());
    assert!(kept["expires_at"].as_str().unwrap() < "2099");
    // It was saved, so it is not refreshed again.
    life.run(&["token"]).await;
    assert_eq!(life.requests("refresh_token"), 1);
}

#[tokio::test]
async fn row_41_refresh_forces_another_token_and_keeps_it() {
    let life = Life::with_profile().await;
    let old = life.secrets()["access_token"].clone();
    let fresh = life
        .run(&["header", "--refresh", "--profile", "default"])
        .await;
    assert_eq!(fresh.code, Some(0), "{}", fresh.stderr);
    let kept = life.secrets()["access_token"].clone();
    assert_ne!(kept, old);
    assert!(
        fresh
            .stdout
            .ends_with(&format!("{}\n", kept.as_str().unwrap()))
    );
    let ended = life.run(&["check", "--json", "--refresh"]).await;
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(found["alive"], true, "{}", ended.stderr);
    assert_eq!(life.requests("refresh_token"), 2);
}
