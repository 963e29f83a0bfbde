//! What every page must keep to: its own machine, its own policy, narrow screens, dark and light.

use super::{ACCEPT, REJECT, callback, demo};
use crate::chromium::Tab;
use serde_json::{Value, json};

/// The text with the weakest contrast, as WCAG 2 computes it.
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
    let mut ours = Vec::new();
    for button in [ACCEPT, REJECT] {
        let (program, address) = demo(&["-v"]).await;
        tab.go(address.as_str()).await;
        ours.push(address.origin().ascii_serialization());
        ours.push(origin(&mut tab).await);
        tab.follow(button).await;
        ours.push(origin(&mut tab).await);
        // Whatever else had been asked for here, such as a favicon, would be told.
        let stderr = program.wait().await.stderr;
        assert!(!stderr.contains("refused and changed nothing"), "{stderr}");
        if button == ACCEPT {
            tab.click("[data-copy]").await;
            tab.click("[data-save]").await;
        }
    }
    ours.sort();
    assert_eq!(tab.origins(), ours);
    assert_eq!(tab.complaints(), [] as [&Value; 0]);
}

#[tokio::test]
async fn every_page_fits_360_pixels_and_is_legible_in_dark_and_light() {
    let Some(mut tab) = Tab::open().await else {
        return;
    };
    let narrow = json!({ "width": 360, "height": 640, "deviceScaleFactor": 1, "mobile": false });
    tab.call("Emulation.setDeviceMetricsOverride", narrow).await;
    let (program, address) = demo(&["--fail", "no-refresh-token"]).await;
    tab.go(&callback(&address, "code=x&state=y")).await;
    assert_legible(&mut tab).await;
    tab.go(address.as_str()).await;
    assert_legible(&mut tab).await;
    tab.follow(ACCEPT).await;
    tab.js("document.querySelectorAll('details').forEach((details) => details.open = true)")
        .await;
    assert_legible(&mut tab).await;
    program.wait().await;

    let (_program, address) = demo(&["--fail", "invalid-scope-page"]).await;
    tab.go(address.as_str()).await;
    assert_legible(&mut tab).await;
}

async fn origin(tab: &mut Tab) -> String {
    let origin = tab.js("location.origin").await;
    origin.as_str().unwrap_or_default().to_owned()
}

async fn assert_legible(tab: &mut Tab) {
    for scheme in ["dark", "light"] {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        tab.call(
            "Emulation.setEmulatedMedia",
            json!({ "features": [feature] }),
        )
        .await;
        let widths = "[innerWidth, document.documentElement.scrollWidth - document.documentElement.clientWidth]";
        assert_eq!(tab.js(widths).await, json!([360, 0]));
        let weakest = tab.js(WEAKEST).await;
        assert!(
            weakest["contrast"].as_f64() >= Some(4.5),
            "{scheme}: {weakest}"
        );
    }
}
