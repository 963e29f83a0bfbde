//! The real `setup`, at a stand-in that plays the person's accounts server.

use super::{Guide, Registered, between, complete, consent, free_uri};
use crate::hostile::login::stand_in;
use crate::opener::Opener;
use crate::program::{Program, command};
use crate::typist::Typist;
use secrecy::ExposeSecret;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use tempfile::TempDir;
use zoho_stand_in::{DataCenter, StandIn};

/// A stand-in, a home of the person's own, and a free redirect URI.
struct Scene {
    zoho: StandIn,
    home: TempDir,
    uri: String,
}

impl Scene {
    async fn set() -> Self {
        let scene = Self {
            zoho: stand_in().await,
            home: tempfile::tempdir().unwrap(),
            uri: free_uri(),
        };
        scene.zoho.register_redirect_uri(&scene.uri);
        scene
    }

    fn words(&self, more: &[&str]) -> Vec<String> {
        let mut words = vec!["setup".to_owned(), "--accounts-url".to_owned()];
        words.push(self.zoho.accounts_url(DataCenter::Us));
        for center in DataCenter::PAIR {
            words.extend([
                "--trust-accounts-server".to_owned(),
                self.zoho.accounts_url(center),
            ]);
            words.extend([
                "--trust-api-domain".to_owned(),
                self.zoho.api_domain(center),
            ]);
        }
        if !more.contains(&"--redirect-uri") {
            words.extend(["--redirect-uri".to_owned(), self.uri.clone()]);
        }
        words.extend(more.iter().map(|word| (*word).to_owned()));
        words
    }

    /// The guided start with these further options.
    async fn guide(&self, more: &[&str]) -> Guide {
        let words = self.words(more);
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let mut command = command(&[("BROWSER", "true")], &words);
        command.env("HOME", self.home.path());
        let mut guide = Guide::of(Program::spawn(&mut command)).await;
        guide.open().await;
        guide
    }

    /// The client that is registered; the server that was given stands last in the list.
    fn client(&self) -> Registered {
        Registered {
            center: "11",
            id: self.zoho.client_id(),
            secret: self.zoho.client_secret().expose_secret().to_owned(),
        }
    }
}

#[tokio::test]
async fn it_prints_what_login_prints() {
    let scene = Scene::set().await;
    let guide = scene.guide(&[]).await;
    let html = guide.html().await;
    assert!(
        between(&html, "id=\"c11\"", ">").ends_with(" checked"),
        "{html}"
    );
    let start = guide
        .attempt(&scene.client(), &[("destination", "env")])
        .await;
    assert_eq!(complete(&start).await.status(), "201");
    let ended = guide.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("\nZOHO_REFRESH_TOKEN="),
        "{}",
        ended.stdout
    );
}

#[tokio::test]
async fn what_is_saved_is_what_the_next_page_begins_with_but_for_the_secret() {
    let scene = Scene::set().await;
    let guide = scene.guide(&["--save", "--save-to", "file"]).await;
    let html = guide.html().await;
    assert!(
        html.contains("name=\"save\" value=\"on\" checked"),
        "{html}"
    );
    assert!(
        html.contains("in a file that only you can read, as profile default"),
        "{html}"
    );
    let fields = [("save", "on"), ("destination", "other")];
    let start = guide.attempt(&scene.client(), &fields).await;
    assert_eq!(complete(&start).await.status(), "201");
    let ended = guide.program.wait().await;
    assert_eq!(
        (ended.code, &*ended.stdout),
        (Some(0), ""),
        "{}",
        ended.stderr
    );

    let guide = scene.guide(&["--profile", "default"]).await;
    let html = guide.html().await;
    let client = scene.client();
    assert!(html.contains(&format!("value=\"{}\"", client.id)), "{html}");
    assert!(html.contains("Saved; leave empty to use it."), "{html}");
    assert!(!html.contains(&client.secret));
    // A kept secret is for its own client and server alone.
    let other = [
        ("center", "1"),
        ("id", &*client.id),
        ("secret", ""),
        ("destination", "other"),
    ];
    let html = guide.wrong(&other).await;
    assert!(html.contains("id=\"secret-error\""), "{html}");
    guide.program.signal("TERM");
    guide.program.ends_with(143).await;

    let guide = scene.guide(&["--profile", "default"]).await;
    let start = guide
        .attempt(&client, &[("secret", ""), ("destination", "other")])
        .await;
    assert_eq!(complete(&start).await.status(), "201");
    guide.program.ends_with(0).await;
}

#[tokio::test]
async fn a_client_without_a_data_center_leaves_that_to_the_person() {
    let secret = "0123456789abcdef0123456789abcdef0123456789";
    let id = "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ";
    let variables = [
        ("BROWSER", "true"),
        ("ZOHO_CLIENT_ID", id),
        ("ZOHO_CLIENT_SECRET", secret),
    ];
    let program = Program::start_in(&variables, &["setup", "--redirect-uri", &free_uri()]);
    let mut guide = Guide::of(program).await;
    guide.open().await;
    let html = guide.html().await;
    assert!(html.contains(&format!("value=\"{id}\"")), "{html}");
    assert!(html.contains("Saved; leave empty to use it.") && !html.contains(secret));
    let centers = between(&html, "<li id=\"center\">", "</li>");
    assert!(!centers.contains(" checked"), "{centers}");
}

#[tokio::test]
async fn without_the_tick_nothing_is_saved() {
    let scene = Scene::set().await;
    let guide = scene.guide(&["--save", "--save-to", "file"]).await;
    let start = guide
        .attempt(&scene.client(), &[("destination", "other")])
        .await;
    assert_eq!(complete(&start).await.status(), "201");
    let ended = guide.program.wait().await;
    assert!(ended.stdout.contains("Refresh token:"), "{}", ended.stderr);
    let config = scene.home.path().join(".config/zoho-grant");
    let kept = fs::read_to_string(config.join("profiles.json")).unwrap_or_default();
    assert!(!kept.contains(&scene.client().id), "{kept}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_before_any_browser_opens() {
    let scene = Scene::set().await;
    let port = scene
        .uri
        .split([':', '/'])
        .nth(4)
        .unwrap()
        .parse::<u16>()
        .unwrap();
    let _other = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let mut opener = Opener::new();
    let words = scene.words(&[]);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let program = Program::start_in(&[("BROWSER", &opener.browser)], &words);
    let stderr = tokio::select! {
        biased;
        address = opener.opened() => panic!("{address} was opened"),
        stderr = program.ends_with(6) => stderr,
    };
    assert!(!stderr.contains("/setup/"), "{stderr}");
}

/// Where no browser is to be had, the terminal asks the same.
async fn the_terminal_asks(variables: &[(&str, &str)], options: &str, told: bool) {
    let scene = Scene::set().await;
    let mut typist = Typist::start(
        &format!("setup --redirect-uri {} {options}", scene.uri),
        variables,
    );
    if told {
        typist.until("so the questions are asked here").await;
    }
    // The question hides what is typed, or shows it, but it has the terminal.
    typist.until("\x1b[?25h").await;
    assert!(told || !typist.seen.contains("/setup/"), "{}", typist.seen);
    typist.press("\x03").await;
    typist.until("code=130").await;
}

#[tokio::test]
async fn a_browser_that_cannot_be_opened_leaves_the_questions_to_the_terminal() {
    the_terminal_asks(&[("BROWSER", "false")], "", true).await;
}

#[tokio::test]
async fn a_browser_that_fails_late_ends_no_attempt() {
    let scene = Scene::set().await;
    let mut opener = Opener::new();
    let words = scene.words(&[]).join(" ");
    let mut typist = Typist::start(&words, &[("BROWSER", &opener.browser)]);
    let (process, opening) = opener.run().await;
    let mut guide = Page::new(opening);
    guide.0.open().await;
    let start = guide.0.attempt(&scene.client(), &[]).await;
    drop(opener);
    while Path::new(&format!("/proc/{process}")).exists() {
        tokio::task::yield_now().await;
    }
    assert_eq!(complete(&start).await.status(), "201");
    typist.until("Print them here too?").await;
    typist.press("\r").await;
    typist.until("code=0").await;
}

#[tokio::test]
async fn no_browser_leaves_the_questions_to_the_terminal() {
    the_terminal_asks(&[("BROWSER", "true")], "--no-browser", false).await;
}

#[tokio::test]
async fn over_ssh_the_terminal_asks() {
    the_terminal_asks(&[("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")], "", false).await;
}

/// The page leads to Zoho itself, and the redirected address is pasted.
#[tokio::test]
async fn a_redirect_uri_elsewhere_is_pasted() {
    let scene = Scene::set().await;
    let uri = "https://app.example.com/oauth";
    scene.zoho.register_redirect_uri(uri);
    let words = scene.words(&["--redirect-uri", uri]).join(" ");
    let mut typist = Typist::start(&words, &[("BROWSER", "true")]);
    typist.until("/setup/").await;
    typist.until("is waiting for you").await;
    let opening = typist.address("/setup/").parse().unwrap();
    let mut guide = Page::new(opening);
    guide.0.open().await;
    let address = guide
        .0
        .attempt(&scene.client(), &[("destination", "other")])
        .await;
    typist.until("paste it here").await;
    let callback = crate::hostile::login::consent(&address).await;
    typist.enter(callback.url.as_str()).await;
    typist.until("code=0").await;
    assert!(
        typist.seen.contains("Credentials obtained"),
        "{}",
        typist.seen
    );
}

/// A guide whose program runs at a terminal.
struct Page(Guide);

impl Page {
    fn new(opening: url::Url) -> Self {
        Self(Guide {
            program: Program::spawn(&mut tokio::process::Command::new("true")),
            page: opening.clone(),
            opening,
            token: String::new(),
        })
    }
}

#[tokio::test]
async fn a_consent_in_an_older_tab_does_not_count() {
    let scene = Scene::set().await;
    let guide = scene.guide(&[]).await;
    let older = consent(&guide.attempt(&scene.client(), &[]).await).await;
    let start = guide.attempt(&scene.client(), &[("secret", "")]).await;
    let stale = crate::hostile::wire::ask(&older.url, "GET", "").await;
    assert_eq!(stale.header("location"), Some("/not-this-login"));
    assert_eq!(complete(&start).await.status(), "201");
    guide.program.ends_with(0).await;
}
