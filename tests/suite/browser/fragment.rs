//! Tests a JavaScript client, which gives itself away by a token in the fragment: the page explains it, and no trace
//! remains.

use super::{accept, callback, demo};
use crate::browsers::chromium::Tab;
use serde_json::json;

const TOKEN: &str = "1000.fragment.token";

#[tokio::test]
async fn the_fragments_token_is_explained_and_neither_shown_nor_kept_nor_sent() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let (mut program, address) = demo(&["-v"]).await;
    let bare = callback(&address, "");
    let bare = bare.trim_end_matches('?');
    // As from Zoho: a navigation from its page, not a typed address.
    tab.go(address.as_str()).await;
    let led = format!("void (location.href = \"{bare}#access_token={TOKEN}&expires_in=3600\")");
    tab.js(&led).await;
    tab.event("Page.loadEventFired").await;
    let page = tab.text().await;
    assert!(page.contains("never gets a refresh token"), "{page}");
    assert!(page.contains("Server-based Applications"), "{page}");
    program.line_with("never gets a refresh token").await;
    assert_eq!(tab.js("location.href").await, json!(bare));
    assert!(
        !tab.js("document.documentElement.outerHTML")
            .await
            .to_string()
            .contains(TOKEN)
    );
    let history = tab.call("Page.getNavigationHistory", json!({})).await;
    let last = history["entries"].as_array().and_then(|all| all.last());
    assert_eq!(last.expect("a page is there")["url"], *bare);
    assert!(tab.requests().all(|url| !url.as_str().contains(TOKEN)));
    tab.go(bare).await;
    let page = tab.text().await;
    assert!(page.contains("Nothing received from Zoho"), "{page}");

    accept(&mut tab, &address).await;
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains(TOKEN));
}
