//! Row 27: a response that an earlier app left in the browser's cache, valid for any parameters (`No-Vary-Search`).

use super::earlier_app::{EarlierApp, Spy};
use super::{Neighbor, Victim, cases, free, second_user};
use crate::browsers::{Browser, Tab};
use crate::hostile::login::{consent, stand_in};
use serde_json::json;
use url::Url;

/// Reports its address to an accomplice; on a click, opens a window to read what is there when the cache is bypassed.
const PAGE: &str = "<!doctype html><link rel=icon href=data:,>
    <button onclick='look(location.href)'>Continue</button>
    <script>
    const told = location.search ? tell(location.href).then(() => true) : true;
    if (opener) location.reload();
    </script>";

const HEADERS: &[(&str, &str)] = &[
    ("cache-control", "max-age=31536000"),
    ("no-vary-search", "params"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// A browser with such a response in its cache, led there from another site because caches are partitioned by site.
async fn cached(host: &str) -> Option<(Tab, Spy, Url)> {
    let mut tab = Browser::Chromium.open().await?;
    let (spy, redirect_uri) = (Spy::start().await, free(host));
    let page = format!("<script>{}</script>{PAGE}", spy.script);
    let app = EarlierApp::at(&redirect_uri, vec![("/callback", HEADERS, page)]).await;
    tab.go(&spy.address).await;
    lead(&mut tab, &redirect_uri).await;
    assert_eq!(tab.js("told").await, true);
    app.end().await;
    Some((tab, spy, redirect_uri))
}

/// Follows a link from the current page to an address.
async fn lead(tab: &mut Tab, address: &Url) {
    let link = json!(format!("<a href='{address}'>On</a>"));
    tab.js(&format!("document.body.innerHTML = {link}")).await;
    tab.follow("a").await;
}

/// Goes from the start address to what is shown after the consent, as if Zoho's page led there by a link or script.
/// After the stand-in's form, Chromium bypasses its cache.
async fn consent_by_a_link(tab: &mut Tab, victim: &Victim) {
    tab.go(victim.start.as_str()).await;
    let zoho = tab.js("location.href").await;
    let genuine = consent(&zoho.as_str().unwrap().parse().unwrap()).await;
    lead(tab, &genuine.url).await;
}

async fn row_27_a_cached_callback_with_an_accomplice(host: &str) {
    if !second_user() {
        return;
    }
    let Some((mut tab, spy, redirect_uri)) = cached(host).await else {
        return;
    };
    let victim = Victim::start(stand_in().await, &redirect_uri).await;
    consent_by_a_link(&mut tab, &victim).await;
    tab.js("typeof told === 'undefined' || told").await;
    let mut neighbor = Neighbor::of(&redirect_uri).await;
    for address in spy
        .heard()
        .lines()
        .filter(|line| line.contains("/callback?"))
    {
        neighbor.bring(&address.parse().unwrap()).await;
    }
    victim.assert_nothing_stolen(&neighbor.loot);
    victim.login.ends_with(0).await;
}
cases!(row_27_a_cached_callback_with_an_accomplice {
    localhost("localhost") ipv4("127.0.0.1") ipv6("[::1]")
});

async fn row_27_a_cached_callback_that_opens_a_window(host: &str) {
    let Some((mut tab, spy, redirect_uri)) = cached(host).await else {
        return;
    };
    let victim = Victim::start(stand_in().await, &redirect_uri).await;
    consent_by_a_link(&mut tab, &victim).await;
    if tab.js("typeof looked !== 'undefined'").await == true {
        tab.click("button").await;
        tab.js("looked").await;
    }
    victim.assert_nothing_stolen(&spy.heard());
    victim.login.ends_with(0).await;
}
cases!(row_27_a_cached_callback_that_opens_a_window {
    localhost("localhost") ipv4("127.0.0.1") ipv6("[::1]")
});
