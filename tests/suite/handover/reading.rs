//! `--for`: what the program that will read the CRM needs, and what it would find there.

use crate::program::{Ended, Program};
use crate::tokens::source::Life;

async fn demo(arguments: &[&str]) -> Ended {
    let arguments = [&["demo", "--yes"], arguments].concat();
    Program::start(&arguments).wait().await
}

/// One line of what was said.
fn line<'a>(ended: &'a Ended, part: &str) -> &'a str {
    let mut lines = ended.stderr.lines();
    lines.find(|line| line.contains(part)).unwrap_or_default()
}

#[tokio::test]
async fn a_login_for_airbyte_or_an_sdk_says_what_it_can_read() {
    for (destination, title) in [("airbyte", "Airbyte"), ("sdk", "Zoho SDK")] {
        let ended = demo(&["--for", destination]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let said = line(&ended, "will be able to read");
        let expected = format!("{title} will be able to read: Leads, ");
        assert!(said.starts_with(&expected), "{}", ended.stderr);
        assert!(said.ends_with("a record of Leads)."), "{said}");
    }
}

#[tokio::test]
async fn a_missing_scope_is_named_and_the_login_is_good() {
    let scopes = "ZohoCRM.org.READ,ZohoCRM.settings.modules.READ,ZohoCRM.settings.fields.READ";
    let ended = demo(&["--for", "sdk", "--scope", scopes]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let said = line(&ended, "will not be able");
    assert!(
        said.contains("ZohoCRM.modules.READ was not granted"),
        "{}",
        ended.stderr
    );
    assert!(said.ends_with("zoho-grant login --for sdk"), "{said}");
}

#[tokio::test]
async fn nothing_is_tried_where_nothing_is_known_or_wanted() {
    let ended = demo(&["--for", "adobe"]).await;
    let said = line(&ended, "was not tried");
    assert!(said.contains("Adobe does not document"), "{}", ended.stderr);
    let first = line(&ended, "warning:");
    assert!(
        first.contains("deprecated") && first.contains("adobe-rest"),
        "{first}"
    );
    for options in [&["--for", "sdk", "--no-verify"][..], &["--for", "env"], &[]] {
        let ended = demo(options).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(!ended.stderr.contains("able to read"), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn a_crm_that_refuses_or_stays_silent_ends_no_login() {
    for failure in ["crm-html", "crm-slow", "scope-mismatch"] {
        let ended = demo(&["--for", "sdk", "--fail", failure]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(!ended.stderr.contains("will be able"), "{}", ended.stderr);
        assert!(ended.stdout.starts_with("id,user_name"), "{}", ended.stdout);
    }
}

#[tokio::test]
async fn the_first_requests_are_few_and_made_once() {
    let life = Life::new().await;
    let ended = life.exchange(&["--for", "sdk"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let requests = life.stand_in.requests();
    let paths: Vec<&str> = requests
        .iter()
        .map(|request| request.path.as_str())
        .collect();
    // The grant token here has no scope for settings, so the first is the last.
    let expected = [
        "/oauth/v2/token",
        "/crm/v8/org",
        "/crm/v8/users",
        "/crm/v8/settings/modules",
    ];
    let mut sorted = paths.clone();
    sorted[1..3].sort_unstable();
    assert_eq!(sorted, expected);
    let said = line(&ended, "ZohoCRM.settings.modules.READ was not granted");
    assert!(!said.is_empty(), "{}", ended.stderr);
}

/// What a program cannot use is refused before anything is asked, of anybody.
#[tokio::test]
async fn what_a_program_cannot_use_is_refused_before_the_consent() {
    let client = [
        ("ZOHO_CLIENT_ID", "1000.A"),
        ("ZOHO_CLIENT_SECRET", "examplesecret"),
    ];
    for (options, word) in [
        (
            &["--dc", "ca", "--for", "airbyte"][..],
            "us, au, eu, in, cn, jp",
        ),
        (
            &[
                "--dc",
                "eu",
                "--format",
                "singer",
                "--start-date",
                "2026-01-01",
                "--user-agent",
                "a",
            ],
            "data centers: us;",
        ),
        (
            &[
                "--dc",
                "uk",
                "--format",
                "rclone",
                "--scope",
                "WorkDrive.files.ALL",
            ],
            "us, eu, in, jp, cn, au",
        ),
        (
            &["--dc", "us", "--format", "rclone"],
            "WorkDrive.files.READ",
        ),
        (
            &["--dc", "us", "--for", "airbyte", "--no-verify"],
            "--environment",
        ),
        (
            &[
                "--dc",
                "us",
                "--for",
                "airbyte",
                "--scope",
                "ZohoCRM.org.READ",
            ],
            "ZohoCRM.settings.modules.READ",
        ),
        (
            &["--dc", "us", "--field", "organization_name", "--no-verify"],
            "--no-verify",
        ),
    ] {
        let arguments = [&["login", "--no-browser"], options].concat();
        let ended = Program::start_in(&client, &arguments).wait().await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{options:?}"
        );
        assert!(ended.stderr.contains(word), "{options:?}: {}", ended.stderr);
        assert!(
            !ended.stderr.contains("http://localhost"),
            "{}",
            ended.stderr
        );
    }
}
