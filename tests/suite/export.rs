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
