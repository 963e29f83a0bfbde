//! `run`: a program in the place of this one, with a live token in its environment.

use crate::program::{Ended, Program, after, command};
use crate::tokens::source::Life;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const PAST: &str = "2020-01-01T00:00:00Z";

/// The variables of a program that `env` printed, as far as they are Zoho's or of a prefix.
fn variables<'a>(ended: &'a Ended, prefix: &str) -> BTreeMap<&'a str, &'a str> {
    let lines = ended.stdout.lines().filter(|line| line.starts_with(prefix));
    lines.filter_map(|line| line.split_once('=')).collect()
}

#[tokio::test]
async fn a_program_gets_the_token_and_no_secret() {
    let life = Life::with_profile().await;
    let inherited = [
        ("ZOHO_CLIENT_SECRET", "of another login"),
        ("ZOHO_SCOPE", "of another login"),
        ("ZOHO_DC", "jp"),
        ("ZOHO_REDIRECT_URI", "of another login"),
        ("ZOHO_ORG_ID", "7"),
    ];
    let arguments = ["run", "--profile", "default", "--", "env"];
    let ended = life.run_in(&inherited, &arguments).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let seen = variables(&ended, "ZOHO_");
    let secrets = life.secrets();
    let names: Vec<_> = seen.keys().copied().collect();
    let expected = [
        "ZOHO_ACCESS_TOKEN",
        "ZOHO_ACCESS_TOKEN_EXPIRES_AT",
        "ZOHO_ACCOUNTS_URL",
        "ZOHO_API_DOMAIN",
        "ZOHO_ORG_ID",
    ];
    assert_eq!(names, expected);
    assert_eq!(seen["ZOHO_ACCESS_TOKEN"], secrets["access_token"]);
    assert_eq!(seen["ZOHO_ACCESS_TOKEN_EXPIRES_AT"], secrets["expires_at"]);
    assert_eq!(seen["ZOHO_ORG_ID"], "7");
    for secret in ["client_secret", "refresh_token"] {
        assert!(!ended.stdout.contains(secrets[secret].as_str().unwrap()));
    }
}

#[tokio::test]
async fn the_profile_that_was_named_is_not_inherited() {
    let life = Life::with_profile().await;
    let named = [("ZOHO_PROFILE", "default")];
    let ended = life.run_in(&named, &["run", "--", "env"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let seen = variables(&ended, "ZOHO_");
    assert!(seen.contains_key("ZOHO_ACCESS_TOKEN") && !seen.contains_key("ZOHO_PROFILE"));
}

#[tokio::test]
async fn the_refresh_token_comes_when_it_is_asked_for() {
    let life = Life::with_profile().await;
    let ended = life
        .run(&["run", "--with-refresh-token", "--", "env"])
        .await;
    let seen = variables(&ended, "ZOHO_");
    let secrets = life.secrets();
    assert_eq!(seen["ZOHO_REFRESH_TOKEN"], secrets["refresh_token"]);
    assert_eq!(seen["ZOHO_CLIENT_SECRET"], secrets["client_secret"]);
    assert_eq!(seen["ZOHO_CLIENT_ID"], life.stand_in.client_id());
}

#[tokio::test]
async fn the_data_center_and_another_prefix_are_as_in_an_env_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zoho.env");
    let text = "CRM_CLIENT_ID=1000.A\nCRM_CLIENT_SECRET=examplesecret\nCRM_ACCESS_TOKEN=1000.a.a\nCRM_DC=eu\n";
    fs::write(&file, text).unwrap();
    let inherited = [
        ("CRM_REFRESH_TOKEN", "old"),
        ("ZOHO_ACCESS_TOKEN", "old"),
        ("CRM_OTHER", "1"),
    ];
    let file = file.to_str().unwrap();
    let arguments = [
        "run",
        "--env-file",
        file,
        "--env-prefix",
        "CRM_",
        "--",
        "env",
    ];
    let ended = Program::start_in(&inherited, &arguments).wait().await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let seen = variables(&ended, "CRM_");
    let expected = BTreeMap::from([
        ("CRM_ACCESS_TOKEN", "1000.a.a"),
        ("CRM_ACCOUNTS_URL", "https://accounts.zoho.eu"),
        ("CRM_API_DOMAIN", "https://www.zohoapis.eu"),
        ("CRM_DC", "EU"),
        ("CRM_OTHER", "1"),
    ]);
    assert_eq!(seen, expected);
    assert!(variables(&ended, "ZOHO_").is_empty());
}

#[tokio::test]
async fn a_stale_token_is_refreshed_into_its_profile_and_written_nowhere_else() {
    let life = Life::with_profile().await;
    life.change("expires_at", PAST);
    let before = files(life.home.path());
    let script = "printf %s \"$ZOHO_ACCESS_TOKEN\"";
    let ended = life.run(&["run", "--", "sh", "-c", script]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(life.secrets()["access_token"], *ended.stdout);
    assert_eq!(life.requests("refresh_token"), 1);
    let lock = "zoho-grant/refresh-default.lock";
    let after = files(life.home.path()).into_iter();
    let after: Vec<_> = after.filter(|file| !file.ends_with(lock)).collect();
    let before: Vec<_> = before
        .into_iter()
        .filter(|file| !file.ends_with(lock))
        .collect();
    assert_eq!(before, after);
}

fn files(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path.to_str().unwrap().to_owned());
        }
    }
    all.sort();
    all
}

#[tokio::test]
async fn arguments_input_and_exit_code_pass_as_they_are() {
    let life = Life::with_profile().await;
    let script = "cat; printf '%s|' \"$@\"; exit 42";
    let arguments = [
        "run", "sh", "-c", script, "sh", "-v", "--quiet", "", "a b", "--",
    ];
    let program = Program::start_with("input\n", &life.variables(), &arguments);
    let ended = program.wait().await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(42), ""));
    assert_eq!(ended.stdout, "input\n-v|--quiet||a b|--|");
}

#[tokio::test]
async fn the_program_is_this_process_and_takes_its_signals() {
    let life = Life::with_profile().await;
    let script = "echo $$; tail -f /dev/null & trap \"kill $!; exit 9\" TERM; echo ready >&2; wait";
    let arguments = ["run", "--", "sh", "-c", script];
    let mut program = Program::start_in(&life.variables(), &arguments);
    program.told("ready").await;
    let id = program.id().to_string();
    program.signal("TERM");
    let ended = program.wait().await;
    assert_eq!((ended.code, ended.stdout.trim_end()), (Some(9), &*id));
}

#[tokio::test]
async fn a_signal_that_ends_the_program_ends_this_one() {
    let life = Life::with_profile().await;
    // A program whose writes nobody reads ends by SIGPIPE, unless it inherits that the signal is ignored.
    for signal in ["KILL", "PIPE", "INT"] {
        let script = format!("kill -{signal} $$; echo survived");
        let ended = life.run(&["run", "--", "sh", "-c", &script]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (None, ""), "{signal}");
    }
}

#[tokio::test]
async fn a_program_may_leave_a_core_again() {
    let life = Life::with_profile().await;
    let raise = "ulimit -S -c $(ulimit -H -c)";
    let limit = std::process::Command::new("sh")
        .args(["-c", &format!("{raise}; ulimit -c")])
        .output()
        .unwrap();
    let limit = String::from_utf8(limit.stdout).unwrap();
    let inner = command(&life.variables(), &["run", "--", "sh", "-c", "ulimit -c"]);
    let ended = Program::spawn(&mut after(raise, &inner)).wait().await;
    assert_eq!((ended.code, ended.stdout), (Some(0), limit));
}

#[tokio::test]
async fn what_cannot_be_found_is_127_and_what_cannot_be_started_126() {
    let life = Life::with_profile().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let script = |name: &str, text: &str, mode| {
        fs::write(path(name), text).unwrap();
        fs::set_permissions(path(name), Permissions::from_mode(mode)).unwrap();
    };
    script("closed", "#!/bin/sh\n", 0o644);
    script("orphan", "#!/no/such/interpreter\n", 0o755);
    for (program, code, word) in [
        ("no-such-program".to_owned(), 127, "PATH"),
        (path("nothing"), 127, "PATH"),
        (path("closed"), 126, "you may run it"),
        (path("orphan"), 126, "this system can run"),
        (path(""), 126, "you may run it"),
    ] {
        let ended = life.run(&["run", "--", &program]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""));
        assert!(ended.stderr.contains(&program), "{}", ended.stderr);
        assert!(ended.stderr.contains(word), "{}", ended.stderr);
    }
    let searched = [("PATH", folder.path().to_str().unwrap())];
    for (program, code) in [("closed", 126), ("orphan", 126), ("nothing", 127)] {
        let ended = life.run_in(&searched, &["run", "--", program]).await;
        assert_eq!(ended.code, Some(code), "{program}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn nothing_runs_without_a_token_or_with_a_foreign_api_domain() {
    let life = Life::new().await;
    let ran = life.home.path().join("ran");
    let program = ["--", "touch", ran.to_str().unwrap()];
    let ended = life.run(&[&["run"], &program[..]].concat()).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);

    let file = life.home.path().join("zoho.env");
    let text = "ZOHO_CLIENT_ID=1000.A\nZOHO_CLIENT_SECRET=examplesecret\nZOHO_ACCESS_TOKEN=1000.a.a\n\
        ZOHO_DC=eu\nZOHO_API_DOMAIN=https://www.zohoapis.example\n";
    fs::write(&file, text).unwrap();
    let from = ["run", "--env-file", file.to_str().unwrap()];
    let ended = life.run(&[&from, &program[..]].concat()).await;
    assert_eq!(ended.code, Some(7), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("--trust-api-domain"),
        "{}",
        ended.stderr
    );
    assert!(!ran.exists());

    let trust = ["--trust-api-domain", "https://www.zohoapis.example"];
    let ended = life.run(&[&from[..], &trust, &program].concat()).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ran.exists());

    let ended = life.run(&["run"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
}
