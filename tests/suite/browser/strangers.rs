//! Tests visits unrelated to the login: they change nothing, and the login completes.

use super::{accept, callback, demo, parameter, token_requests};
use crate::browsers::chromium::Tab;
use axum::Router;
use axum::response::Html;
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[tokio::test]
async fn the_callback_of_another_login_changes_nothing() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let (mut program, address) = demo(&["-v"]).await;
    tab.go(&callback(&address, "code=x&state=y")).await;
    let page = tab.text().await;
    assert!(page.contains("Not from this login"), "{page}");
    let shown = tab.js("location.href").await;
    assert!(
        shown
            .as_str()
            .is_some_and(|url| url.ends_with("/not-this-login")),
        "{shown}"
    );
    let history = tab.call("Page.getNavigationHistory", json!({})).await;
    let entries = history["entries"].as_array().unwrap();
    let holds = |entry: &Value| entry["url"].to_string().contains("state=");
    assert!(!entries.iter().any(holds), "{history}");
    program.line_with("does not belong to this login").await;
    accept(&mut tab, &address).await;
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(token_requests(&ended.stderr), 1);
}

/// It even knows the state, so only the kind of navigation can save the login.
#[tokio::test]
async fn a_page_of_another_origin_can_neither_end_nor_read_nor_embed_the_login() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let (mut program, address) = demo(&["-v"]).await;
    let state = parameter(&address, "state");
    let target = callback(&address, &format!("code=1000.forged&state={state}"));
    tab.go(&serve(hostile(&target)).await).await;
    for _ in ATTEMPTS {
        program
            .line_with("A request was refused and changed nothing: Metadata")
            .await;
    }
    tab.hear(|tab| attempts(tab, &target).len() == ATTEMPTS.len())
        .await;
    assert_eq!(attempts(&tab, &target), ATTEMPTS);
    assert_eq!(tab.js("read").await, json!(["TypeError", "TypeError"]));
    let embedding = |issue: &Value| issue["issue"]["code"] == "ContentSecurityPolicyIssue";
    tab.hear(|tab| tab.told("Audits.issueAdded").any(embedding))
        .await;

    let mut tab = tab.beside().await;
    accept(&mut tab, &address).await;
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(token_requests(&ended.stderr), 1);
}

/// Chromium's names for the requests of `hostile`: frame, two fetches, image, prefetch by link, by speculation rule.
const ATTEMPTS: [&str; 6] = ["Document", "Fetch", "Fetch", "Image", "Other", "Prefetch"];

fn attempts(tab: &Tab, target: &str) -> Vec<String> {
    let sent = tab.told("Network.requestWillBeSent");
    let sent = sent.filter(|sent| sent["request"]["url"] == target);
    let mut kinds: Vec<_> = sent
        .map(|sent| sent["type"].as_str().unwrap_or_default().to_owned())
        .collect();
    kinds.sort();
    kinds
}

/// Serves one page at every path of its own origin.
async fn serve(page: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new().fallback(async || Html(page));
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

fn hostile(target: &str) -> String {
    let rules = json!({ "prefetch": [{ "source": "list", "urls": [target] }] });
    let target = json!(target);
    format!(
        "<!doctype html><link rel=icon href=data:,>
        <script type=speculationrules>{rules}</script>
        <script>
        const target = {target};
        for (const name of ['iframe', 'img']) document.write(`<${{name}} src=\"${{target}}\"></${{name}}>`);
        document.write(`<link rel=prefetch href=\"${{target}}\">`);
        const fetched = (mode) => fetch(target, {{ mode }}).then((answer) => answer.type, (error) => error.name);
        const read = Promise.all([fetched('cors'), fetched('no-cors')]);
        </script>"
    )
}
