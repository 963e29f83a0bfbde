//! Tests the final page of a successful login.

use super::{accept, callback, demo, parameter, value};
use crate::browsers::chromium::Tab;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use url::Url;

const SECRETS: [&str; 3] = ["Client secret", "Access token", "Refresh token"];

/// Resolves once the whole page has loaded.
const LOADED: &str = "new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))";

#[tokio::test]
async fn one_click_from_the_consent_to_what_stdout_holds() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let (program, address) = demo(&[]).await;
    accept(&mut tab, &address).await;
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let page = tab.text().await;
    for part in ["Rehearsal Company", "Rehearsal User", "Europe (eu)"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    let client_id = value(&ended.stdout, "Client ID");
    assert_eq!(tokens(&page), BTreeSet::from([client_id]));
    for label in SECRETS {
        tab.click(&in_row(label, "summary")).await;
    }
    let page = tab.text().await;
    assert!(page.contains(value(&ended.stdout, "Client secret")));
    assert_eq!(tokens(&page), tokens(&ended.stdout));
}

#[tokio::test]
async fn a_token_is_copied_unseen_and_revealed_by_keyboard() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let (program, address) = demo(&[]).await;
    accept(&mut tab, &address).await;
    let ended = program.wait().await;
    let token = value(&ended.stdout, "Refresh token");
    tab.click(&in_row("Refresh token", "[data-copy]")).await;
    let said = "document.getElementById('said').textContent";
    tab.until(&format!("{said} === 'Copied refresh token'"))
        .await;
    assert_eq!(tab.paste().await, token);
    assert!(!tab.text().await.contains(token));
    assert!(!tab.spoken().await.contains(token));

    tab.focus(&in_row("Refresh token", "summary")).await;
    tab.press("Enter", 13, "\r").await;
    assert!(tab.text().await.contains(token));
    assert!(tab.spoken().await.contains(token));
}

#[tokio::test]
async fn a_document_is_saved_byte_by_byte() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let (program, address) = demo(&["--format", "json"]).await;
    accept(&mut tab, &address).await;
    let ended = program.wait().await;
    let folder = tempfile::tempdir().unwrap();
    let there =
        json!({ "behavior": "allow", "downloadPath": folder.path(), "eventsEnabled": true });
    tab.browser("Browser.setDownloadBehavior", there).await;

    // The format that was asked for stands first.
    tab.click("[data-name='json document'] [data-save]").await;
    while tab.event("Browser.downloadProgress").await["state"] != "completed" {}
    let saved = std::fs::read_to_string(folder.path().join("zoho-credentials.json")).unwrap();
    assert_eq!(saved, ended.stdout);
}

#[tokio::test]
async fn neither_the_history_nor_any_way_back_holds_a_token() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let (program, address) = demo(&[]).await;
    accept(&mut tab, &address).await;
    let ended = program.wait().await;

    let code = code(&tab, &address);
    let history = tab.call("Page.getNavigationHistory", json!({})).await;
    let entries = history["entries"].as_array().unwrap();
    // The consent page is Zoho's: its URL is the authorization request, including the state.
    let [_, consent, result] = &entries[..] else {
        panic!("{entries:?}")
    };
    assert!(!history.to_string().contains(&code), "{history}");
    for kept in [&parameter(&address, "state"), "/callback"] {
        assert!(!result.to_string().contains(kept), "{result}");
    }

    let mut second = tab.beside().await;
    let again = json!({ "url": result["url"] });
    second.call("Page.navigate", again).await;
    assert_forgotten(&mut second, &ended.stdout).await;

    let back = |entry: &Value| json!({ "entryId": entry["id"] });
    let moves = [
        ("Page.navigateToHistoryEntry", back(consent)),
        ("Page.navigateToHistoryEntry", back(result)),
        ("Page.reload", json!({})),
    ];
    for (method, parameters) in moves {
        tab.call(method, parameters).await;
        assert_forgotten(&mut tab, &ended.stdout).await;
    }
}

#[tokio::test]
async fn without_scripts_everything_but_copying_works() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let off = json!({ "value": true });
    tab.call("Emulation.setScriptExecutionDisabled", off).await;
    let (program, address) = demo(&[]).await;
    accept(&mut tab, &address).await;
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    for label in SECRETS {
        let value = value(&ended.stdout, label);
        assert!(!tab.text().await.contains(value));
        tab.click(&in_row(label, "summary")).await;
        assert!(tab.text().await.contains(value));
    }
    let visible =
        "[...document.querySelectorAll('button')].filter((one) => one.checkVisibility()).length";
    assert_eq!(tab.js(visible).await, 0);
    let chosen =
        "[...document.querySelectorAll('.panel')].filter((one) => one.checkVisibility()).length";
    assert!(!tab.text().await.contains("ZOHO_REFRESH_TOKEN="));
    tab.click("label[for=to-5]").await;
    assert!(tab.text().await.contains("ZOHO_REFRESH_TOKEN=••"));
    assert_eq!(tab.js(chosen).await, 1);

    let history = tab.call("Page.getNavigationHistory", json!({})).await;
    let result = history["entries"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    tab.call("Page.navigate", json!({ "url": "data:,left" }))
        .await;
    arrived(&mut tab, "data:,left").await;
    tab.js("document.readyState").await;
    let back = json!({ "entryId": result["id"] });
    tab.call("Page.navigateToHistoryEntry", back).await;
    arrived(&mut tab, result["url"].as_str().unwrap()).await;
    // A restored page is complete at once; without scripts, nothing in it can be awaited.
    let page = tab
        .js("document.documentElement?.outerHTML ?? ''")
        .await
        .to_string();
    assert!(!page.contains(value(&ended.stdout, "Refresh token")));
}

/// Waits until the tab shows this address, or the browser reports that it cannot.
async fn arrived(tab: &mut Tab, url: &str) {
    loop {
        let frame = tab.event("Page.frameNavigated").await["frame"].take();
        if frame["url"] == url || frame["unreachableUrl"] == url {
            return;
        }
    }
}

/// The grant token that the browser delivered.
fn code(tab: &Tab, address: &Url) -> String {
    let called = callback(address, "");
    let mut urls = tab.requests();
    let brought = urls.find(|url| url.as_str().starts_with(&called));
    parameter(&brought.expect("it was called back"), "code")
}

/// Waits for the page after the last navigation: it may be a browser error, but never contains a token.
async fn assert_forgotten(tab: &mut Tab, stdout: &str) {
    tab.event("Page.frameNavigated").await;
    tab.js(LOADED).await;
    let page = tab.js("document.documentElement.outerHTML").await;
    let page = page.to_string();
    for label in SECRETS {
        assert!(!page.contains(value(stdout, label)), "{page}");
    }
}

fn in_row(label: &str, selector: &str) -> String {
    format!("[data-name='{}'] {selector}", label.to_lowercase())
}

/// What looks like a client ID or a token.
fn tokens(text: &str) -> BTreeSet<&str> {
    text.split_whitespace()
        .filter(|word| word.starts_with("1000."))
        .collect()
}
