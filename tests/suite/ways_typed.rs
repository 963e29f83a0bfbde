//! What is typed stays unseen, and the terminal is left as it was, whatever shell and person do meanwhile.

use crate::rehearsed::bounded;
use crate::typist::Typist;
use secrecy::ExposeSecret;
use tokio::io::AsyncWriteExt;
use zoho_stand_in::visitor;

/// Tells once the terminal shows no more what is typed, and brings the program to the front meanwhile.
const TO_THE_FRONT: &str =
    "(while stty -a | grep -q ' echo '; do :; done; echo now unseen) & fg %1";

/// Until the program has stopped, a shell that edits its own line has the terminal.
const UNTIL_STOPPED: &str =
    "until grep -q ') T ' /proc/$!/stat; do :; done; stty icanon icrnl echo";

impl Typist {
    /// Accepts in the browser, and pastes the address once the terminal hides it.
    async fn paste_unseen(mut self) {
        let visit = bounded(visitor::consent(&self.address("/oauth/v2/auth"))).await;
        let visit = visit.unwrap();
        let address = visit.address.expose_secret();
        self.until("now unseen").await;
        self.enter(address).await;
        self.until("code=0").await;
        let mut parameters = address.split(['?', '&']);
        let code = parameters.find(|part| part.starts_with("code=")).unwrap();
        assert!(!self.seen.contains(code), "the terminal shows it");
    }

    /// What `stty -a` has printed last is how a terminal usually is.
    fn is_as_before(&self) -> bool {
        let off = [" -echo ", "-icanon ", "-isig ", "-icrnl "];
        self.seen.contains("icanon ") && !off.iter().any(|off| self.seen.contains(off))
    }
}

#[tokio::test]
async fn ctrl_c_at_a_secret_leaves_the_terminal_as_before() {
    let mut typist = Typist::start("demo --flow self-client; echo first=$?; stty -a", &[]);
    typist.until("Grant token (not shown): ").await;
    typist.keys.write_all(b"1000.half\x03").await.unwrap();
    typist.until("code=0").await;
    let seen = &typist.seen;
    assert!(
        seen.contains("first=130") && !seen.contains("half"),
        "{seen}"
    );
    assert!(typist.is_as_before(), "{seen}");
}

#[tokio::test]
async fn a_login_from_the_background_takes_an_address_unseen() {
    let login = r#""$PROGRAM" demo --flow paste --no-browser"#;
    let script = format!("set -m; {login} & read go; {TO_THE_FRONT}");
    let mut typist = Typist::run(&script, &[]);
    typist.until("Waiting for Zoho").await;
    typist.enter("go").await;
    typist.paste_unseen().await;
}

#[tokio::test]
async fn a_login_that_was_stopped_takes_an_address_unseen() {
    let login = r#""$PROGRAM" demo --flow paste --no-browser"#;
    // Most shells have the terminal show what is typed, and dash does not.
    let script = format!("set -m; {login}; stty echo; {TO_THE_FRONT}");
    let mut typist = Typist::run(&script, &[]);
    typist.until("Waiting for Zoho").await;
    typist.keys.write_all(b"\x1a").await.unwrap();
    typist.paste_unseen().await;
}

#[tokio::test]
async fn a_secret_is_asked_for_in_front_and_a_shells_own_settings_are_not_restored() {
    let exchange = r#""$PROGRAM" demo --flow self-client"#;
    let script = format!(
        "set -m; stty -icanon -icrnl -echo; {exchange} & {UNTIL_STOPPED}; echo in front; fg; stty -a"
    );
    let mut typist = Typist::run(&script, &[]);
    typist.until("Grant token (not shown): ").await;
    let (behind, _) = typist.seen.split_once("in front").unwrap();
    assert!(!behind.contains("Grant token"), "{behind}");
    typist.enter("1000.not.known").await;
    typist.until("code=0").await;
    assert!(!typist.seen.contains("not.known"), "{}", typist.seen);
    assert!(typist.is_as_before(), "{}", typist.seen);
}

#[tokio::test]
async fn a_secret_stays_unseen_after_a_stop() {
    let exchange = r#""$PROGRAM" demo --flow self-client"#;
    let script = format!("set -m; {exchange}; stty echo; {TO_THE_FRONT}");
    let mut typist = Typist::run(&script, &[]);
    typist.until("Grant token (not shown): ").await;
    typist.keys.write_all(b"\x1a").await.unwrap();
    typist.until("now unseen").await;
    typist.enter("1000.not.known").await;
    typist.until("code=5").await;
    assert!(!typist.seen.contains("not.known"), "{}", typist.seen);
}
