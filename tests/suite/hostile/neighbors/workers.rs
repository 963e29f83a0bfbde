//! Row 26: a service worker that an earlier app left on the redirect URI's origin.

use super::earlier_app::{EarlierApp, Spy};
use super::{Neighbor, SOMEBODY_ELSE, Victim, cases, free, second_user};
use crate::browser::ACCEPT;
use crate::browsers::{Browser, Tab};
use crate::hostile::login::stand_in;
use Browser::{Chromium, Firefox};
use serde_json::json;
use url::Url;

/// The button that lets an earlier app's data be cleared.
const CLEAR: &str = "main .button";

/// What a worker does on installation, on activation, and on a request for a page of the login.
#[derive(Clone, Copy, Default)]
struct Worker {
    install: &'static str,
    activate: &'static str,
    fetch: &'static str,
}

/// Withholds the callback and reports its address.
const WITHHOLDING: Worker = Worker {
    fetch: "if (url.pathname === '/callback') { report(url.href); show('<h1>One moment</h1>'); }",
    ..NOTHING
};

/// Answers the callback with a page that opens it in a window, to read what is shown there.
const OPENING: Worker = Worker {
    fetch: "if (url.pathname === '/callback' && !url.searchParams.has('again')) show(OPENER);",
    ..NOTHING
};

/// Does the same, but has unregistered itself when the window opens.
const LEAVING: Worker = Worker {
    fetch: "if (url.pathname === '/callback') { event.waitUntil(registration.unregister()); show(OPENER); }",
    ..NOTHING
};

/// Opens the result page in the same way after seeing its address.
const OPENING_THE_PAGE: Worker = Worker {
    fetch: "if (url.pathname.startsWith('/result/') && !url.searchParams.has('again')) show(OPENER);",
    ..NOTHING
};

/// Withholds the result page and reports its address.
const WITHHOLDING_THE_PAGE: Worker = Worker {
    fetch: "if (url.pathname.startsWith('/result/')) { report(url.href); show('<h1>One moment</h1>'); }",
    ..NOTHING
};

/// Reads what the browser preloads for it.
const PRELOADING: Worker = Worker {
    activate: "await registration.navigationPreload.enable();",
    fetch: "event.respondWith(event.preloadResponse.then(read))",
    ..NOTHING
};

/// Reads what the browser fetches in parallel, by a route that is invisible from outside.
const RACING: Worker = Worker {
    install: "event.addRoutes({ condition: { urlPattern: '/*' }, source: 'race-network-and-fetch-handler' });",
    fetch: "event.respondWith(fetch(event.request).then(read))",
    ..NOTHING
};

/// Passes everything through, as honest workers do.
const PASSING: Worker = Worker {
    fetch: "event.respondWith(fetch(event.request))",
    ..NOTHING
};

/// Shows its own page at every address, as honest workers do.
const SHOWING: Worker = Worker {
    fetch: "show('<h1>An app</h1>')",
    ..NOTHING
};

const NOTHING: Worker = Worker {
    install: "",
    activate: "",
    fetch: "",
};

/// The page that opens its own address in a window.
const OPENER: &str = "<!doctype html><button onclick=\"
    look(location.href + (location.search ? '&' : '?') + 'again=1')\">Continue</button>";

/// The worker's script. It answers `/fence` once everything is reported.
fn script(worker: Worker, spy: &Spy) -> String {
    let Worker {
        install,
        activate,
        fetch,
    } = worker;
    let opener = json!(format!("{OPENER}<script>{}</script>", spy.script));
    format!(
        "{tell} const OPENER = {opener};
        const reports = [];
        const report = (text) => reports.push(tell(text));
        const read = async (answer) => {{
            if (answer.type !== 'opaqueredirect') report(await answer.clone().text());
            return answer;
        }};
        addEventListener('install', (event) => {{ skipWaiting(); {install} }});
        addEventListener('activate', (event) => event.waitUntil((async () => {{
            await clients.claim(); {activate}
        }})()));
        addEventListener('fetch', (event) => {{
            const url = new URL(event.request.url);
            const headers = {{ 'Content-Type': 'text/html', 'Cross-Origin-Opener-Policy': 'same-origin' }};
            const show = (page) => event.respondWith(new Response(page, {{ headers }}));
            if (url.pathname === '/fence') event.respondWith(Promise.all(reports).then(() => new Response('')));
            else if (url.pathname !== '/') {{ {fetch} }}
        }});",
        tell = spy.script
    )
}

/// A browser in which an app has left its worker, and a login on the same origin.
struct Scene {
    tab: Tab,
    spy: Spy,
    victim: Victim,
    redirect_uri: Url,
}

impl Scene {
    async fn set(browser: Browser, host: &str, worker: Worker) -> Option<Self> {
        let mut tab = browser.open().await?;
        let redirect_uri = free(host);
        let spy = Spy::start().await;
        let page = "<!doctype html><link rel=icon href=data:,><script>
            const ready = navigator.serviceWorker.register('/worker.js')
                .then(() => navigator.serviceWorker.ready).then(() => true);</script>";
        let files = vec![
            ("/", &[][..], page.to_owned()),
            (
                "/worker.js",
                &[("content-type", "text/javascript")],
                script(worker, &spy),
            ),
        ];
        EarlierApp::at(&redirect_uri, files)
            .await
            .visited(&mut tab)
            .await;
        let victim = Victim::start(stand_in().await, &redirect_uri).await;
        Some(Self {
            tab,
            spy,
            victim,
            redirect_uri,
        })
    }

    /// Goes from the start address to what is shown after the consent.
    async fn consent(&mut self) {
        self.tab.go(self.victim.start.as_str()).await;
        self.tab.follow(ACCEPT).await;
    }

    /// Everything that the worker reports.
    async fn reports(&mut self) -> String {
        let fence = self.redirect_uri.join("/fence").unwrap();
        self.tab.visit(fence.as_str()).await;
        self.spy.heard()
    }
}

async fn row_26_a_worker_with_an_accomplice(browser: Browser, host: &str) {
    if !second_user() {
        return;
    }
    let Some(mut scene) = Scene::set(browser, host, WITHHOLDING).await else {
        return;
    };
    scene.consent().await;
    let callback = scene.spy.callback().await;
    let mut neighbor = Neighbor::of(&scene.redirect_uri).await;
    neighbor.bring(&callback).await;
    scene.victim.assert_nothing_stolen(&neighbor.loot);
    // A private window has no worker.
    let mut private = browser.open().await.unwrap();
    private.go(callback.as_str()).await;
    let said = scene.victim.login.ends_with(0).await;
    assert!(said.contains(SOMEBODY_ELSE), "{said}");
}
cases!(row_26_a_worker_with_an_accomplice {
    chromium(Chromium, "localhost") chromium_ipv4(Chromium, "127.0.0.1") chromium_ipv6(Chromium, "[::1]")
    firefox(Firefox, "localhost") firefox_ipv4(Firefox, "127.0.0.1") firefox_ipv6(Firefox, "[::1]")
});

async fn row_26_a_worker_whose_page_opens_a_window(browser: Browser, host: &str, worker: Worker) {
    let Some(mut scene) = Scene::set(browser, host, worker).await else {
        return;
    };
    scene.consent().await;
    if scene.tab.js("typeof looked !== 'undefined'").await == true {
        scene.tab.click("button").await;
        scene.tab.js("looked").await;
    }
    scene.victim.assert_nothing_stolen(&scene.spy.heard());
    scene.victim.login.ends_with(0).await;
}
cases!(row_26_a_worker_whose_page_opens_a_window {
    chromium(Chromium, "localhost", OPENING)
    chromium_ipv4(Chromium, "127.0.0.1", OPENING)
    chromium_ipv6(Chromium, "[::1]", OPENING)
    chromium_unregistered(Chromium, "localhost", LEAVING)
    chromium_page(Chromium, "localhost", OPENING_THE_PAGE)
    chromium_page_ipv4(Chromium, "127.0.0.1", OPENING_THE_PAGE)
    firefox(Firefox, "localhost", OPENING)
    firefox_ipv4(Firefox, "127.0.0.1", OPENING)
    firefox_unregistered(Firefox, "localhost", LEAVING)
    firefox_page(Firefox, "localhost", OPENING_THE_PAGE)
    firefox_page_ipv4(Firefox, "127.0.0.1", OPENING_THE_PAGE)
});

async fn row_26_a_worker_that_reads_the_answers(browser: Browser, host: &str, worker: Worker) {
    let Some(mut scene) = Scene::set(browser, host, worker).await else {
        return;
    };
    scene.consent().await;
    let reports = scene.reports().await;
    scene.victim.assert_nothing_stolen(&reports);
    scene.victim.login.ends_with(0).await;
}
cases!(row_26_a_worker_that_reads_the_answers {
    preload_chromium(Chromium, "localhost", PRELOADING)
    preload_chromium_ipv4(Chromium, "127.0.0.1", PRELOADING)
    preload_chromium_ipv6(Chromium, "[::1]", PRELOADING)
    preload_firefox(Firefox, "localhost", PRELOADING)
    preload_firefox_ipv4(Firefox, "127.0.0.1", PRELOADING)
    race_chromium(Chromium, "localhost", RACING)
    race_chromium_ipv4(Chromium, "127.0.0.1", RACING)
    race_chromium_ipv6(Chromium, "[::1]", RACING)
});

async fn row_26_a_worker_that_withholds_the_page(browser: Browser, host: &str) {
    if !second_user() {
        return;
    }
    let Some(mut scene) = Scene::set(browser, host, WITHHOLDING_THE_PAGE).await else {
        return;
    };
    scene.consent().await;
    let mut neighbor = Neighbor::of(&scene.redirect_uri).await;
    for address in scene.reports().await.lines() {
        neighbor.get(&address.parse().unwrap()).await;
    }
    scene.victim.assert_nothing_stolen(&neighbor.loot);
    scene.victim.login.ends_with(0).await;
}
cases!(row_26_a_worker_that_withholds_the_page {
    chromium(Chromium, "localhost") chromium_ipv4(Chromium, "127.0.0.1")
    firefox(Firefox, "localhost") firefox_ipv4(Firefox, "127.0.0.1")
});

/// The worker stays until the person clicks once to remove it.
async fn row_26_a_worker_that_hands_on_is_met_at_the_start(browser: Browser, host: &str) {
    let Some(mut scene) = Scene::set(browser, host, PASSING).await else {
        return;
    };
    scene.tab.go(scene.victim.start.as_str()).await;
    let offered = format!("document.querySelector({CLEAR:?}) !== null");
    let offered = scene.tab.js(&offered).await;
    assert_eq!(offered, true, "{}", scene.tab.text().await);
    // The worker is still there, and answers by itself.
    let fence = scene.redirect_uri.join("/fence").unwrap();
    scene.tab.go(fence.as_str()).await;
    assert_eq!(scene.tab.text().await, "");
    scene.tab.go(scene.victim.start.as_str()).await;
    scene.tab.follow(CLEAR).await;
    scene.tab.moved().await;
    scene.tab.follow(ACCEPT).await;
    scene.victim.login.ends_with(0).await;
}
cases!(row_26_a_worker_that_hands_on_is_met_at_the_start {
    chromium(Chromium, "localhost") chromium_ipv4(Chromium, "127.0.0.1")
    firefox(Firefox, "localhost") firefox_ipv4(Firefox, "127.0.0.1")
});

/// Zoho's address was copied into this browser. Page and terminal say what helps.
async fn row_26_a_worker_that_hands_on_is_met_at_the_callback(browser: Browser) {
    let Some(mut scene) = Scene::set(browser, "localhost", PASSING).await else {
        return;
    };
    let zoho = scene.victim.zohos_address().await;
    scene.tab.go(zoho.as_str()).await;
    scene.tab.follow(ACCEPT).await;
    let page = scene.tab.text().await.to_lowercase();
    assert!(page.contains("paste"), "{page}");
    let address = scene.tab.js("location.href").await;
    let mut private = browser.open().await.unwrap();
    private.go(address.as_str().unwrap()).await;
    let said = scene.victim.login.ends_with(0).await.to_lowercase();
    assert!(said.contains("paste"), "{said}");
}
cases!(row_26_a_worker_that_hands_on_is_met_at_the_callback {
    chromium(Chromium) firefox(Firefox)
});

/// It looks as if nobody had opened the address, so the terminal says what helps.
async fn row_26_a_worker_that_shows_its_own_page_everywhere(browser: Browser) {
    let Some(mut scene) = Scene::set(browser, "localhost", SHOWING).await else {
        return;
    };
    scene.tab.go(scene.victim.start.as_str()).await;
    scene.victim.login.program.told("private window").await;
    let mut private = browser.open().await.unwrap();
    private.go(scene.victim.start.as_str()).await;
    private.follow(ACCEPT).await;
    scene.victim.login.ends_with(0).await;
}
cases!(row_26_a_worker_that_shows_its_own_page_everywhere {
    chromium(Chromium) firefox(Firefox)
});
