//! Tests each data center from login to revocation, using its own names.

use super::{Zoho, inside};
use serde_json::Value;
use std::fs;
use zoho_stand_in::DataCenter;

#[tokio::test]
async fn a_login_and_all_that_follows_at_each_data_center() {
    if !inside(a_login_and_all_that_follows_at_each_data_center) {
        return;
    }
    for center in DataCenter::EVERYWHERE {
        let (zoho, code) = (Zoho::between(center, center).await, center.code());
        let ended = zoho.login(&["--format", "json"]).await;
        assert_eq!(ended.code, Some(0), "{code}: {}", ended.stderr);
        let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
        let servers = center.addresses();
        assert_eq!(credentials["data_center"], code);
        assert_eq!(credentials["accounts_url"], servers.accounts_url);
        assert_eq!(credentials["api_domain"], servers.api_domain);
        assert_eq!(
            credentials["user"]["email"], "rehearsal@example.com",
            "{code}"
        );
        kept_up(&zoho, center).await;
        zoho.cloud.end().await;
    }
}

/// Asserts that the file a login wrote yields fresh tokens, which are checked and revoked, all at this data center.
async fn kept_up(zoho: &Zoho, center: DataCenter) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    let path = file.to_str().unwrap();
    let ended = zoho.login(&["--format", "dotenv", "--output", path]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let before = zoho.stand_in.requests().len();
    let written = fs::read_to_string(&file).unwrap();
    let from_file = ["--env-file", path];
    let run = async |words: &[&str]| {
        let ended = zoho.run(&[words, &from_file].concat()).await;
        assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.stderr);
        ended.stdout
    };
    let fresh = run(&["token", "--refresh"]).await;
    assert!(!written.contains(fresh.trim()), "it was not refreshed");
    let owner: Value = serde_json::from_str(&run(&["check", "--json"]).await).unwrap();
    assert_eq!(
        owner["organization"]["name"], "Rehearsal Company",
        "{owner}"
    );
    let copy = folder.path().join("copy.env");
    fs::copy(&file, &copy).unwrap();
    run(&["revoke", "--yes"]).await;
    let copy = ["--env-file", copy.to_str().unwrap()];
    let dead = zoho
        .run(&[&["token", "--refresh"], &copy[..]].concat())
        .await;
    assert_eq!(dead.code, Some(5), "{}", dead.stderr);
    assert!(dead.stderr.contains("invalid_code"), "{}", dead.stderr);
    let requests = zoho.stand_in.requests();
    assert!(
        requests[before..]
            .iter()
            .all(|request| request.data_center == center)
    );
}
