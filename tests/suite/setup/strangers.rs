//! Row 28: pages of others, an earlier app's worker, and another user of the machine.

use super::{EU, Guide, Registered, US, between, complete, free_uri};
use crate::browser::ACCEPT;
use crate::browsers::{Browser, Tab};
use crate::hostile::neighbors::earlier_app::{EarlierApp, Spy};
use crate::hostile::neighbors::{Neighbor, second_user};
use crate::hostile::wire::{self, ask};
use url::Url;

/// What the evil form enters.
const EVIL: &str = "1000.EVIL0EVIL0EVIL0EVIL0EVIL0EVIL0";

const SOMEBODY_ELSE: &str = "asked for the set-up page";

/// A page that knows everything and sends a form at once: by itself, in a frame, and by a script.
fn evil(guide: &Guide) -> String {
    let (page, token) = (&guide.page, &guide.token);
    let fields = [
        ("token", &**token),
        ("center", "0"),
        ("id", EVIL),
        ("secret", "evil"),
        ("destination", "other"),
    ];
    let inputs = fields.map(|(name, value)| format!("<input name={name} value=\"{value}\">"));
    let inputs = inputs.concat();
    format!(
        "<!doctype html><link rel=icon href=data:,><iframe name=f></iframe>
        <form id=a method=post action=\"{page}\">{inputs}</form>
        <form id=b method=post action=\"{page}\" target=f>{inputs}</form>
        <script>
            const body = new URLSearchParams(new FormData(document.getElementById('a')));
            const ready = fetch('{page}', {{ method: 'POST', mode: 'no-cors', body }}).catch(() => 0).then(() => {{
                document.getElementById('b').submit();
                return true;
            }});
        </script>"
    )
}

/// Another port of this machine is the same site, and another name of it another site.
async fn a_form_of_another_page(browser: Browser, host: &str) {
    let Some(mut tab) = browser.open().await else {
        return;
    };
    let guide = Guide::start(&[]).await;
    let client = guide.server_based(US).await;
    let elsewhere: Url = free_uri().replace("localhost", host).parse().unwrap();
    let app = EarlierApp::at(&elsewhere, vec![("/", &[], evil(&guide))]).await;
    tab.go(elsewhere.join("/").unwrap().as_str()).await;
    tab.js("ready").await;
    tab.js("void document.getElementById('a').submit()").await;
    tab.moved().await;
    let page = tab.text().await;
    assert!(page.contains("Not sent by the set-up page"), "{page}");
    let html = guide.html().await;
    assert!(
        !html.contains(EVIL) && !html.contains("to correct"),
        "{html}"
    );
    app.end().await;
    assert_goes_on(guide, &client).await;
}

#[tokio::test]
async fn a_form_on_another_port_in_chromium() {
    a_form_of_another_page(Browser::Chromium, "127.0.0.1").await;
}

#[tokio::test]
async fn a_form_on_another_site_in_chromium() {
    a_form_of_another_page(Browser::Chromium, "localhost").await;
}

#[tokio::test]
async fn a_form_on_another_port_in_firefox() {
    a_form_of_another_page(Browser::Firefox, "127.0.0.1").await;
}

#[tokio::test]
async fn a_form_on_another_site_in_firefox() {
    a_form_of_another_page(Browser::Firefox, "localhost").await;
}

/// The page is open, and what it was begun for comes about.
async fn assert_goes_on(guide: Guide, client: &Registered) -> String {
    let page = complete(&guide.attempt(client, &[]).await).await;
    assert_eq!(page.status(), "201", "{}", page.0);
    let ended = guide.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains(&client.id), "{}", ended.stdout);
    ended.stderr
}

/// A worker on the redirect URI's origin that reads every request it sees.
#[tokio::test]
async fn a_worker_on_the_redirect_uris_origin_never_sees_the_form() {
    let Some(mut tab) = Browser::Chromium.open().await else {
        return;
    };
    let uri = free_uri();
    let spy = Spy::start().await;
    let worker = format!(
        "{} addEventListener('install', () => skipWaiting());
        addEventListener('activate', (event) => event.waitUntil(clients.claim()));
        addEventListener('fetch', (event) => event.waitUntil(
            event.request.clone().text().then((body) => tell(event.request.url + ' ' + body))));",
        spy.script
    );
    let page = "<!doctype html><link rel=icon href=data:,><script>
        const ready = navigator.serviceWorker.register('/worker.js')
            .then(() => navigator.serviceWorker.ready).then(() => true);</script>";
    let script: &[_] = &[("content-type", "text/javascript")];
    let files = vec![
        ("/", &[][..], page.to_owned()),
        ("/worker.js", script, worker),
    ];
    EarlierApp::at(&uri.parse().unwrap(), files)
        .await
        .visited(&mut tab)
        .await;
    let guide = Guide::start(&["--redirect-uri", &uri]).await;
    let client = guide.server_based(EU).await;
    walk(&mut tab, &guide, &client).await;
    let ended = guide.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let heard = spy.heard();
    assert!(
        heard.contains("/start/"),
        "the worker is not there: {heard}"
    );
    let refresh_token = between(&ended.stdout, "Refresh token:", "\n").trim();
    for secret in [&*client.secret, refresh_token, &guide.token] {
        assert!(!heard.contains(secret), "the worker has read a secret");
    }
}

/// Fills in the page, and consents.
pub async fn walk(tab: &mut Tab, guide: &Guide, client: &Registered) {
    tab.go(guide.opening.as_str()).await;
    for (field, text) in [("id", &client.id), ("secret", &client.secret)] {
        tab.js(&format!(
            "void (document.getElementById({field:?}).value = {text:?})"
        ))
        .await;
    }
    tab.click(&format!("#c{}", client.center)).await;
    tab.follow(".first").await;
    tab.moved().await;
    tab.follow(ACCEPT).await;
}

/// The address on the opener's command line is worth nothing to another user, first or second.
async fn another_user_opens_the_page(first: bool) {
    if !second_user() {
        return;
    }
    let mut guide = Guide::unopened(&[]).await;
    let mut neighbor = Neighbor::of(&guide.opening).await;
    if !first {
        guide.open().await;
    }
    let answer = neighbor.get(&guide.opening).await;
    assert_eq!((answer.status(), answer.header("location")), ("403", None));
    if first {
        guide.open().await;
    }
    // Whatever else he found out.
    let page = neighbor.get(&guide.page).await;
    assert_eq!(page.status(), "403");
    let go = guide
        .page
        .join(&format!("{}/go", guide.page.path()))
        .unwrap();
    let client = guide.server_based(US).await;
    let fields = [
        ("center", "0"),
        ("id", EVIL),
        ("secret", "evil"),
        ("destination", "other"),
    ];
    let form = guide.form(&fields);
    let post = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        guide.page.path(),
        guide.page.authority(),
        form.len()
    );
    let posted = wire::send(neighbor.port, post.as_bytes()).await;
    assert_eq!(posted.status(), "403", "{}", posted.0);
    guide.attempt(&client, &[]).await;
    assert_eq!(neighbor.get(&go).await.status(), "403");
    let html = guide.html().await;
    assert!(!html.contains(EVIL), "{html}");
    for secret in [&client.id, &client.secret, &guide.token] {
        assert!(!neighbor.loot.contains(secret), "STOLEN");
    }
    let stderr = assert_goes_on(guide, &client).await;
    assert_eq!(stderr.matches(SOMEBODY_ELSE).count(), 1, "{stderr}");
}

#[tokio::test]
async fn another_user_opens_the_page_first() {
    another_user_opens_the_page(true).await;
}

#[tokio::test]
async fn another_user_opens_the_page_second() {
    another_user_opens_the_page(false).await;
}

#[tokio::test]
async fn a_page_elsewhere_cannot_frame_it() {
    let Some(mut tab) = Browser::Chromium.open().await else {
        return;
    };
    let guide = Guide::start(&[]).await;
    let elsewhere: Url = free_uri().parse().unwrap();
    let html = format!(
        "<!doctype html><link rel=icon href=data:,><iframe src=\"{}\"></iframe><script>const ready = new Promise((done) =>
            addEventListener('load', () => done(frames.length)))</script>",
        guide.page
    );
    let app = EarlierApp::at(&elsewhere, vec![("/", &[], html)]).await;
    tab.go(elsewhere.join("/").unwrap().as_str()).await;
    assert_eq!(tab.js("ready").await, 1);
    app.end().await;
    let framed = super::request(
        &guide.page,
        "GET",
        &format!(
            "Host: {}\r\nSec-Fetch-Dest: iframe\r\n",
            guide.page.authority()
        ),
        "",
    )
    .await;
    assert_eq!(framed.status(), "403");
    assert_eq!(ask(&guide.page, "GET", "").await.status(), "201");
}
