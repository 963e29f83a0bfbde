//! Tests logins that end without credentials or with a problem: page and terminal agree.

use super::{ACCEPT, REJECT, accept, demo};
use crate::browsers::chromium::Tab;
use crate::program::Program;

#[tokio::test]
async fn rejecting_ends_the_login_with_code_3() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let (program, address) = demo(&[]).await;
    tab.go(address.as_str()).await;
    tab.follow(REJECT).await;
    let page = words(&mut tab).await;
    let ended = program.wait().await;
    assert!(page.contains("Consent declined"), "{page}");
    assert_said(&page, &ended.stderr);
    assert_eq!((ended.code, &*ended.stdout), (Some(3), ""));
}

#[tokio::test]
async fn the_page_names_cause_and_remedy_as_the_terminal_does() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let cases = [
        ("invalid-client", 5),
        ("invalid-code", 5),
        ("throttled", 5),
        ("html", 5),
        ("closed", 1),
        ("foreign-accounts-server", 7),
        ("location-mismatch", 7),
        ("no-refresh-token", 5),
        ("foreign-api-domain", 7),
        ("invalid-token", 5),
    ];
    for (case, code) in cases {
        let (program, address) = demo(&["--fail", case]).await;
        accept(&mut tab, &address).await;
        let page = words(&mut tab).await;
        let ended = program.wait().await;
        assert_eq!(ended.code, Some(code), "{case}: {}", ended.stderr);
        assert_said(&page, &ended.stderr);
    }
}

#[tokio::test]
async fn an_error_page_of_zohos_is_explained_there_and_in_the_terminal() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let failing = ["--fail", "invalid-client-page"];
    let (_program, address) = demo(&failing).await;
    tab.go(address.as_str()).await;
    let page = tab.text().await;
    for part in [
        "Invalid Client",
        "How to fix it",
        "multi-DC",
        "press Ctrl-C",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert_eq!(
        tab.js(&format!("document.querySelector({ACCEPT:?})")).await,
        serde_json::Value::Null
    );

    let hurried = [
        "demo",
        "--no-browser",
        "--fail",
        "invalid-client-page",
        "--timeout",
        "1s",
    ];
    let ended = Program::start(&hurried).wait().await;
    assert_eq!(ended.code, Some(4));
    assert!(
        ended.stderr.contains("  Invalid Client  "),
        "{}",
        ended.stderr
    );
}

/// The text in sight without what the buttons say.
async fn words(tab: &mut Tab) -> String {
    tab.js("document.querySelectorAll('button').forEach((button) => button.remove())")
        .await;
    tab.text().await
}

/// The words alone: the page breaks lines where the terminal has brackets, and its link is an address without scheme.
fn plain(text: &str) -> String {
    let text = text.replace(['(', ')'], " ").replace("https://", "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Asserts that every cause and remedy from the terminal is visible on the page.
fn assert_said(page: &str, stderr: &str) {
    let told = |line: &'_ str| {
        Some(
            line.strip_prefix("  Why:   ")
                .or(line.strip_prefix("  Next:  "))?
                .to_owned(),
        )
    };
    let told: Vec<String> = stderr.lines().filter_map(told).collect();
    assert!(told.len() >= 2, "no cause and remedy in {stderr}");
    for line in told {
        assert!(plain(page).contains(&plain(&line)), "no {line:?} in {page}");
    }
}
