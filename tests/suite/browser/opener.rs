//! Tests opening through `BROWSER`: a one-time address that redirects to Zoho.

use super::{ACCEPT, parameter};
use crate::browsers::chromium::Tab;
use crate::opener::Opener;
use crate::program::Program;

#[tokio::test]
async fn the_start_address_leads_to_zoho_once() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let mut opener = Opener::new();
    let mut program = Program::start_in(&[("BROWSER", &opener.browser)], &["demo"]);
    let printed = program.line_with("/start/").await;
    let start = opener.opened().await;
    let start = start.as_str();
    assert_eq!(printed.trim(), start);
    tab.go(start).await;
    let address = tab.js("location.href").await;
    let state = parameter(&address.as_str().unwrap().parse().unwrap(), "state");
    assert!(!start.contains(&state), "{start}");
    let mut second = tab.beside().await;
    second.go(start).await;

    let page = second.text().await;
    assert!(page.contains("This address was opened twice"), "{page}");
    program.line_with("opened a second time").await;
    tab.follow(ACCEPT).await;
    assert!(tab.text().await.contains("Connected to Rehearsal Company"));
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}
