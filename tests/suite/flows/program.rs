//! Tests the other flows in the binary: rehearsed from start to end, on a real terminal, and the lookups.

use crate::program::{Ended, Program};
use serde_json::Value;
use zoho_stand_in::failure::Failure;

async fn run(arguments: &[&str]) -> Ended {
    Program::start(arguments).wait().await
}

#[tokio::test]
async fn every_way_is_rehearsed_whole_without_a_person() {
    for way in ["login", "paste", "self-client", "device"] {
        let ended = run(&["demo", "--flow", way, "--yes", "--format", "json"]).await;
        assert_eq!(ended.code, Some(0), "{way}: {}", ended.stderr);
        let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
        for field in ["client_secret", "access_token", "refresh_token"] {
            let secret = credentials[field].as_str().unwrap();
            assert!(!ended.stderr.contains(secret), "{way}: {field}");
        }
        assert!(!ended.stderr.contains("warning"), "{way}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn a_rehearsal_without_a_person_needs_no_certificates() {
    let nowhere = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| (name, "/nonexistent"));
    for way in ["login", "paste", "self-client", "device"] {
        let arguments = ["demo", "--flow", way, "--yes", "--format", "json"];
        let ended = Program::start_in(&nowhere, &arguments).wait().await;
        assert_eq!(ended.code, Some(0), "{way}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn a_failure_of_another_way_is_wrong_usage() {
    let device = run(&["demo", "--yes", "--fail", "slow-down"]).await;
    assert_eq!(device.code, Some(2));
    assert!(
        device.stderr.contains("Add --flow device"),
        "{}",
        device.stderr
    );
    let login = [
        "demo",
        "--flow",
        "device",
        "--yes",
        "--fail",
        "location-mismatch",
    ];
    assert_eq!(run(&login).await.code, Some(2));
    let other_dc = [
        "demo",
        "--flow",
        "device",
        "--yes",
        "--fail",
        &Failure::OtherDc.to_string(),
    ];
    let ended = run(&other_dc).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("Europe (eu)") && ended.stderr.contains("Continuing at"));
}

#[tokio::test]
async fn a_redirect_uri_elsewhere_needs_a_terminal() {
    let ended = run(&["login", "--redirect-uri", "https://app.example.com/oauth"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("--redirect-uri") && ended.stderr.contains("no terminal"));
    let paste = run(&["demo", "--flow", "paste"]).await;
    assert_eq!(paste.code, Some(2), "{}", paste.stderr);
}

#[tokio::test]
async fn scopes_and_data_centers_are_tab_separated_for_programs() {
    let ended = run(&["scopes", "COQL"]).await;
    let line = "ZohoCRM.coql.READ\tlisted\tView COQL queries (also needs module READ scopes)\n";
    assert_eq!(
        (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
        (Some(0), line, "")
    );
    let all = run(&["scopes"]).await.stdout;
    assert!(all.lines().count() > 500 && all.lines().all(|line| line.split('\t').count() == 3));
    let none = run(&["scopes", "ZohoCRM.modles.READ"]).await;
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""));
    assert!(
        none.stderr.contains("Did you mean ZohoCRM.modules.READ?"),
        "{}",
        none.stderr
    );
    let centers = run(&["datacenters"]).await.stdout;
    assert_eq!(centers.lines().count(), 11);
    assert!(centers.contains("https://accounts.zohocloud.ca\t"));
    assert!(centers.lines().all(|line| line.split('\t').count() == 6));
}

#[tokio::test]
async fn an_unknown_scope_is_a_warning_with_the_nearest_known_one() {
    let ended = run(&[
        "demo",
        "--yes",
        "--scope",
        "ZohoCRM.module.READ,ZohoCRM.org.READ",
    ])
    .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("did you mean ZohoCRM.modules.READ?"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.stderr.matches("did you mean").count(), 1);
}

#[cfg(target_os = "linux")]
mod under_a_terminal {
    use crate::hostile::port::free_port;
    use crate::rehearsed::bounded;
    use crate::typist::Typist;
    use secrecy::ExposeSecret;
    use zoho_stand_in::visitor;

    #[tokio::test]
    async fn an_address_is_pasted_while_the_program_waits() {
        let mut typist = Typist::start("demo --flow paste --no-browser", &[]);
        typist.until("Waiting for Zoho").await;
        assert!(typist.seen.contains("your own"), "{}", typist.seen);
        let address = typist.address("/oauth/v2/auth");
        let visit = bounded(visitor::consent(&address)).await.unwrap();
        let genuine = visit.address.expose_secret();
        typist.enter("<html>").await;
        typist.until("part of a web page").await;
        let another = genuine.replace("state=", "state=x");
        typist.enter(&another).await;
        typist.until("belongs to another login").await;
        typist.enter(&format!("\x1b[200~{genuine}\x1b[201~")).await;
        typist.until("code=0").await;
    }

    #[tokio::test]
    async fn the_browser_comes_first_and_the_terminal_is_as_before() {
        let mut typist = Typist::start(
            "demo --no-browser; stty -a; read next; echo \"<$next>\"",
            &[],
        );
        typist.until("Waiting for Zoho").await;
        let address = typist.address("/oauth/v2/auth");
        typist.press("half a li").await;
        bounded(visitor::consent(&address)).await.unwrap();
        // What was typed before the question is no answer to it.
        typist.next("Print them here too?").await;
        typist.enter("").await;
        typist.until("extproc").await;
        // Text that was typed but not read is not a command.
        typist.enter("next").await;
        typist.until("<next>").await;
        assert!(
            typist.seen.contains(" echo ") && !typist.seen.contains(" -echo "),
            "{}",
            typist.seen
        );
    }

    #[tokio::test]
    async fn ctrl_c_stops_and_the_terminal_is_as_before() {
        let mut typist = Typist::start("demo --no-browser; echo first=$?; stty -a", &[]);
        typist.until("Waiting for Zoho").await;
        typist.press("\x03").await;
        typist.until("code=0").await;
        assert!(
            typist.seen.contains("first=130") && !typist.seen.contains(" -echo "),
            "{}",
            typist.seen
        );
    }

    #[tokio::test]
    async fn a_grant_token_of_a_self_client_is_asked_for_unseen() {
        let mut typist = Typist::start("demo --flow self-client", &[]);
        typist.until("Grant token (not shown)").await;
        let console = typist.address("/console?scope=");
        let page = bounded(visitor::consent(&console)).await.unwrap();
        assert_eq!(
            page.status, 200,
            "the console answers while the question is open"
        );
        typist.enter("1000.not.known").await;
        typist.until("code=5").await;
        assert!(!typist.seen.contains("1000.not.known"));
    }

    #[tokio::test]
    async fn a_device_shows_its_code_as_a_picture_too() {
        let mut typist = Typist::start("demo --flow device --no-browser", &[]);
        typist.until("Waiting for Zoho").await;
        assert!(typist.seen.contains("▀") && typist.seen.contains("phone's camera"));
        let code = typist.seen.split("Code: ").nth(1).unwrap();
        let code: String = code
            .chars()
            .skip_while(|char| !char.is_ascii_uppercase())
            .take(9)
            .collect();
        let address = typist.address("/device");
        let visit = bounded(visitor::consent(&format!("{address}?user_code={code}")))
            .await
            .unwrap();
        assert!(visit.consented && visit.page.contains("Device connected"));
        typist.until("code=0").await;
    }

    #[tokio::test]
    async fn over_ssh_the_tunnel_is_ready_to_copy() {
        let variables = [
            ("SSH_CONNECTION", "192.0.2.7 50514 198.51.100.4 22"),
            ("USER", "ada"),
            ("ZOHO_CLIENT_ID", "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ"),
            ("ZOHO_CLIENT_SECRET", "0123456789abcdef"),
        ];
        let port = free_port();
        let arguments = format!(
            "login --no-browser --accounts-url http://127.0.0.1:9 --redirect-uri http://localhost:{port}/"
        );
        let mut typist = Typist::start(&arguments, &variables);
        typist.until("code=1").await;
        let line = format!("ssh -L {port}:localhost:{port} ada@198.51.100.4");
        assert!(typist.seen.contains(&line), "{}", typist.seen);
    }
}
