//! Every page for everybody: judged by axe-core, enlarged, on narrow screens, in forced colors and on paper.

mod gallery;

use crate::browsers::chromium::Tab;
use crate::needs::missing;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use gallery::Shown;
use serde_json::{Value, json};
use std::path::Path as FilePath;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

/// Opens what is closed, so that it is judged too.
const OPEN: &str = "document.querySelectorAll('details').forEach((details) => details.open = true)";

/// What axe-core holds against the page: rule and element.
const AXE: &str = "axe.run(document, rules).then(({ violations }) => violations.flatMap(
    ({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)))";

/// What is judged in either scheme: in the dark one, the colors alone are others.
const SCHEMES: [(&str, &str); 2] = [("light", "{}"), ("dark", "{ runOnly: ['color-contrast'] }")];

/// A picture that says nothing to whoever cannot see it.
const SPOIL: &str = "document.querySelector('main').append(new Image())";

/// What sticks out of the window, in pixels.
const SIDEWAYS: &str =
    "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/// Whether anything on the page moves, or would.
const MOVES: &str = "document.getAnimations().length > 0 || [...document.querySelectorAll('*')]
    .some((one) => getComputedStyle(one).transitionDuration !== '0s' || getComputedStyle(one).animationName !== 'none')";

/// The secrets in sight, and the buttons.
const ON_PAPER: &str = "[...document.querySelectorAll('.secret, button')].filter((one) => one.checkVisibility()).length";

/// Whether the open tab looks different from the others, and buttons have an edge.
const FORCED: &str = "(() => {
    const [open, shut] = [':checked', ':not(:checked):not(:disabled)']
        .map((state) => document.querySelector(`input${state} + label`))
        .map((label) => label && getComputedStyle(label).backgroundColor);
    const edges = [...document.querySelectorAll('button')].every((one) => getComputedStyle(one).borderTopStyle === 'solid');
    return edges && (!shut || open !== shut);
})()";

/// Each page in a tab, served as it is but for its policy, which would refuse to load axe-core.
struct Hall {
    tab: Tab,
    pages: Arc<Vec<Shown>>,
    address: String,
}

impl Hall {
    async fn open() -> Option<Self> {
        static PAGES: OnceCell<Arc<Vec<Shown>>> = OnceCell::const_new();
        let mut tab = Tab::open().await?;
        let pages = PAGES.get_or_init(async || Arc::new(gallery::pages(&mut tab).await));
        let pages = Arc::clone(pages.await);
        let router = Router::new().route("/{page}", axum::routing::get(serve));
        let router = router.with_state(Arc::clone(&pages));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Some(Self {
            tab,
            pages,
            address,
        })
    }

    /// Goes to a page, opens all of it, and tells how many destinations it has.
    async fn enter(&mut self, page: usize) -> u64 {
        let address = format!("{}/{page}", self.address);
        self.tab.go(&address).await;
        self.tab.js(OPEN).await;
        let destinations = "document.querySelectorAll('input[type=radio]').length";
        self.tab.js(destinations).await.as_u64().unwrap().max(1)
    }

    /// Chooses a destination, where there are any and it can be chosen.
    async fn choose(&mut self, destination: u64) {
        let chosen =
            format!("document.querySelectorAll('input[type=radio]')[{destination}]?.click()");
        self.tab.js(&chosen).await;
    }

    async fn emulate(&mut self, media: &str, features: &[(&str, &str)]) {
        let features = features
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }));
        let media = json!({ "media": media, "features": features.collect::<Vec<_>>() });
        self.tab.call("Emulation.setEmulatedMedia", media).await;
    }

    async fn width(&mut self, width: u32, scale: u32) {
        let screen =
            json!({ "width": width, "height": 900, "deviceScaleFactor": scale, "mobile": false });
        self.tab
            .call("Emulation.setDeviceMetricsOverride", screen)
            .await;
    }
}

async fn serve(State(pages): State<Arc<Vec<Shown>>>, Path(page): Path<usize>) -> Response {
    let html = pages
        .get(page)
        .map_or_else(String::new, |page| page.html.clone());
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// The script of axe-core, which `.ci/run` installs. None without, which `REQUIRE_AXE=1` forbids.
fn axe() -> Option<String> {
    let installed =
        FilePath::new(env!("CARGO_TARGET_TMPDIR")).join("../axe/node_modules/axe-core/axe.min.js");
    let script = std::fs::read_to_string(installed).ok();
    if script.is_none() {
        missing(
            "REQUIRE_AXE",
            "axe-core is not installed in the target folder, as .ci/run does it",
        );
    }
    script
}

#[tokio::test]
async fn axe_finds_no_violation_on_any_page() {
    let Some(script) = axe() else { return };
    let Some(mut hall) = Hall::open().await else {
        return;
    };
    let pages = Arc::clone(&hall.pages);
    // Of the huge one nothing is built otherwise, and its thousands of elements take long.
    let judged = pages.iter().enumerate().filter(|(_, page)| !page.is_huge);
    for (at, page) in judged {
        for (scheme, rules) in SCHEMES {
            hall.emulate("", &[("prefers-color-scheme", scheme)]).await;
            let destinations = hall.enter(at).await;
            let rules = format!("{script}; globalThis.rules = {rules}");
            hall.tab.js(&rules).await;
            // Every destination of the whole page, and the one that is open on the others.
            for destination in 0..if page.is_whole { destinations } else { 1 } {
                if page.is_whole {
                    hall.choose(destination).await;
                }
                let found = hall.tab.js(AXE).await;
                assert_eq!(found, json!([]), "{} in {scheme}: {found:#}", page.name);
            }
        }
    }
    hall.enter(0).await;
    let spoiled = format!("{script}; globalThis.rules = {{}}; {SPOIL}");
    hall.tab.js(&spoiled).await;
    let found = hall.tab.js(AXE).await.to_string();
    assert!(
        found.contains("image-alt"),
        "axe-core sees nothing: {found}"
    );
}

#[tokio::test]
async fn no_page_scrolls_sideways_enlarged_to_200_percent_or_320_pixels_wide() {
    let Some(mut hall) = Hall::open().await else {
        return;
    };
    for (width, scale) in [(640, 2), (320, 1)] {
        hall.width(width, scale).await;
        for (at, page) in Arc::clone(&hall.pages).iter().enumerate() {
            for destination in 0..hall.enter(at).await {
                hall.choose(destination).await;
                let sideways = hall.tab.js(SIDEWAYS).await;
                assert_eq!(
                    sideways, 0,
                    "{} at {width}, destination {destination}",
                    page.name
                );
            }
        }
    }
}

#[tokio::test]
async fn forced_colors_reduced_motion_and_paper_are_served() {
    let Some(mut hall) = Hall::open().await else {
        return;
    };
    for (at, page) in Arc::clone(&hall.pages).iter().enumerate() {
        hall.emulate("", &[("forced-colors", "active")]).await;
        hall.enter(at).await;
        assert_eq!(
            hall.tab.js(FORCED).await,
            true,
            "{} in forced colors",
            page.name
        );
        hall.emulate("", &[("prefers-reduced-motion", "reduce")])
            .await;
        assert_eq!(hall.tab.js(MOVES).await, false, "{} moves", page.name);
        hall.emulate("print", &[]).await;
        assert_eq!(hall.tab.js(ON_PAPER).await, 0, "{} on paper", page.name);
        let masked = "document.querySelector(':checked + label + .panel .masked')?.checkVisibility() ?? true";
        assert_eq!(
            hall.tab.js(masked).await,
            Value::Bool(true),
            "{}",
            page.name
        );
    }
}

#[tokio::test]
async fn every_page_is_one_small_request() {
    let Some(mut hall) = Hall::open().await else {
        return;
    };
    for (at, page) in Arc::clone(&hall.pages).iter().enumerate() {
        let before = hall.tab.requests().count();
        hall.enter(at).await;
        let requests = hall
            .tab
            .requests()
            .skip(before)
            .filter(|url| url.scheme() != "data");
        assert_eq!(requests.count(), 1, "{}", page.name);
        let size = page.html.len();
        assert!(
            page.is_huge || size <= page.largest,
            "{}: {size} bytes",
            page.name
        );
    }
}

/// What came from outside is there to be read, and does nothing.
#[tokio::test]
async fn names_from_outside_are_legible_and_harmless() {
    let Some(mut hall) = Hall::open().await else {
        return;
    };
    hall.width(360, 1).await;
    for (at, page) in Arc::clone(&hall.pages).iter().enumerate() {
        let Some(name) = &page.organization else {
            continue;
        };
        hall.enter(at).await;
        let heading = hall.tab.js("document.querySelector('h1').innerText").await;
        assert!(
            heading.as_str().is_some_and(|text| text.ends_with(name)),
            "{}: {heading}",
            page.name
        );
        let size = "parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)";
        assert!(
            hall.tab.js(size).await.as_f64() >= Some(18.0),
            "{}",
            page.name
        );
        // The name stays on the side where its line begins, whichever direction it is written in.
        let begins = "document.querySelector('h1').getBoundingClientRect().left < 100 &&
            getComputedStyle(document.querySelector('h1')).textAlign === 'start'";
        assert_eq!(hall.tab.js(begins).await, true, "{}", page.name);
        let made = "document.querySelectorAll('img, h1 b, script[src]').length";
        assert_eq!(hall.tab.js(made).await, 0, "{}", page.name);
    }
}
