//! A person at the page, in real browsers.

use super::{Guide, between};
use crate::browser::ACCEPT;
use crate::browsers::chromium::Tab as Chromium;
use crate::browsers::{Browser, Tab};
use serde_json::json;

/// What the person enters in the console, by hand but for the redirect URI.
const BY_HAND: &str = "(() => {
    document.getElementById('type').value = 'Server-based Applications';
    document.getElementById('name').value = 'zoho-grant';
    document.getElementById('homepage').value = 'http://localhost';
})()";

/// The copy button of the document that the result page begins with.
const COPY_DOCUMENT: &str = "input:checked + label + .panel > .row [data-copy]";

/// From `zoho-grant setup` to the copied document, the console's own page not counted: five clicks, two values pasted.
#[tokio::test]
async fn five_clicks_and_two_pasted_values_lead_to_the_copied_document() {
    let Some(mut tab) = Chromium::open().await else {
        return;
    };
    let guide = Guide::unopened(&["--for", "airbyte"]).await;
    tab.go(guide.opening.as_str()).await;
    let mut clicks = 0;
    let mut pasted = 0;

    tab.click("label:has(#c1)").await;
    clicks += 1;
    tab.click(".k1 .open").await;
    clicks += 1;
    let console = tab.js("document.querySelector('.k1 .open').href").await;
    let mut there = tab.beside().await;
    there.go(console.as_str().unwrap()).await;
    there.js(BY_HAND).await;
    let uri = there.paste().await;
    assert_eq!(
        uri,
        tab.js("document.querySelector('#redirect-uri code').textContent")
            .await
    );
    there
        .js(&format!(
            "document.getElementById('redirect-uri').value = {uri}"
        ))
        .await;
    there.follow(".first").await;
    let id = there
        .js("document.getElementById('client-id').textContent")
        .await;
    let secret = there
        .js("document.getElementById('client-secret').textContent")
        .await;

    assert_eq!(
        tab.js("document.activeElement.id").await,
        "id",
        "the person would have to click"
    );
    insert(&mut tab, id.as_str().unwrap()).await;
    pasted += 1;
    tab.press("Tab", 9, "").await;
    assert_eq!(tab.js("document.activeElement.id").await, "secret");
    insert(&mut tab, secret.as_str().unwrap()).await;
    pasted += 1;
    tab.follow(".first").await;
    clicks += 1;
    tab.moved().await;
    tab.follow(ACCEPT).await;
    clicks += 1;
    tab.click(COPY_DOCUMENT).await;
    clicks += 1;
    tab.until("document.getElementById('said').textContent !== ''")
        .await;
    let document = tab.paste().await;
    let ended = guide.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        document
            .as_str()
            .unwrap()
            .contains(secret.as_str().unwrap()),
        "{document}"
    );
    assert_eq!(document.as_str().map(str::trim), Some(ended.stdout.trim()));
    assert!(
        clicks <= 5 && pasted <= 2,
        "{clicks} clicks, {pasted} values"
    );
    assert_eq!(
        tab.complaints()
            .iter()
            .filter(|told| !is_meant(told))
            .count(),
        0,
        "{:#?}",
        tab.complaints()
    );
}

/// What Chromium logs of every redirect from localhost to another name of it, and of the cleared cache.
fn is_meant(told: &serde_json::Value) -> bool {
    let meant = ["BounceTrackingIssue", "Clear-Site-Data header on"];
    meant.iter().any(|part| told.to_string().contains(part))
}

async fn insert(tab: &mut Chromium, text: &str) {
    tab.call("Input.insertText", json!({ "text": text })).await;
}

/// With and without scripts, each in a browser of either kind, where it can be switched off.
async fn from_nothing_to_the_document(browser: Browser) {
    let Some(mut tab) = browser.open().await else {
        return;
    };
    walk(&mut tab).await;
}

#[tokio::test]
async fn from_nothing_to_the_document_in_firefox() {
    from_nothing_to_the_document(Browser::Firefox).await;
}

#[tokio::test]
async fn from_nothing_to_the_document_in_chromium() {
    from_nothing_to_the_document(Browser::Chromium).await;
}

/// Corrects an error on its way, and comes back from a dead end of Zoho's.
async fn walk(tab: &mut Tab) {
    let mut guide = Guide::start(&[]).await;
    let client = guide.server_based("1").await;
    tab.go(guide.opening.as_str()).await;
    fill(tab, "id", &client.id).await;
    fill(tab, "secret", &client.secret).await;
    tab.click("#d2").await;
    tab.follow(".first").await;
    let page = tab.text().await;
    assert!(page.contains("One thing to correct"), "{page}");
    assert_eq!(tab.js("document.activeElement.id").await, "problem");
    assert_eq!(tab.js("document.getElementById('secret').value").await, "");

    // The wrong data center first.
    tab.click("#c0").await;
    tab.follow(".first").await;
    tab.moved().await;
    assert!(tab.text().await.contains("Invalid Client"));
    tab.js("void history.back()").await;
    tab.moved().await;
    tab.follow("button[value=client]").await;
    let page = tab.text().await;
    assert!(
        page.contains("Invalid Client: Zoho does not know this client ID"),
        "{page}"
    );
    tab.click("#c1").await;
    tab.follow(".first").await;
    tab.moved().await;
    tab.follow(ACCEPT).await;
    assert!(tab.text().await.contains("Rehearsal Company"));
    guide.program.line_with("Credentials obtained").await;
    let ended = guide.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("\"dc_region\": \"EU\""),
        "{}",
        ended.stdout
    );
}

async fn fill(tab: &mut Tab, field: &str, text: &str) {
    tab.js(&format!(
        "void (document.getElementById({field:?}).value = {text:?})"
    ))
    .await;
}

#[tokio::test]
async fn the_back_button_brings_what_happened_since() {
    let Some(mut tab) = Chromium::open().await else {
        return;
    };
    let guide = Guide::start(&[]).await;
    let uri = guide.redirect_uri().await;
    let client = guide.register("0", "Server-based Applications", &uri).await;
    tab.go(guide.opening.as_str()).await;
    tab.click("label:has(#c1)").await;
    for (field, text) in [("id", &client.id), ("secret", &client.secret)] {
        tab.click(&format!("#{field}")).await;
        insert(&mut tab, text).await;
    }
    tab.follow(".first").await;
    tab.moved().await;
    assert!(tab.text().await.contains("Invalid Client"));
    tab.js("void history.back()").await;
    tab.moved().await;
    assert_eq!(tab.js("location.pathname").await, guide.page.path());
    assert!(tab.text().await.contains("Did Zoho show an error?"));
    assert_eq!(
        tab.js("document.getElementById('id').value").await,
        *client.id
    );
}

#[tokio::test]
async fn it_works_without_scripts() {
    let Some(mut tab) = Chromium::open().await else {
        return;
    };
    let guide = Guide::start(&[]).await;
    let client = guide.server_based("1").await;
    let off = json!({ "value": true });
    tab.call("Emulation.setScriptExecutionDisabled", off).await;
    tab.go(guide.opening.as_str()).await;
    assert_eq!(
        tab.js("document.querySelector('[data-copy]').checkVisibility()")
            .await,
        false
    );
    assert_eq!(
        tab.js("document.querySelector('.k1 .open').checkVisibility()")
            .await,
        false
    );
    tab.click("label:has(#c1)").await;
    assert_eq!(
        tab.js("document.querySelector('.k1 .open').checkVisibility()")
            .await,
        true
    );
    for (field, text) in [("id", &client.id), ("secret", &client.secret)] {
        tab.click(&format!("#{field}")).await;
        insert(&mut tab, text).await;
    }
    tab.click("label:has(#d2)").await;
    let asks = "document.querySelector('.asks.s2').checkVisibility()";
    assert_eq!(tab.js(asks).await, true);
    tab.follow(".first").await;
    tab.moved().await;
    tab.follow(ACCEPT).await;
    let ended = guide.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("dc_region"), "{}", ended.stdout);
}

#[tokio::test]
async fn the_whole_page_is_reached_by_keyboard_and_named_for_a_screen_reader() {
    let Some(mut tab) = Chromium::open().await else {
        return;
    };
    let guide = Guide::start(&[]).await;
    tab.go(guide.opening.as_str()).await;
    for stop in [
        "#c0",
        "#crm",
        "[href='#id']",
        "#redirect-uri button",
        "#id",
        "#secret",
        "#d5",
        "summary",
        ".first",
    ] {
        tab.focus(stop).await;
    }
    let secret = "(({ type, autocomplete, spellcheck }) => [type, autocomplete, spellcheck])(document.getElementById('secret'))";
    // A password field would put the client ID into the browser's login database.
    assert_eq!(tab.js(secret).await, json!(["text", "off", false]));
    let spoken = tab.spoken().await;
    for name in [
        "Where do you log in to Zoho CRM?",
        "Client secret",
        "Who will read the CRM?",
        "Zoho will ask you to allow",
        "Copy Authorized Redirect URIs",
    ] {
        assert!(spoken.contains(name), "{name} is not said");
    }
    assert_eq!(
        tab.js("getComputedStyle(document.getElementById('secret')).webkitTextSecurity")
            .await,
        "disc"
    );
}

#[tokio::test]
async fn scopes_are_searched_and_chosen() {
    let Some(mut tab) = Chromium::open().await else {
        return;
    };
    let guide = Guide::start(&[]).await;
    let client = guide.server_based("0").await;
    tab.go(guide.opening.as_str()).await;
    tab.click("summary").await;
    tab.click("#search").await;
    insert(&mut tab, "coql read").await;
    let shown = "[...document.querySelectorAll('.all li')].filter((row) => row.checkVisibility()).map((row) => row.textContent.trim().split('\\n')[0]).join()";
    let shown = tab.js(shown).await;
    assert!(
        shown.as_str().unwrap().starts_with("ZohoCRM.coql.READ"),
        "{shown}"
    );
    tab.click(".all li:not([hidden]) label").await;
    assert_eq!(tab.js("document.getElementById('own').checked").await, true);
    let asks = tab
        .js("document.querySelector('.asks.own').innerText")
        .await;
    for scope in [
        "ZohoCRM.coql.READ",
        "ZohoCRM.modules.READ",
        "ZohoCRM.org.READ",
    ] {
        assert!(
            asks.as_str().unwrap().contains(scope),
            "no {scope} in {asks}"
        );
    }
    tab.click("label:has(#c0)").await;
    for (field, text) in [("id", &client.id), ("secret", &client.secret)] {
        tab.click(&format!("#{field}")).await;
        insert(&mut tab, text).await;
    }
    tab.follow(".first").await;
    tab.moved().await;
    let address = tab.js("location.href").await;
    assert!(
        address.as_str().unwrap().contains("ZohoCRM.coql.READ"),
        "{address}"
    );
}

#[tokio::test]
async fn the_pasted_address_of_a_crm_chooses_the_data_center() {
    let Some(mut tab) = Chromium::open().await else {
        return;
    };
    let command = ["setup", "--redirect-uri", &super::free_uri()].map(str::to_owned);
    let guide = super::opened(&command).await;
    tab.go(guide.opening.as_str()).await;
    tab.click("#crm").await;
    insert(&mut tab, "https://crm.zohocloud.ca/crm/org1/tab/Home").await;
    let chosen = tab
        .js("document.querySelector('[name=center]:checked').closest('label').innerText")
        .await;
    assert!(chosen.as_str().unwrap().contains("Canada"), "{chosen}");
    let console = tab
        .js("[...document.querySelectorAll('.open')].find((link) => link.checkVisibility()).href")
        .await;
    assert_eq!(console, "https://api-console.zohocloud.ca/");
    let html = guide.html().await;
    assert_eq!(html.matches("class=\"console k").count(), 11);
    assert!(between(&html, "id=\"c0\"", ">").ends_with("data-crm=\"crm.zoho.com\""));
}

/// The page, its errors and what is between it and Zoho, at 360 pixels, dark and light.
#[tokio::test]
async fn every_page_fits_360_pixels_and_is_legible() {
    let Some(mut tab) = Chromium::open().await else {
        return;
    };
    crate::browser::looks::narrow(&mut tab).await;
    let guide = Guide::start(&[]).await;
    let client = guide.server_based("1").await;
    tab.go(guide.opening.as_str()).await;
    tab.click("summary").await;
    crate::browser::looks::assert_legible(&mut tab).await;
    guide
        .wrong(&[("id", "1000.ODD"), ("secret", "x y"), ("crm", "a")])
        .await;
    tab.go(guide.page.as_str()).await;
    crate::browser::looks::assert_legible(&mut tab).await;
    guide
        .attempt(
            &client,
            &[
                ("destination", "other"),
                ("which", "own"),
                ("scopes", "ZohoCRM.a.READ,ZohoCRM.org.READ"),
            ],
        )
        .await;
    guide.wrong(&[("saw", "scope")]).await;
    tab.go(guide.page.as_str()).await;
    crate::browser::looks::assert_legible(&mut tab).await;
    tab.go(guide.page.join("/").unwrap().as_str()).await;
    crate::browser::looks::assert_legible(&mut tab).await;
}
