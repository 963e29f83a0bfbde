//! `export` in the binary: what comes from the file, what from the environment, and what a program it asks sees.

use crate::program::{Ended, Program};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

const CLIENT: [(&str, &str); 2] = [
    ("ZOHO_CLIENT_ID", "1000.EXAMPLE"),
    ("ZOHO_CLIENT_SECRET", "examplesecret"),
];

/// `export` with the client and these variables.
async fn export(variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let variables = [&CLIENT, variables].concat();
    let arguments = [&["export"], arguments].concat();
    Program::start_in(&variables, &arguments).wait().await
}

#[tokio::test]
async fn git_is_asked_without_our_variables() {
    let folder = tempfile::tempdir().unwrap();
    let (git, seen) = (folder.path().join("git"), folder.path().join("seen"));
    let script = "#!/bin/sh\n{ env; echo \"$@\"; } >\"$(dirname \"$0\")/seen\"\n";
    fs::write(&git, script).unwrap();
    fs::set_permissions(&git, Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let path = std::env::var("PATH").unwrap();
    let variables = [
        (
            "PATH",
            format!("{}:{path}", folder.path().display()).leak() as &str,
        ),
        ("ZOHO_REFRESH_TOKEN", "1000.r.r"),
        ("ZOHO_DC", "eu"),
    ];
    let output = folder.path().join("out");
    let ended = export(&variables, &["--output", output.to_str().unwrap()]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.contains("check-ignore") && seen.contains("core.fsmonitor=false"));
    assert!(!seen.contains("ZOHO_"), "{seen}");
}

const ELSEWHERE: [(&str, &str); 4] = [
    ("ZOHO_ACCESS_TOKEN", "1000.other.other"),
    ("ZOHO_ACCESS_TOKEN_EXPIRES_AT", "2026-11-23T11:35:58Z"),
    ("ZOHO_ACCOUNTS_URL", "https://accounts.zoho.in"),
    ("ZOHO_API_DOMAIN", "https://www.zohoapis.in"),
];

#[tokio::test]
async fn a_token_of_the_file_is_not_mixed_with_another_login_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zoho.env");
    let options = ["--env-file", file.to_str().unwrap(), "--format", "dotenv"];
    fs::write(&file, "ZOHO_REFRESH_TOKEN=1000.r.r\nZOHO_DC=eu\n").unwrap();
    let ended = export(&ELSEWHERE, &options).await;
    let expected = "ZOHO_CLIENT_ID=1000.EXAMPLE\nZOHO_CLIENT_SECRET=examplesecret\nZOHO_REFRESH_TOKEN=1000.r.r\n\
        ZOHO_ACCOUNTS_URL=https://accounts.zoho.eu\nZOHO_API_DOMAIN=https://www.zohoapis.eu\n";
    assert_eq!(ended.stdout, expected, "{}", ended.stderr);

    fs::write(&file, "ZOHO_REFRESH_TOKEN=1000.r.r\n").unwrap();
    let ended = export(&ELSEWHERE, &options).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(
        ended.stderr.contains("Add it to the file"),
        "{}",
        ended.stderr
    );

    fs::write(&file, "# no token\n").unwrap();
    let ended = export(&ELSEWHERE, &options).await;
    assert!(
        ended.stdout.contains("1000.other.other"),
        "{}",
        ended.stderr
    );
}
