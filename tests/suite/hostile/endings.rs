//! Rows 16 and 17: the browser leaves, comes back, or belongs to an earlier login; signals at every stage.

use super::login::{Login, codes, command, stand_in};
use super::wire;
use super::zoho::{Hostile, Reply, ok, token};
use crate::program::Program;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

const SIGNALS: [(&str, i32); 3] = [("INT", 130), ("TERM", 143), ("HUP", 129)];

fn callback(login: &Login) -> String {
    login.head(
        "GET",
        &format!("/callback?code=1000.code&state={}", login.state()),
        "",
    )
}

#[tokio::test]
async fn row_16_a_browser_that_goes_away_before_its_page_loses_nothing() {
    let zoho = stand_in().await;
    let login = Login::start(&zoho, &[]).await;
    let genuine = login.consent().await;
    let target = genuine
        .url
        .as_str()
        .split_once(&login.authority())
        .unwrap()
        .1;
    let mut stream = wire::connect(login.port()).await;
    // Once a later connection is answered, this one has been accepted.
    login.get("/elsewhere", "").await;
    // The request and the end of the connection arrive together.
    login.program.signal("STOP");
    stream
        .write_all(login.head("GET", target, "").as_bytes())
        .await
        .unwrap();
    drop(stream);
    login.program.signal("CONT");
    let ended = login.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("Refresh token:"));
    assert_eq!(codes(&zoho), [Some(genuine.code)]);
}

#[tokio::test]
async fn row_16_the_tokens_are_shown_once() {
    let zoho = Hostile::start(|_| None).await;
    let login = zoho.login(&[]).await;
    let answer = login.send(callback(&login)).await;
    let page = login.head("GET", answer.header("location").unwrap(), "");
    let mut tabs = Vec::new();
    for _ in 0..4 {
        tabs.push(wire::connect(login.port()).await);
    }
    for tab in &mut tabs {
        tab.write_all(page.as_bytes()).await.unwrap();
    }
    let mut shown = 0;
    for tab in &mut tabs {
        // A tab that came too late finds no program.
        let answer = wire::read(tab).await;
        shown += usize::from(answer.body().contains("1000.refresh"));
        assert!(
            matches!(answer.status(), "201" | "410" | "none"),
            "{}",
            answer.0
        );
    }
    assert_eq!(shown, 1);
    login.ends_with(0).await;
}

#[tokio::test]
async fn row_16_a_callback_of_yesterday_changes_nothing() {
    let zoho = stand_in().await;
    let first = Login::start(&zoho, &[]).await;
    let redirect_uri = first.redirect_uri.to_string();
    let old = first.consent().await;
    first.complete(&old).await;
    first.ends_with(0).await;
    let second = Login::start(&zoho, &["--redirect-uri", &redirect_uri]).await;
    let answer = wire::ask(&old.url, "GET", "").await;
    assert_eq!(
        (answer.status(), answer.header("location")),
        ("303", Some("/not-this-login"))
    );
    let new = second.consent().await;
    second.complete(&new).await;
    second.ends_with(0).await;
    assert_eq!(codes(&zoho), [Some(old.code), Some(new.code)]);
}

#[tokio::test]
async fn row_17_a_signal_while_waiting_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.json");
    for (signal, code) in SIGNALS {
        let zoho = stand_in().await;
        let login = Login::start(&zoho, &["--output", path.to_str().unwrap()]).await;
        login.program.signal(signal);
        let stderr = login.ends_with(code).await;
        assert!(stderr.contains("No grant token was used up"), "{stderr}");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn row_17_a_signal_before_zoho_was_reached_ends_at_once() {
    for (signal, code) in SIGNALS {
        let mut zoho = Hostile::start(|_| Some(Reply::Never)).await;
        let program = Program::spawn(&mut zoho.command(&[]));
        zoho.arrived("GET /oauth/serverinfo").await;
        program.signal(signal);
        program.ends_with(code).await;
    }
}

/// A Zoho that holds its token response until released, and the login waiting for it.
pub async fn exchanging() -> (Arc<Notify>, Hostile, Login, tokio::net::TcpStream) {
    let release = Arc::new(Notify::new());
    let held = Arc::clone(&release);
    let mut zoho = Hostile::start(move |request| {
        let answer = ok(token(r#""x":1"#));
        (request == "POST /oauth/v2/token").then(|| Reply::Released(Arc::clone(&held), answer))
    })
    .await;
    let login = zoho.login(&[]).await;
    let mut browser = wire::connect(login.port()).await;
    browser
        .write_all(callback(&login).as_bytes())
        .await
        .unwrap();
    zoho.arrived("POST /oauth/v2/token").await;
    (release, zoho, login, browser)
}

/// The exchange ends well, and the refresh token is printed.
async fn obtains(login: Login, mut browser: tokio::net::TcpStream) {
    let answer = wire::read(&mut browser).await;
    login.get(answer.header("location").unwrap(), "").await;
    let ended = login.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("1000.refresh"));
}

#[tokio::test]
async fn row_17_a_signal_during_the_exchange_lets_it_finish() {
    for (signal, _) in SIGNALS {
        let (release, _zoho, login, browser) = exchanging().await;
        login.program.signal(signal);
        release.notify_one();
        obtains(login, browser).await;
    }
}

#[tokio::test]
async fn row_17_a_second_signal_during_the_exchange_ends_at_once() {
    let (_release, _zoho, login, _browser) = exchanging().await;
    let began = Instant::now();
    login.program.signal("INT");
    login.program.signal("TERM");
    let ended = login.program.wait().await;
    assert!(matches!(ended.code, Some(130 | 143)), "{:?}", ended.code);
    // The first alone would wait for ten seconds.
    assert!(began.elapsed() < Duration::from_secs(9));
}

#[tokio::test]
async fn row_17_a_closed_terminal_which_the_shell_tells_once_more_loses_nothing() {
    let (release, _zoho, login, browser) = exchanging().await;
    for _ in 0..5 {
        login.program.signal("HUP");
        // Two that arrive together are one.
        login.get("/elsewhere", "").await;
    }
    release.notify_one();
    obtains(login, browser).await;
}

#[tokio::test]
async fn row_17_a_signal_during_the_check_keeps_the_tokens() {
    let mut zoho =
        Hostile::start(|request| request.starts_with("GET /crm").then_some(Reply::Never)).await;
    let login = zoho.login(&[]).await;
    let mut browser = wire::connect(login.port()).await;
    browser
        .write_all(callback(&login).as_bytes())
        .await
        .unwrap();
    zoho.arrived("GET /crm").await;
    login.program.signal("TERM");
    let answer = wire::read(&mut browser).await;
    let page = login.get(answer.header("location").unwrap(), "").await;
    assert!(page.body().contains("stopped before the CRM answered"));
    let ended = login.program.wait().await;
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.contains("1000.refresh"));
}

#[tokio::test]
async fn row_17_a_terminal_that_is_gone_does_not_end_the_login() {
    let zoho = stand_in().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.json");
    let mut command = command(&zoho, &["--no-browser", "--format", "json"]);
    command.arg("--output").arg(&path);
    let mut login = Login::of(&mut command).await;
    login.register(&zoho);
    login.program.hang_up();
    let genuine = login.consent().await;
    let page = login.complete(&genuine).await;
    assert_eq!(page.status(), "201");
    assert_eq!(login.program.exit().await, Some(0));
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("refresh_token")
    );
}

#[tokio::test]
async fn row_17_without_any_terminal_the_page_still_has_the_credentials() {
    let zoho = Hostile::start(|_| None).await;
    let mut login = zoho.login(&[]).await;
    login.program.hang_up();
    let answer = login.send(callback(&login)).await;
    let page = login.get(answer.header("location").unwrap(), "").await;
    assert!(page.body().contains("1000.refresh"));
    assert!(
        page.body().contains("Not saved anywhere"),
        "{}",
        page.body()
    );
    assert_eq!(login.program.exit().await, Some(1));
}

#[tokio::test]
async fn row_17_the_deadline_ends_in_exit_4() {
    let zoho = stand_in().await;
    let mut command = command(&zoho, &["--no-browser", "--timeout", "1s"]);
    let stderr = Program::spawn(&mut command).ends_with(4).await;
    assert!(stderr.contains("Nothing came back"), "{stderr}");
}
