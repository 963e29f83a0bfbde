//! Tests the keyring against a real Secret Service: gnome-keyring on the test's own session bus. If there is none, the
//! tests say so and pass; with REQUIRE_KEYRING=1 they fail.
#![cfg(all(target_os = "linux", feature = "keyring"))]

use crate::needs::missing;
use crate::program::{Ended, link};
use crate::tokens::source::Life;
use secret_service::EncryptionType;
use secret_service::blocking::SecretService;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::{TempDir, tempdir};
use tokio::io::AsyncBufReadExt;
use zoho_stand_in::DataCenter;

/// The attributes that identify the profile `default`.
const ENTRY: [(&str, &str); 2] = [("service", "zoho-grant"), ("username", "default")];

/// Starts a keyring unlocked by a password, prints when it is ready, and ends with its shell.
const DAEMON: &str = r#"
    printf secret | gnome-keyring-daemon --foreground --unlock --components=secrets >&2 &
    trap "kill $!; wait $!" EXIT
    owner() {
        dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
            org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets >&2
    }
    until owner; do kill -0 $! || exit 1; done
"#;

/// A session with a keyring. It ends when its standard input closes.
struct Keyring {
    session: Child,
    bus: String,
    _home: TempDir,
}

impl Keyring {
    /// Starts a session with a keyring, unlocked by a password or still locked.
    fn start(unlocked: bool) -> Option<Self> {
        let home = tempdir().unwrap();
        let daemon = if unlocked { DAEMON } else { "" };
        let script = format!("{daemon} echo \"$DBUS_SESSION_BUS_ADDRESS\"; cat");
        let session = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", &script])
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env_remove("XDG_DATA_HOME")
            .env_remove("DISPLAY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut bus = String::new();
        let mut session = session.ok()?;
        let stdout = session.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut bus).unwrap();
        let bus = bus.trim().to_owned();
        (!bus.is_empty()).then_some(Self {
            session,
            bus,
            _home: home,
        })
    }

    /// Starts one, or reports that the test is skipped.
    fn needed(unlocked: bool) -> Option<Self> {
        let keyring = Self::start(unlocked);
        if keyring.is_none() {
            let why = "there is no dbus-run-session with gnome-keyring-daemon (Debian: dbus, gnome-keyring)";
            missing("REQUIRE_KEYRING", why);
        }
        keyring
    }

    /// The same service, accessed as another program would.
    fn service(&self, encryption: EncryptionType) -> SecretService<'_> {
        let bus = zbus::blocking::connection::Builder::address(self.bus.as_str()).unwrap();
        SecretService::connect_with_existing(encryption, bus.build().unwrap()).unwrap()
    }

    async fn run(&self, life: &Life, arguments: &[&str]) -> Ended {
        life.run_in(&[("DBUS_SESSION_BUS_ADDRESS", &self.bus)], arguments)
            .await
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        drop(self.session.stdin.take());
        let _ = self.session.wait();
    }
}

async fn save(life: &Life, keyring: &Keyring) -> Ended {
    let code = life
        .stand_in
        .self_client_code(&crate::tokens::source::SCOPES);
    let bus = [("DBUS_SESSION_BUS_ADDRESS", keyring.bus.as_str())];
    life.exchange_text(&code, &bus, &["--save"]).await
}

#[tokio::test]
async fn secrets_live_in_the_keyring_and_not_in_the_file() {
    let Some(keyring) = Keyring::needed(true) else {
        return;
    };
    let life = Life::new().await;
    let ended = save(&life, &keyring).await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), ""),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("Saved in the system's keyring"),
        "{}",
        ended.stderr
    );
    let ended = keyring.run(&life, &["token"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let token = ended.stdout.trim_end();
    let file = fs::read_to_string(life.profiles()).unwrap();
    assert!(
        token.starts_with("1000.") && !file.contains(token) && !file.contains("secret"),
        "{file}"
    );

    let ended = life.run(&["token"]).await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(1), ""),
        "without its keyring"
    );
    assert!(
        ended.stderr.contains("no keyring is available"),
        "{}",
        ended.stderr
    );

    let ended = keyring.run(&life, &["revoke", "--yes"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let ended = keyring.run(&life, &["token"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("No profile has been saved yet"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn an_entry_that_was_removed_elsewhere_is_told() {
    let Some(keyring) = Keyring::needed(true) else {
        return;
    };
    let life = Life::new().await;
    save(&life, &keyring).await;
    let listed = fs::read_to_string(life.profiles()).unwrap();
    assert_eq!(keyring.run(&life, &["forget"]).await.code, Some(0));
    fs::write(life.profiles(), listed).unwrap();
    let ended = keyring.run(&life, &["token"]).await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .stderr
            .contains("does not contain the secrets of profile default"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn copies_in_two_collections_are_kept_alike_and_forgotten_together() {
    let Some(keyring) = Keyring::needed(true) else {
        return;
    };
    let life = Life::new().await;
    let service = keyring.service(EncryptionType::Dh);
    for alias in ["session", "default"] {
        let collection = service.get_collection_by_alias(alias).unwrap();
        let item = collection.create_item(alias, ENTRY.into(), b"old", false, "text/plain");
        item.unwrap();
    }
    let ended = save(&life, &keyring).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let token = keyring.run(&life, &["token"]).await.stdout;
    assert!(token.starts_with("1000."), "{token}");
    let copies = service.search_items(ENTRY.into()).unwrap().unlocked;
    assert_eq!(copies.len(), 2);
    for copy in copies {
        let secret = String::from_utf8(copy.get_secret().unwrap()).unwrap();
        assert!(secret.contains(token.trim_end()), "a copy is old");
    }

    let ended = keyring.run(&life, &["forget"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let left = service.search_items(ENTRY.into()).unwrap();
    assert!(left.unlocked.is_empty() && left.locked.is_empty());
}

/// The bus traffic of an unencrypted session proves that the monitor would see the token.
#[tokio::test]
async fn no_secret_crosses_the_bus_in_the_clear() {
    let Some(keyring) = Keyring::needed(true) else {
        return;
    };
    let life = Life::new().await;
    let mut monitor = tokio::process::Command::new("dbus-monitor")
        .args(["--address", &keyring.bus])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut seen = tokio::io::BufReader::new(monitor.stdout.take().unwrap()).lines();
    seen.next_line().await.unwrap();
    assert_eq!(save(&life, &keyring).await.code, Some(0));
    let ended = keyring.run(&life, &["token"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let plain = keyring.service(EncryptionType::Plain);
    let collection = plain.get_default_collection().unwrap();
    let attributes = [("service", "another")].into();
    let item = collection.create_item("plain", attributes, b"in the clear", false, "text/plain");
    item.unwrap();
    let mut text = String::new();
    while !text.contains("in the clear") {
        text += &seen
            .next_line()
            .await
            .unwrap()
            .expect("the monitor goes on");
    }
    assert!(text.contains("member=CreateItem") && text.contains("member=GetSecret"));
    assert!(!text.contains(ended.stdout.trim_end()) && !text.contains("client_secret"));
}

#[tokio::test]
async fn a_locked_keyring_is_told_before_the_grant_token_is_spent() {
    let Some(keyring) = Keyring::needed(false) else {
        return;
    };
    let life = Life::new().await;
    let ended = save(&life, &keyring).await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(1), ""),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("keyring is locked") && ended.stderr.contains("--save-to file"),
        "{}",
        ended.stderr
    );
    assert!(life.stand_in.requests().is_empty());
}

#[tokio::test]
async fn an_ordinary_user_is_let_in_as_well_as_root() {
    if !rustix::process::getuid().is_root() {
        return missing("REQUIRE_HOSTILE", "a second user needs root");
    }
    if Keyring::needed(true).is_none() {
        return;
    }
    let life = Life::new().await;
    let program = life.home.path().join("program");
    link(&program);
    let nobody = Some(65534);
    std::os::unix::fs::chown(life.home.path(), nobody, nobody).unwrap();
    let domain = life.stand_in.api_domain(DataCenter::Eu);
    let script = format!(
        "{DAEMON} printf %s \"$CODE\" | ./program exchange --save --trust-api-domain \"$0\" && ./program token"
    );
    let code = life
        .stand_in
        .self_client_code(&crate::tokens::source::SCOPES);
    let output = tokio::process::Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .args(["dbus-run-session", "--", "sh", "-c", &script, &domain])
        .current_dir(life.home.path())
        .envs(life.variables())
        .envs(life.client())
        .env("XDG_RUNTIME_DIR", life.home.path())
        .env("CODE", code)
        .output()
        .await
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("Saved in the system's keyring"), "{stderr}");
    assert!(output.stdout.starts_with(b"1000."), "{stderr}");
}
