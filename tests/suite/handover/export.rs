//! Tests `export` in the binary: what it takes from the file and from the environment, and what a program it asks can
//! see.

use crate::program::{Ended, Program};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

const CLIENT: [(&str, &str); 2] = [
    ("ZOHO_CLIENT_ID", "1000.EXAMPLE"),
    ("ZOHO_CLIENT_SECRET", "examplesecret"),
];

/// Runs `export` with the client and these variables.
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
        ("CRM_CLIENT_SECRET", "of another login"),
        ("CRM_OTHER", "1"),
    ];
    let output = folder.path().join("out");
    let options = ["--output", output.to_str().unwrap(), "--env-prefix", "CRM_"];
    let ended = export(&variables, &options).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.contains("check-ignore"));
    assert!(
        !seen.contains("ZOHO_") && !seen.contains("CRM_CLIENT_SECRET"),
        "{seen}"
    );
    assert!(seen.contains("CRM_OTHER=1"), "{seen}");
}

/// Runs git in a folder, ignoring the configuration of the user running the test.
fn git(folder: &Path, arguments: &[&str]) -> bool {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null");
    git.output().unwrap().status.success()
}

/// A work tree that names `program` as its file watcher and as the remote of its ignore rules.
fn hostile_tree(folder: &Path, program: &str) {
    let (origin, tree) = (folder.join("origin"), folder.join("tree"));
    fs::create_dir(&origin).unwrap();
    fs::write(origin.join(".gitignore"), "nothing\n").unwrap();
    let me = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    assert!(git(&origin, &["init", "--quiet"]) && git(&origin, &["add", "."]));
    assert!(git(&origin, &[&me[..], &["commit", "-qm", "a"]].concat()));
    assert!(git(&origin, &["config", "uploadpack.allowFilter", "true"]));
    let from = format!("file://{}", origin.display());
    let part = ["clone", "-q", "--filter=blob:none", "--no-checkout"];
    assert!(git(folder, &[&part[..], &[&from, "tree"]].concat()));
    let set = |name, value: &str| assert!(git(&tree, &["config", name, value]));
    assert!(git(&tree, &["read-tree", "HEAD"]));
    assert!(git(
        &tree,
        &["update-index", "--skip-worktree", ".gitignore"]
    ));
    set("protocol.ext.allow", "always");
    set("remote.origin.url", &format!("ext::{program} remote"));
    set("core.fsmonitor", &format!("{program} watcher #"));
}

#[tokio::test]
async fn row_30_no_program_of_a_hostile_work_tree_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (program, ran) = (folder.path().join("program"), folder.path().join("ran"));
    let script = format!("#!/bin/sh\necho \"$1\" >>{}\n", ran.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    hostile_tree(folder.path(), program.to_str().unwrap());
    let tree = folder.path().join("tree");

    git(&tree, &["check-ignore", "out"]);
    let unprotected = fs::read_to_string(&ran).unwrap();
    assert!(unprotected.contains("remote") && unprotected.contains("watcher"));
    fs::remove_file(&ran).unwrap();

    let output = tree.join("out");
    let variables = [("ZOHO_REFRESH_TOKEN", "1000.r.r"), ("ZOHO_DC", "eu")];
    let ended = export(&variables, &["--output", output.to_str().unwrap()]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("git work tree"), "{}", ended.stderr);
    assert!(!ran.exists(), "{}", fs::read_to_string(&ran).unwrap());
}

#[tokio::test]
async fn row_30_a_work_tree_that_never_answers_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    assert!(git(folder.path(), &["init", "--quiet"]));
    let rules = folder.path().join("rules");
    assert!(
        Command::new("mkfifo")
            .arg(&rules)
            .status()
            .unwrap()
            .success()
    );
    let rules = rules.to_str().unwrap();
    assert!(git(folder.path(), &["config", "core.excludesFile", rules]));
    let output = folder.path().join("out");
    let variables = [("ZOHO_REFRESH_TOKEN", "1000.r.r"), ("ZOHO_DC", "eu")];
    let ended = export(&variables, &["--output", output.to_str().unwrap()]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("git work tree"), "{}", ended.stderr);
}

const ELSEWHERE: [(&str, &str); 4] = [
    ("ZOHO_ACCESS_TOKEN", "1000.other.other"),
    ("ZOHO_ACCESS_TOKEN_EXPIRES_AT", "2026-11-23T11:35:58Z"),
    ("ZOHO_ACCOUNTS_URL", "https://accounts.zoho.in"),
    ("ZOHO_API_DOMAIN", "https://www.zohoapis.in"),
];

#[tokio::test]
async fn a_file_is_not_mixed_with_another_login_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zoho.env");
    let options = ["--env-file", file.to_str().unwrap(), "--format", "dotenv"];
    let client = "ZOHO_CLIENT_ID=1000.EXAMPLE\nZOHO_CLIENT_SECRET=examplesecret\n";
    fs::write(
        &file,
        format!("{client}ZOHO_REFRESH_TOKEN=1000.r.r\nZOHO_DC=eu\n"),
    )
    .unwrap();
    let ended = export(&ELSEWHERE, &options).await;
    let expected = format!(
        "{client}ZOHO_REFRESH_TOKEN=1000.r.r\nZOHO_ACCOUNTS_URL=https://accounts.zoho.eu\n\
         ZOHO_API_DOMAIN=https://www.zohoapis.eu\nZOHO_DC=EU\n"
    );
    assert_eq!(ended.stdout, expected, "{}", ended.stderr);

    for (text, missing) in [
        (
            "ZOHO_REFRESH_TOKEN=1000.r.r\nZOHO_DC=eu\n",
            "ZOHO_CLIENT_ID",
        ),
        (client, "ZOHO_REFRESH_TOKEN"),
        (
            &format!("{client}ZOHO_REFRESH_TOKEN=1000.r.r\n"),
            "ZOHO_ACCOUNTS_URL",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let ended = export(&ELSEWHERE, &options).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
        assert!(ended.stderr.contains(missing), "{}", ended.stderr);
        assert!(ended.stderr.contains("Add it there"), "{}", ended.stderr);
    }
}
