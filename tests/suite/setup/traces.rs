//! What a walk through the page leaves behind.

use super::{EU, Guide};
use crate::browser::ACCEPT;
use crate::browsers::chromium::Tab;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Prints every table of every SQLite database below a folder as `{file: {table: [row]}}`, bytes as text.
const READ_DATABASES: &str = r#"
import json, pathlib, sqlite3, sys
found = {}
for path in pathlib.Path(sys.argv[1]).rglob("*"):
    if path.is_file() and path.open("rb").read(16) == b"SQLite format 3\0":
        database = sqlite3.connect(path)
        database.text_factory = lambda text: text.decode("utf-8", "replace")
        names = [name for name, in database.execute("select name from sqlite_master where type = 'table'")]
        shown = lambda cell: cell.decode("latin-1") if isinstance(cell, bytes) else cell
        tables = found.setdefault(path.name, {})
        for name in names:
            try:
                tables[name] = [[shown(cell) for cell in row] for row in database.execute(f'select * from "{name}"')]
            except sqlite3.Error:
                pass
json.dump(found, sys.stdout)
"#;

type Databases = BTreeMap<String, BTreeMap<String, Vec<Value>>>;

fn databases(profile: &Path) -> Databases {
    let mut python = Command::new("python3");
    python.args(["-c", READ_DATABASES]).arg(profile);
    let output = python.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn no_secret_is_left_in_address_history_or_the_browsers_databases() {
    let Some(mut tab) = Tab::open_with_profile().await else {
        return;
    };
    let guide = Guide::start(&[]).await;
    let client = guide.server_based(EU).await;
    tab.go(guide.opening.as_str()).await;
    for (field, text) in [("id", &client.id), ("secret", &client.secret)] {
        tab.click(&format!("#{field}")).await;
        tab.call("Input.insertText", json!({ "text": text })).await;
    }
    // Once in vain, so that the form is sent twice.
    tab.follow(".first").await;
    tab.click("label:has(#c1)").await;
    tab.follow(".first").await;
    tab.moved().await;
    tab.follow(ACCEPT).await;
    let history = tab.call("Page.getNavigationHistory", json!({})).await;
    let ended = guide.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for address in tab.requests() {
        assert!(
            !address.as_str().contains(&client.secret),
            "the secret stands in an address"
        );
        let is_ours = address.authority() == guide.page.authority();
        assert!(!is_ours || address.query().is_none(), "{address}");
    }
    assert!(history.to_string().contains(guide.page.path()));
    assert!(!history.to_string().contains(&client.secret));
    let profile = tab.end_browser().await;
    let found = databases(profile.path());
    let visited = json!(found["History"]["urls"]).to_string();
    assert!(
        visited.contains(guide.page.path()),
        "the history was not read: {visited}"
    );
    let tokens = ["Access token", "Refresh token"]
        .map(|label| crate::browser::value(&ended.stdout, label).to_owned());
    for (file, tables) in &found {
        for (table, rows) in tables {
            let rows = json!(rows).to_string();
            let secrets = [&client.secret, &guide.token].into_iter().chain(&tokens);
            for secret in secrets {
                assert!(
                    !rows.contains(secret.as_str()),
                    "a secret is in {table} of {file}"
                );
            }
            let is_filled_in = file.starts_with("Login Data") || file.starts_with("Web Data");
            assert!(
                !is_filled_in || !rows.contains(&client.id),
                "the client ID is in {table} of {file}"
            );
        }
    }
    for name in ["Login Data", "Web Data"] {
        assert!(
            found.get(name).is_some_and(|tables| tables.len() > 2),
            "{name} was not read"
        );
    }
    assert_eq!(found["Login Data"]["logins"].len(), 0);
    assert_eq!(found["Web Data"]["autofill"].len(), 0);
    // What is no table: caches, sessions, logs.
    let grep = Command::new("grep")
        .arg("-rl")
        .arg(&client.secret)
        .arg(profile.path())
        .output();
    let files = String::from_utf8(grep.unwrap().stdout).unwrap();
    assert_eq!(files, "", "the secret is in these files");
}
