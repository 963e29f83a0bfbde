//! Tests what the shells complete, by asking the shells themselves, and the manual pages. If a shell is missing, its
//! test says so and passes; with REQUIRE_SHELLS=1 it fails.

use crate::needs::missing;
use crate::program::{BINARY, DEADLINE, Program};
use rexpect::session::spawn_command;
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

/// A shell that finds the program but sees nothing of the user running the test.
fn shell(name: &str, arguments: &[&str], home: &TempDir) -> Command {
    let program = Path::new(BINARY);
    let folder = program.parent().unwrap().display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let mut command = Command::new(name);
    command.args(arguments).env_clear().envs([
        ("PATH", path.as_str()),
        ("HOME", home.path().to_str().unwrap()),
        ("TERM", "dumb"),
        ("LANG", "C.UTF-8"),
    ]);
    command
}

/// Checks what each line becomes after Tab in an interactive shell that has loaded the completions.
fn check(name: &str, arguments: &[&str], home: &TempDir, load: &str) {
    let millis = DEADLINE.as_millis().try_into().unwrap();
    let command = shell(name, arguments, home);
    let mut session = spawn_command(command, Some(millis)).unwrap();
    // Quotes distinguish the printed text from the typed line.
    let loaded = format!("{load} && echo 'load''ed'");
    session.send_line(&loaded).unwrap();
    session.exp_string("loaded\r\n").unwrap();
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
    ] {
        // After Tab, jumps to both ends of the line, so that it is printed rather than run.
        let keys = format!("zoho-grant {typed}\t\u{1}echo 'comp''leted' \u{5}\r");
        session.send(&keys).unwrap();
        session.flush().unwrap();
        session.exp_string("completed zoho-grant ").unwrap();
        assert_eq!(session.read_line().unwrap().trim(), whole, "{name}");
    }
    session.send_line("exit").unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn bash_completes() {
    if is_there("bash") {
        let load = "eval \"$(zoho-grant completions bash)\"";
        check("bash", &["--norc", "-i"], &home(), load);
    }
}

#[test]
fn zsh_completes_with_the_script_evaluated() {
    if is_there("zsh") {
        let load =
            "autoload -U compinit && compinit -D -u && eval \"$(zoho-grant completions zsh)\"";
        check("zsh", &["-f", "-i"], &home(), load);
    }
}

#[test]
fn zsh_completes_with_the_script_in_its_path() {
    if is_there("zsh") {
        let load = "mkdir f && zoho-grant completions zsh > f/_zoho-grant && fpath=(~/f $fpath) \
            && autoload -U compinit && compinit -D -u";
        let load = format!("cd && {load}");
        check("zsh", &["-f", "-i"], &home(), &load);
    }
}

#[test]
fn fish_completes() {
    if !is_there("fish") {
        return;
    }
    let home = home();
    let offered = |line: &str| {
        let script = "zoho-grant completions fish | source; complete -C $argv[1]";
        let mut fish = shell("fish", &["--no-config", "--command", script, line], &home);
        let output = fish.output().unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(offered("zoho-grant login --dc e"), "eu\tEurope\n");
    assert_eq!(
        offered("zoho-grant check --profile "),
        "work\thttps://accounts.zoho.eu\n"
    );
    assert!(offered("zoho-grant export --format airb").starts_with("airbyte\tAirbyte"));
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
