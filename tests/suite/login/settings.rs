//! Tests invalid settings: a clear error that names the option, before anything opens.

use crate::program::{Ended, Program};
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

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
async fn wrong_settings_name_the_option_before_anything_opens() {
    #[rustfmt::skip]
    let cases: [(&[&str], i32, &str); 18] = [
        (&["--redirect-uri", "https://example.com/callback"], 2, "--redirect-uri"),
        (&["--redirect-uri", "http://localhost:0/callback"], 2, "--redirect-uri"),
        (&["--redirect-uri", "https://localhost:8085/"], 2, "--redirect-uri"),
        (&["--redirect-uri", "http://localhost:6667/"], 2, "browsers refuse to open port 6667"),
        (&["--redirect-uri", "http://127.0.0.1:10080/"], 2, "another port, such as http://localhost:8085/callback"),
        (&["--dc", "mars"], 2, "Known codes: us (United States)"),
        (&["--dc", "eu", "--accounts-url", "https://accounts.zoho.in"], 2, "--dc together with --accounts-url"),
        (&["--accounts-url", "http://accounts.zoho.eu"], 2, "--accounts-url"),
        (&["--accounts-url", "https://accounts.zoho.eu/oauth"], 2, "--accounts-url"),
        (&["--trust-accounts-server", "http://evil.example"], 2, "--trust-accounts-server"),
        (&["--trust-api-domain", "zohoapis.eu"], 2, "--trust-api-domain"),
        (&["--scope", " , "], 2, "--scope"),
        (&["--scope", "ZohoCRM.org.READ\u{7}"], 2, "--scope"),
        (&["--client-id", "1000.A B"], 2, "--client-id"),
        (&["--client-secret-file", "/does/not/exist"], 2, "--client-secret-file"),
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
        ended
            .stderr
            .contains("--client-id ID or set ZOHO_CLIENT_ID"),
        "{}",
        ended.stderr
    );
    let ended = run(&[("ZOHO_CLIENT_ID", ID)], &["login"]).await;
    assert!(
        ended
            .stderr
            .contains("--client-secret-file PATH (- for standard input) or set ZOHO_CLIENT_SECRET")
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
        ended.stderr.contains("warning: The client ID is not 1000."),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("warning: The scope modules.READ"),
        "{}",
        ended.stderr
    );
}
