//! Tests what holds for every page: only this machine, its own policy, narrow screens, dark and light.

use super::{ACCEPT, REJECT, accept, callback, demo};
use crate::browsers::chromium::Tab;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PROTECTION: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// The window's width, and the elements that exceed it.
const WIDTHS: &str = "(() => {
    const page = document.documentElement;
    return [innerWidth, page.scrollWidth - page.clientWidth];
})()";

/// The text with the lowest contrast, as computed by WCAG 2.
const WEAKEST: &str = "(() => {
    const channels = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = (color) => channels(color).slice(0, 3)
        .map((one) => one / 255)
        .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
    const style = (element) => getComputedStyle(element);
    const ground = (element) => channels(style(element).backgroundColor)[3] === 0
        ? ground(element.parentElement) : style(element).backgroundColor;
    const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const judged = [...document.querySelectorAll('body *')]
        .filter((element) => element.checkVisibility() && hasText(element))
        .map((element) => {
            const both = [light(style(element).color), light(ground(element))].sort((a, b) => b - a);
            return { contrast: (both[0] + 0.05) / (both[1] + 0.05), text: element.innerText };
        });
    return judged.reduce((weakest, one) => one.contrast < weakest.contrast ? one : weakest);
})()";

#[tokio::test]
async fn nothing_leaves_the_machine_and_no_page_breaks_its_policy() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let mut ours = BTreeSet::new();
    for button in [ACCEPT, REJECT] {
        let (program, address) = demo(&["-v"]).await;
        ours.insert(address.origin().ascii_serialization());
        tab.go(&callback(&address, "code=x&state=y")).await;
        ours.insert(origin(&mut tab).await);
        tab.go(address.as_str()).await;
        ours.insert(origin(&mut tab).await);
        tab.follow(button).await;
        ours.insert(origin(&mut tab).await);
        // Only the stranger's callback was reported; any other request would be, too.
        let stderr = program.wait().await.stderr;
        let refused = stderr.matches("refused and changed nothing").count();
        assert_eq!(refused, 1, "{stderr}");
        if button == ACCEPT {
            tab.click(":checked + label + .panel .primary").await;
            tab.click("[data-name='text document'] [data-save]").await;
        }
    }
    let remote = tab
        .requests()
        .filter(|url| !["data", "blob"].contains(&url.scheme()));
    let origins: BTreeSet<_> = remote
        .map(|url| url.origin().ascii_serialization())
        .collect();
    assert_eq!(origins, ours);
    let mut complaints = tab.complaints();
    // Chromium logs every status of 400 and above, and the stranger's page has 400. The redirect from localhost to
    // another name is intended.
    let meant = ["a status of 400", "BounceTrackingIssue"];
    complaints.retain(|complaint| {
        !meant
            .iter()
            .any(|part| complaint.to_string().contains(part))
    });
    assert_eq!(complaints, [] as [&Value; 0]);
}

#[tokio::test]
async fn every_answer_carries_its_protection() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let (_program, address) = demo(&[]).await;
    tab.go(&callback(&address, "code=x&state=y")).await;
    accept(&mut tab, &address).await;
    let redirects = tab.told("Network.requestWillBeSent");
    let redirects = redirects.map(|sent| &sent["redirectResponse"]);
    let pages = tab.told("Network.responseReceived");
    let pages = pages.map(|received| &received["response"]);
    let of_http = |answer: &&Value| {
        answer["url"]
            .as_str()
            .is_some_and(|url| url.starts_with("http:"))
    };
    let answers: Vec<_> = redirects.chain(pages).filter(of_http).collect();
    // From the stranger's callback, to the other data center, from consent to callback, from callback to page; and three
    // pages.
    assert_eq!(answers.len(), 7, "{answers:#?}");
    for answer in answers {
        for (name, value) in PROTECTION {
            assert_eq!(answer["headers"][name], value, "{name} of {answer}");
        }
    }
}

#[tokio::test]
async fn every_page_fits_360_pixels_and_is_legible_in_dark_and_light() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    narrow(&mut tab).await;
    let (program, address) = demo(&["--fail", "no-refresh-token"]).await;
    tab.go(&callback(&address, "code=x&state=y")).await;
    assert_legible(&mut tab).await;
    tab.go(address.as_str()).await;
    assert_legible(&mut tab).await;
    tab.follow(ACCEPT).await;
    let open = "document.querySelectorAll('details').forEach((details) => details.open = true)";
    tab.js(open).await;
    assert_legible(&mut tab).await;
    program.wait().await;

    let (_program, address) = demo(&["--fail", "invalid-scope-page"]).await;
    tab.go(address.as_str()).await;
    assert_legible(&mut tab).await;
}

/// The page's origin. Headless Chromium requests no favicon, so the page must name one itself.
async fn origin(tab: &mut Tab) -> String {
    let icon = tab
        .js("document.querySelector('link[rel=icon]')?.href")
        .await;
    assert!(icon.to_string().starts_with("\"data:"), "{icon}");
    let origin = tab.js("location.origin").await;
    origin.as_str().unwrap_or_default().to_owned()
}

/// Makes the window as narrow as a small phone.
pub async fn narrow(tab: &mut Tab) {
    let narrow = json!({ "width": 360, "height": 640, "deviceScaleFactor": 1, "mobile": false });
    tab.call("Emulation.setDeviceMetricsOverride", narrow).await;
}

/// The page fits that, and its text has the contrast of WCAG 2 AA, in dark and light.
pub async fn assert_legible(tab: &mut Tab) {
    for scheme in ["dark", "light"] {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        let media = json!({ "features": [feature] });
        tab.call("Emulation.setEmulatedMedia", media).await;
        assert_eq!(tab.js(WIDTHS).await, json!([360, 0]));
        let weakest = tab.js(WEAKEST).await;
        let contrast = weakest["contrast"].as_f64();
        assert!(contrast >= Some(4.5), "{scheme}: {weakest}");
    }
}
