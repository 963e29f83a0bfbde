//! Tests what the shells complete, by asking the shells themselves, and the manual pages. If a shell is missing, its
//! test says so and passes; with REQUIRE_SHELLS=1 it fails.

use crate::needs::missing;
use crate::program::{BINARY, Program, command, in_its_environment};
use crate::typist::Typist;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use tempfile::{TempDir, tempdir};

/// A profile whose secrets are in a keyring that these tests do not have.
const PROFILES: &str = r#"{"profiles": {"work": {
    "kept": "keyring", "client_id": "1000.A", "accounts_url": "https://accounts.zoho.eu"
}}}"#;

fn is_there(shell: &str) -> bool {
    let found = Command::new(shell).arg("--version").output().is_ok();
    if !found {
        missing("REQUIRE_SHELLS", &format!("there is no {shell} in PATH"));
    }
    found
}

/// A home folder with a profile.
fn home() -> TempDir {
    let home = tempdir().unwrap();
    let folder = home.path().join(".config/zoho-grant");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("profiles.json");
    fs::write(&file, PROFILES).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    home
}

/// Variables with which a shell finds the program, and a profile in its home folder.
fn variables(home: &TempDir) -> [(&'static str, String); 3] {
    let folder = Path::new(BINARY).parent().unwrap().display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let home = home.path().display().to_string();
    [("PATH", path), ("HOME", home), ("LANG", "C.UTF-8".into())]
}

/// Checks what each line becomes after Tab in an interactive shell that has loaded the completions.
async fn check(shell: &[&str], load: &str) {
    if !is_there(shell[0]) {
        return;
    }
    let home = home();
    let variables = variables(&home);
    let variables = variables.each_ref().map(|(name, value)| (*name, &**value));
    let mut session = Typist::shell(shell, &variables);
    // Quotes distinguish the printed text from the typed line.
    let loaded = format!("{load} && echo 'load''ed'");
    session.enter(&loaded).await;
    session.next("loaded\r\n").await;
    for (typed, whole) in [
        ("login --dc e", "login --dc eu"),
        ("demo --fail thr", "demo --fail throttled"),
        ("export --format airb", "export --format airbyte"),
        (
            "login --scope ZohoCRM.org.READ,ZohoCRM.coq",
            "login --scope ZohoCRM.org.READ,ZohoCRM.coql.READ",
        ),
        ("check --profile wo", "check --profile work"),
        ("forget wo", "forget work"),
        ("man datac", "man datacenters"),
        ("login --for adobe-r", "login --for adobe-rest"),
        ("run --profile wo", "run --profile work"),
        ("api -X PA", "api -X PATCH"),
    ] {
        // After Tab, jumps to both ends of the line, so that it is printed rather than run.
        let keys = format!("zoho-grant {typed}\t\u{1}echo 'comp''leted' \u{5}");
        session.enter(&keys).await;
        session.next("completed zoho-grant ").await;
        let line = session.next("\r\n").await;
        assert_eq!(line.trim(), whole, "{shell:?}");
    }
    session.enter("exit").await;
    session.end().await;
}

#[tokio::test]
async fn bash_completes() {
    let load = "eval \"$(zoho-grant completions bash)\"";
    check(&["bash", "--norc", "-i"], load).await;
}

#[tokio::test]
async fn zsh_completes_with_the_script_evaluated() {
    let load = "autoload -U compinit && compinit -D -u && eval \"$(zoho-grant completions zsh)\"";
    check(&["zsh", "-f", "-i"], load).await;
}

#[tokio::test]
async fn zsh_completes_with_the_script_in_its_path() {
    let load = "cd && mkdir f && zoho-grant completions zsh > f/_zoho-grant && fpath=(~/f $fpath) \
        && autoload -U compinit && compinit -D -u";
    check(&["zsh", "-f", "-i"], load).await;
}

#[tokio::test]
async fn fish_completes() {
    if !is_there("fish") {
        return;
    }
    let home = home();
    let variables = variables(&home);
    let variables = variables.each_ref().map(|(name, value)| (*name, &**value));
    let offered = async |line: &str| {
        let script = "zoho-grant completions fish | source; complete -C $argv[1]";
        let words = ["fish", "--no-config", "--command", script, line].map(OsStr::new);
        let mut fish = in_its_environment(&command(&variables, &[]), words.into_iter());
        let ended = Program::spawn(&mut fish).wait().await;
        assert!(ended.stderr.is_empty(), "{ended:?}");
        ended.stdout
    };
    assert_eq!(offered("zoho-grant login --dc e").await, "eu\tEurope\n");
    assert_eq!(
        offered("zoho-grant check --profile ").await,
        "work\thttps://accounts.zoho.eu\n"
    );
    for option in ["export --format", "login --for"] {
        let airbyte = offered(&format!("zoho-grant {option} airb")).await;
        assert!(airbyte.starts_with("airbyte\tAirbyte"), "{airbyte}");
    }
    let api = offered("zoho-grant ap").await;
    assert!(api.starts_with("api\tMake one request"), "{api}");
}

#[tokio::test]
async fn every_command_has_a_page() {
    let program = Program::start(&["man"]).wait().await;
    assert_eq!(program.code, Some(0), "{}", program.stderr);
    let pages = program.stdout.lines().filter_map(|line| {
        let name = line.strip_prefix("zoho\\-grant\\-")?;
        name.strip_suffix("(1)")
    });
    let names: Vec<_> = pages.map(str::to_owned).collect();
    for known in ["login", "demo", "man"] {
        assert!(names.iter().any(|name| name == known), "{names:?}");
    }
    for name in &names {
        let page = Program::start(&["man", name]).wait().await;
        assert_eq!(page.code, Some(0), "{}", page.stderr);
        let title = format!(".TH zoho-grant-{name} 1");
        assert!(page.stdout.contains(&title), "{}", page.stdout);
    }
}

#[tokio::test]
async fn a_page_of_no_command_is_refused() {
    let ended = Program::start(&["man", "nothing"]).wait().await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(
        ended.stderr.contains("no command nothing"),
        "{}",
        ended.stderr
    );
}
