//! What a terminal shows of a login: wrapped to its width, with hints of where the browser is, and secrets only where
//! nothing else keeps them.

use crate::hostile::login::consent;
use crate::hostile::wire;
use crate::hostile::zoho::Hostile;
use crate::opener::Opener;
use crate::rehearsed::bounded;
use crate::typist::Typist;
use anstream::adapter::strip_str;
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::symlink;
use url::Url;
use zoho_stand_in::visitor;

/// A person whose browser was shown the page of a rehearsal.
async fn shown(more: &str) -> Typist {
    let mut person = Typist::start(&format!("demo --no-browser {more}"), &[]);
    person.until("Waiting for Zoho").await;
    let address = person.address("/oauth/v2/auth");
    bounded(visitor::consent(&address)).await.unwrap();
    person
}

#[tokio::test]
async fn what_only_the_page_shows_is_printed_on_request() {
    for (keys, printed) in [
        ("y\r", true),
        ("n\r", false),
        ("\r", false),
        ("\x03", false),
    ] {
        let mut person = shown("").await;
        let before = person.next("Print them here too?").await;
        assert!(before.contains("Rehearsal Company") && !before.contains("1000.r"));
        assert!(before.contains("Client secret ••••••••"), "{before}");
        person.press(keys).await;
        person.until("code=0").await;
        let seen = &person.seen;
        assert_eq!(seen.contains("Refresh token:"), printed, "{keys:?}: {seen}");
        assert_eq!(seen.contains("Not printed."), !printed, "{keys:?}: {seen}");
    }
}

#[tokio::test]
async fn what_no_page_shows_or_a_form_was_named_for_is_printed_without_a_question() {
    for more in ["--format text", "--output -", "--field refresh_token"] {
        let mut person = shown(more).await;
        person.until("code=0").await;
        let seen = &person.seen;
        assert!(
            seen.contains("1000.") && !seen.contains("Print them"),
            "{more}: {seen}"
        );
    }
    let mut person = Typist::start("demo --flow paste --no-browser", &[]);
    person.until("Waiting for Zoho").await;
    let visit = bounded(visitor::consent(&person.address("/oauth/v2/auth")))
        .await
        .unwrap();
    person
        .enter(secrecy::ExposeSecret::expose_secret(&visit.address))
        .await;
    person.until("code=0").await;
    assert!(person.seen.contains("Refresh token:") && !person.seen.contains("Print them"));
}

#[tokio::test]
async fn nothing_that_moves_stands_beside_what_is_printed_or_erases_it() {
    let mut person = shown("--template 'token={refresh_token}'").await;
    person.until("code=0").await;
    let (before, after) = person.seen.split_once("token=1000.").unwrap();
    assert!(before.ends_with(ERASED), "{}", person.seen);
    let row = after.split('\n').next().unwrap();
    assert!(!row.contains(ERASED), "{}", person.seen);
}

#[tokio::test]
async fn without_colors_nothing_moves_and_the_rest_is_as_on_any_terminal() {
    for (more, variables) in [("", &[("NO_COLOR", "1")][..]), ("--color never", &[])] {
        let arguments = format!("demo --flow device --no-browser {more}");
        let mut person = Typist::start(&arguments, variables);
        person.until("Waiting for Zoho").await;
        person.press("\x03").await;
        person.until("code=130").await;
        let seen = person.seen.replace("\r\n", "\n");
        assert!(!seen.contains(['\r', '\x1b']), "{more}: {seen:?}");
        for line in ["phone's camera", "Waiting for Zoho, up to 5:00 minutes."] {
            assert!(seen.contains(line), "{more}: {seen}");
        }
    }
}

/// How a row is emptied.
const ERASED: &str = "\r\x1b[2K";

#[tokio::test]
async fn after_ctrl_c_nothing_waits_for_a_browser_to_be_printed() {
    let mut person = Typist::start("demo --no-browser", &[]);
    person.until("Waiting for Zoho").await;
    let callback = consent(&person.address("/oauth/v2/auth").parse().unwrap()).await;
    let answer = wire::ask(&callback.url, "GET", "").await;
    let page = callback.url.join(answer.header("location").unwrap());
    person.press("\x03").await;
    person.until("Refresh token:").await;
    // The page is still there for a browser that comes late.
    let page = wire::ask(&page.unwrap(), "GET", "").await;
    assert!(page.body().contains("Refresh token"), "{}", page.0);
    person.until("code=0").await;
    assert!(!person.seen.contains("Print them"), "{}", person.seen);
}

#[tokio::test]
async fn what_the_form_cannot_carry_is_printed_in_another() {
    let zoho = Hostile::start(|_| None).await;
    let url = &zoho.url;
    let words = format!(
        "login --for airbyte --accounts-url {url} --trust-api-domain {url} --client-id 1000.CLIENT --no-browser \
         --redirect-uri http://localhost:0/callback"
    );
    let mut person = Typist::start(&words, &[("ZOHO_CLIENT_SECRET", "secret-of-the-client")]);
    person.until("Waiting for Zoho").await;
    let asked: Url = person.address("/oauth/v2/auth").parse().unwrap();
    let asked: HashMap<_, _> = asked.query_pairs().collect();
    // Nothing tells the data center.
    let (uri, state) = (&asked["redirect_uri"], &asked["state"]);
    let callback: Url = format!("{uri}?code=1000.code&state={state}")
        .parse()
        .unwrap();
    let answer = wire::ask(&callback, "GET", "").await;
    let page = callback.join(answer.header("location").unwrap()).unwrap();
    wire::ask(&page, "GET", "").await;
    person.next("Print them here too?").await;
    person.press("y\r").await;
    person.until("code=1").await;
    let seen = &person.seen;
    assert!(seen.contains("\"refresh_token\""), "{seen}");
    assert!(seen.contains("they were printed instead"), "{seen}");
}

#[tokio::test]
async fn secrets_that_a_file_holds_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zoho.env");
    let mut person = shown(&format!("--format dotenv --output {}", file.display())).await;
    person.until("code=0").await;
    let seen = &person.seen;
    assert!(seen.contains("Refresh token ••••••••") && seen.contains(&file.display().to_string()));
    let text = fs::read_to_string(file).unwrap();
    for line in text.lines().filter(|line| line.contains("TOKEN=")) {
        assert!(!seen.contains(line.split_once('=').unwrap().1));
    }
}

#[tokio::test]
async fn lines_are_wrapped_between_words() {
    for columns in [40, 80] {
        let ssh = ("SSH_CONNECTION", "192.0.2.7 50514 198.51.100.4 22");
        let arguments = [
            "demo",
            "--no-browser",
            "--format",
            "adobe",
            "--scope",
            "A.b.READ",
        ];
        let mut person = Typist::alone(&[ssh, ("USER", "ada")], &arguments);
        person.widen(columns);
        person.next("ready").await;
        person.enter("go").await;
        person.until("Waiting for Zoho").await;
        person.press("\x03").await;
        assert_eq!(person.end().await, 130);
        let shown = strip_str(&person.seen).to_string();
        let mut wrapped = 0;
        for line in shown.lines().filter(|line| !line.contains("Waiting")) {
            let line = line.trim_end().rsplit('\r').next().unwrap();
            let is_whole = line.trim().starts_with("ssh -L") || !line.trim().contains(' ');
            assert!(
                line.chars().count() <= columns.into() || is_whole,
                "{columns}: {line:?}"
            );
            wrapped += usize::from(line.chars().count() > usize::from(columns) / 2);
        }
        assert!(wrapped > 5, "{shown}");
        assert!(shown.contains("ada@198.51.100.4"), "{shown}");
    }
}

#[tokio::test]
async fn ssh_and_containers_are_noticed_without_an_option() {
    let ssh = ("SSH_CONNECTION", "192.0.2.7 50514 198.51.100.4 22");
    for (variable, hint, elsewhere) in [
        (ssh, "ssh -L ", true),
        (("CODESPACES", "true"), "gh codespace ssh -- -L ", true),
        (("REMOTE_CONTAINERS", "true"), "--network host", false),
        (
            ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
            "--network host",
            false,
        ),
    ] {
        let mut opener = Opener::new();
        let browser = ("BROWSER", opener.browser.as_str());
        let mut person = Typist::start("demo", &[variable, browser]);
        person.until("Waiting for Zoho").await;
        let seen = person.seen.clone();
        assert!(seen.contains(hint), "{hint}: {seen}");
        // Zoho's own address is shown only where the browser may be on another machine.
        assert_eq!(
            seen.contains("/oauth/v2/auth?"),
            elsewhere,
            "{hint}: {seen}"
        );
        assert_eq!(opener.opened().await.as_str(), person.address("/start/"));
        person.press("\x03").await;
        person.until("code=130").await;
    }
}

#[tokio::test]
async fn where_nothing_can_open_a_browser_none_is_awaited() {
    // Only what the test itself needs is on the path.
    let folder = tempfile::tempdir().unwrap();
    for program in ["sh", "stty"] {
        symlink(format!("/bin/{program}"), folder.path().join(program)).unwrap();
    }
    let path = ("PATH", folder.path().to_str().unwrap());
    for (display, opens) in [("", false), (":7", true)] {
        let mut person = Typist::start("demo", &[path, ("DISPLAY", display)]);
        let told: &[&str] = if opens {
            &[
                "Opening your browser.",
                "No browser could be opened",
                "zoho-grant demo --yes",
            ]
        } else {
            &["zoho-grant demo --yes", "Open this address in a browser"]
        };
        for line in told {
            person.next(line).await;
        }
        person.until("Waiting for Zoho").await;
        person.press("\x03").await;
        person.until("code=130").await;
    }
}

#[tokio::test]
async fn only_the_start_address_is_a_link_and_only_where_links_are_known() {
    for (variable, linked) in [
        (("VTE_VERSION", "7600"), true),
        (("VTE_VERSION", "1"), false),
    ] {
        let mut person = Typist::start("demo --no-browser", &[variable]);
        person.until("Waiting for Zoho").await;
        let start = person.address("/start/");
        let links = person.seen.matches("\x1b]8;;http").count();
        assert_eq!(links, usize::from(linked), "{}", person.seen);
        let link = format!("\x1b]8;;{start}\x1b\\{start}\x1b]8;;\x1b\\");
        assert_eq!(person.seen.contains(&link), linked, "{}", person.seen);
        person.press("\x03").await;
        person.until("code=130").await;
    }
}
