//! The way through `BROWSER`: a one-time address that leads to Zoho.

use super::{ACCEPT, parameter};
use crate::chromium::Tab;
use crate::program::{DEADLINE, Program};
use std::path::Path;
use std::process::Command;
use tokio::sync::oneshot;
use tokio::time::timeout;

#[tokio::test]
async fn the_start_address_leads_to_zoho_once() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (browser, opened) = opener(folder.path());
    let mut program = Program::start_in(&[("BROWSER", &browser)], &["demo"]);
    let printed = program.line_with("/start/").await;
    let start = timeout(DEADLINE, opened).await.unwrap().unwrap();
    assert_eq!(printed.trim(), start);
    tab.go(&start).await;
    let address = tab.js("location.href").await;
    let state = parameter(&address.as_str().unwrap().parse().unwrap(), "state");
    assert!(!start.contains(&state), "{start}");
    let mut second = tab.beside().await;
    second.go(&start).await;

    let page = second.text().await;
    assert!(page.contains("This address was opened twice"), "{page}");
    program.line_with("opened a second time").await;
    tab.follow(ACCEPT).await;
    assert!(tab.text().await.contains("Zoho CRM is connected"));
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

/// A `BROWSER` that hands over the address it is to open.
fn opener(folder: &Path) -> (String, oneshot::Receiver<String>) {
    let (fifo, script) = (folder.join("address"), folder.join("open.sh"));
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    std::fs::write(&script, format!("echo \"$1\" > '{}'\n", fifo.display())).unwrap();
    let (sender, opened) = oneshot::channel();
    // A thread of its own: one that waits in vain must not hold up the runtime.
    std::thread::spawn(move || {
        let address = std::fs::read_to_string(fifo).unwrap_or_default();
        let _ = sender.send(address.trim().to_owned());
    });
    (format!("sh {}", script.display()), opened)
}
