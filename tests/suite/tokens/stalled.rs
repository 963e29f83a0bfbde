//! Tests a keyring that never answers, or another process that never ends: the available credentials are handed over
//! anyway.

use crate::program::{Program, command};
use crate::tokens::saving::{beginning, login_arguments};
use crate::tokens::source::Life;
use std::fs::{self, File};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::timeout;
use zoho_stand_in::visitor;

const PAST: &str = "2020-01-01T00:00:00Z";

/// Another process that holds one of the profile locks.
fn held(life: &Life, lock: &str) -> File {
    let folder = life.home.path().join("zoho-grant");
    fs::create_dir_all(&folder).unwrap();
    let file = File::create(folder.join(lock)).unwrap();
    file.lock().unwrap();
    file
}

#[tokio::test]
async fn a_signal_hands_over_what_is_being_kept_for_ever() {
    for (signal, words) in [("INT", "stopped before"), ("TERM", "did not answer")] {
        let life = Life::new().await;
        let _held = held(&life, "refresh-default.lock");
        let mut login = command(&life.variables(), &[]);
        login.args(login_arguments(&life));
        let mut program = Program::spawn(&mut login);
        let (uri, address) = beginning(&mut program).await;
        life.stand_in.register_redirect_uri(&uri);
        let visit = tokio::spawn(async move { visitor::consent(&address).await });
        program.line_with("who owns the tokens").await;
        program.signal(signal);
        let ended = program.wait().await;
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
        assert!(ended.stdout.contains("Refresh token:"), "{}", ended.stdout);
        let page = visit.await.unwrap().unwrap().page;
        assert!(page.contains("could not be saved"), "{page}");
        assert!(!life.profiles().exists() || life.secrets().is_null());
    }
}

#[tokio::test]
async fn a_token_is_printed_before_it_is_put_back() {
    let life = Life::with_profile().await;
    life.change("expires_at", PAST);
    let held = held(&life, "profiles.json.lock");
    let mut token = command(&life.variables(), &["token"]);
    let mut token = token
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut printed = BufReader::new(token.stdout.take().unwrap()).lines();
    let printed = timeout(Duration::from_mins(1), printed.next_line());
    let printed = printed.await.expect("it waits").unwrap().unwrap();
    assert_ne!(life.secrets()["access_token"], *printed);
    drop(held);
    assert!(token.wait().await.unwrap().success());
    assert_eq!(life.secrets()["access_token"], *printed);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_token_that_nobody_takes_is_put_back_all_the_same() {
    let life = Life::with_profile().await;
    let before = life.secrets()["access_token"].clone();
    life.change("expires_at", PAST);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut token = command(&life.variables(), &["token"]);
    let ended = token.stdout(full).stderr(Stdio::null()).status().await;
    assert_eq!(ended.unwrap().code(), Some(1));
    assert_ne!(life.secrets()["access_token"], before);
}

/// The keyring accepts the connection and says nothing.
#[cfg(all(target_os = "linux", feature = "keyring"))]
#[tokio::test]
async fn a_keyring_that_stalls_for_one_profile_stops_no_other() {
    let life = Life::with_profile().await;
    life.change("expires_at", PAST);
    let text = fs::read_to_string(life.profiles()).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    document["profiles"]["stalled"] = serde_json::json!({
        "kept": "keyring",
        "client_id": life.stand_in.client_id(),
        "accounts_url": "https://accounts.zoho.eu",
    });
    fs::write(life.profiles(), document.to_string()).unwrap();

    let socket = life.home.path().join("bus");
    let bus = tokio::net::UnixListener::bind(&socket).unwrap();
    let address = format!("unix:path={}", socket.display());
    let mut variables = life.variables();
    variables.push(("DBUS_SESSION_BUS_ADDRESS", &address));
    let _stalled = Program::start_in(&variables, &["forget", "stalled"]);
    let _connection = bus.accept().await.unwrap();

    let ended = life.run(&["token"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(life.secrets()["access_token"], ended.stdout.trim_end());
    assert_eq!(life.requests("refresh_token"), 1);
}
