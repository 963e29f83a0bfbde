//! The binary: options, variables, exit codes, a pure standard output, secrets nowhere else.

use crate::program::{Ended, Program};
use crate::rehearsed::bounded;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::tempdir;
use zoho_grant::demo::{DataCenter, Rehearsal, StandIn, visitor};

const ID: &str = "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ";
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789";

async fn run(variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
    Program::start_in(variables, arguments).wait().await
}

/// A login that must fail before anything opens.
async fn refused(variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let given = [
        ("ZOHO_CLIENT_ID", ID),
        ("ZOHO_CLIENT_SECRET", SECRET),
        ("BROWSER", "false"),
    ];
    let variables = [&given, variables].concat();
    let ended = run(&variables, &[&["login"], arguments].concat()).await;
    assert_eq!(ended.stdout, "");
    assert!(!ended.stderr.contains("/oauth/v2/auth"), "{}", ended.stderr);
    assert!(!ended.stderr.contains(SECRET));
    ended
}

#[tokio::test]
async fn a_rehearsal_without_a_browser_prints_the_credentials_and_nothing_else() {
    let ended = run(&[], &["demo", "--yes", "--format", "json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
    for field in ["client_secret", "access_token", "refresh_token"] {
        let secret = credentials[field].as_str().unwrap();
        assert!(!ended.stderr.contains(secret), "{field} on standard error");
    }
    assert!(ended.stderr.contains("Rehearsal Company") && ended.stderr.contains("Rehearsal User"));
}

#[tokio::test]
async fn no_verbosity_shows_a_secret() {
    for verbosity in ["--quiet", "-v", "-vvv"] {
        let ended = run(&[], &["demo", "--yes", "--format", "json", verbosity]).await;
        let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
        for field in ["client_secret", "access_token", "refresh_token"] {
            assert!(
                !ended.stderr.contains(credentials[field].as_str().unwrap()),
                "{field}, {verbosity}"
            );
        }
        assert!(!ended.stderr.contains("code_verifier"));
    }
}

#[tokio::test]
async fn quiet_says_only_what_needs_doing() {
    let ended = run(&[], &["demo", "--yes", "--quiet"]).await;
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("/oauth/v2/auth?"));
}

/// `login` at a stand-in of the test, with options for its servers.
async fn login_at(stand_in: &StandIn, variables: &[(&str, &str)], more: &[&str]) -> Ended {
    let servers = DataCenter::ALL.map(|center| stand_in.accounts_url(center));
    let domain = stand_in.api_domain(DataCenter::Eu);
    let mut arguments = vec![
        "login",
        "--no-browser",
        "--redirect-uri",
        "http://localhost:0/callback",
    ];
    arguments.extend([
        "--trust-accounts-server",
        &servers[1],
        "--trust-api-domain",
        &domain,
    ]);
    arguments.extend(more);
    let mut program = Program::start_in(variables, &arguments);
    let uri = program.line_with("http://localhost:").await;
    stand_in.register_redirect_uri(uri.trim());
    let address = program.line_with("/oauth/v2/auth").await;
    bounded(visitor::consent(address.trim())).await.unwrap();
    program.wait().await
}

#[tokio::test]
async fn options_beat_the_file_and_the_file_beats_the_environment() {
    use secrecy::ExposeSecret;
    let stand_in = StandIn::start(Rehearsal::default()).await.unwrap();
    let folder = tempdir().unwrap();
    let (file, secret) = (folder.path().join("settings"), folder.path().join("secret"));
    let accounts = stand_in.accounts_url(DataCenter::Us);
    let lines = format!(
        "ZOHO_CLIENT_ID={ID}\nZOHO_CLIENT_SECRET=wrong\nZOHO_ACCOUNTS_URL='{accounts}'\nZOHO_SCOPE=ZohoCRM.org.READ\n"
    );
    fs::write(&file, lines).unwrap();
    fs::write(
        &secret,
        format!("{}\n", stand_in.client_secret().expose_secret()),
    )
    .unwrap();
    let environment = [
        ("ZOHO_ACCOUNTS_URL", "http://127.0.0.1:9"),
        ("ZOHO_DC", "in"),
        ("ZOHO_SCOPE", "A.b.READ"),
    ];
    let id = stand_in.client_id();
    let options = [
        "--env-file",
        file.to_str().unwrap(),
        "--client-id",
        &id,
        "--client-secret-file",
        secret.to_str().unwrap(),
        "--format",
        "json",
    ];
    let ended = login_at(&stand_in, &environment, &options).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(credentials["client_id"], id);
    assert_eq!(credentials["scope"], "ZohoCRM.org.READ");
}

#[tokio::test]
async fn credentials_go_to_a_file_that_only_its_owner_reads() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("zoho.env");
    let output = ["--output", path.to_str().unwrap()];
    let ended = run(
        &[],
        &[&["demo", "--yes", "--format", "dotenv"], &output[..]].concat(),
    )
    .await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("ZOHO_CLIENT_ID=1000.") && text.contains("\nZOHO_REFRESH_TOKEN=1000.")
    );
    assert_only_owner_reads(&path);
    let again = run(
        &[],
        &[&["demo", "--yes", "--format", "json"], &output[..]].concat(),
    )
    .await;
    assert_eq!(again.code, Some(2), "an existing file needs --force");
    assert!(again.stderr.contains("--force"));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[cfg(unix)]
fn assert_only_owner_reads(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(
        fs::metadata(path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[cfg(not(unix))]
fn assert_only_owner_reads(_: &Path) {}

#[tokio::test]
async fn a_file_that_goes_wrong_at_the_end_loses_nothing() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("credentials");
    let arguments = [
        "demo",
        "--no-browser",
        "--format",
        "json",
        "--output",
        path.to_str().unwrap(),
    ];
    let mut program = Program::start(&arguments);
    let address = program.line_with("/oauth/v2/auth").await;
    fs::create_dir(&path).unwrap();
    let visit = bounded(visitor::consent(address.trim())).await.unwrap();
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(serde_json::from_str::<Value>(&ended.stdout).unwrap()["refresh_token"].is_string());
    assert!(
        ended.stderr.contains("could not be written to")
            && visit.page.contains("could not be written to")
    );
}

#[tokio::test]
async fn wrong_settings_name_the_option_before_anything_opens() {
    let cases: [(&[&str], i32, &str); 16] = [
        (
            &["--redirect-uri", "https://example.com/callback"],
            2,
            "--redirect-uri",
        ),
        (
            &["--redirect-uri", "http://localhost:0/callback"],
            2,
            "--redirect-uri",
        ),
        (
            &["--redirect-uri", "https://localhost:8085/"],
            2,
            "--redirect-uri",
        ),
        (&["--dc", "mars"], 2, "Known are us (United States)"),
        (
            &["--dc", "eu", "--accounts-url", "https://accounts.zoho.in"],
            2,
            "--dc together with --accounts-url",
        ),
        (
            &["--accounts-url", "http://accounts.zoho.eu"],
            2,
            "--accounts-url",
        ),
        (
            &["--accounts-url", "https://accounts.zoho.eu/oauth"],
            2,
            "--accounts-url",
        ),
        (
            &["--trust-accounts-server", "http://evil.example"],
            2,
            "--trust-accounts-server",
        ),
        (
            &["--trust-api-domain", "zohoapis.eu"],
            2,
            "--trust-api-domain",
        ),
        (&["--scope", " , "], 2, "--scope"),
        (&["--scope", "ZohoCRM.org.READ\u{7}"], 2, "--scope"),
        (&["--client-id", "1000.A B"], 2, "--client-id"),
        (
            &["--client-secret-file", "/does/not/exist"],
            2,
            "--client-secret-file",
        ),
        (&["--env-file", "/does/not/exist"], 2, "--env-file"),
        (&["--timeout", "0s"], 2, "--timeout"),
        (&["--output", "/does/not/exist/file"], 1, "--output"),
    ];
    for (arguments, code, named) in cases {
        let ended = refused(&[], arguments).await;
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.stderr);
        assert!(
            ended.stderr.contains(named),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn variables_that_disagree_at_one_level_are_told() {
    let variables = [
        ("ZOHO_DC", "eu"),
        ("ZOHO_ACCOUNTS_URL", "https://accounts.zoho.in"),
    ];
    assert_eq!(refused(&variables, &[]).await.code, Some(2));
}

#[tokio::test]
async fn what_is_missing_is_asked_for_only_on_a_terminal() {
    let ended = run(&[], &["login"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("--client-id ID or ZOHO_CLIENT_ID"),
        "{}",
        ended.stderr
    );
    let ended = run(&[("ZOHO_CLIENT_ID", ID)], &["login"]).await;
    assert!(
        ended
            .stderr
            .contains("--client-secret-file PATH (- for standard input) or ZOHO_CLIENT_SECRET")
    );
}

#[tokio::test]
async fn a_taken_port_is_told_with_its_holder() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let other = std::net::TcpListener::bind(address).unwrap();
        let uri = format!(
            "http://localhost:{}/callback",
            other.local_addr().unwrap().port()
        );
        let ended = refused(&[], &["--redirect-uri", &uri]).await;
        assert_eq!(ended.code, Some(6), "{}", ended.stderr);
        let holder = format!("(process {})", std::process::id());
        assert!(
            !cfg!(target_os = "linux") || ended.stderr.contains(&holder),
            "{}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn odd_shapes_are_warnings() {
    let stand_in = StandIn::start(Rehearsal::default()).await.unwrap();
    let accounts = stand_in.accounts_url(DataCenter::Us);
    let variables = [
        ("ZOHO_CLIENT_SECRET", SECRET),
        ("ZOHO_ACCOUNTS_URL", accounts.as_str()),
    ];
    let options = [
        "--client-id",
        "odd",
        "--scope",
        "modules.READ",
        "--redirect-uri",
        "http://localhost:0/",
        "--no-browser",
        "--timeout",
        "100ms",
    ];
    let ended = run(&variables, &[&["login"], &options[..]].concat()).await;
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("warning: The client ID does not look like"),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("warning: The scope modules.READ"),
        "{}",
        ended.stderr
    );
}
