//! Headless Chromium over its DevTools protocol: one process for all tests that run at the same time, and a separate
//! browser context for each.

mod person;

use super::process::{Process, Wire, find};
use crate::program::DEADLINE;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tempfile::TempDir;
use tokio::time::Instant;

/// Names to look for in PATH.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    // Containers have little shared memory.
    "--disable-dev-shm-usage",
    // One test's tab must not be slowed down in favor of another's.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
];

/// The events a tab reports, enabled before it goes anywhere.
const DOMAINS: [&str; 5] = ["Page", "Network", "Log", "Runtime", "Audits"];

/// A tab and every event it reported. Closed when dropped, along with its context if it opened one.
pub struct Tab {
    wire: Wire,
    context: Value,
    session: Value,
    /// Every event so far, in order of arrival.
    pub events: Vec<Value>,
    /// How many of them `event` has passed.
    passed: usize,
    chromium: Arc<Process>,
}

impl Tab {
    /// Opens an empty tab in its own context. None without Chromium, which is a failure with `REQUIRE_BROWSER=1`.
    pub async fn open() -> Option<Self> {
        let mut tab = Self::connect(shared()?).await;
        let context = json!({ "disposeOnDetach": true });
        let context = tab.browser("Target.createBrowserContext", context).await;
        tab.context = context["browserContextId"].clone();
        tab.attach().await;
        Some(tab)
    }

    /// A tab of a browser of its own that keeps what it is told, as a person's does.
    pub async fn open_with_profile() -> Option<Self> {
        let mut tab = Self::connect(Arc::new(launch(&find(&NAMES, "CHROMIUM")?))).await;
        tab.attach().await;
        Some(tab)
    }

    /// Ends that browser as a person does; its profile.
    pub async fn end_browser(mut self) -> TempDir {
        self.send("Browser.close", json!({}), &Value::Null).await;
        let chromium = Arc::into_inner(self.chromium);
        chromium.expect("nobody else has it").left()
    }

    /// Opens another tab in the same context.
    pub async fn beside(&self) -> Self {
        let mut tab = Self::connect(Arc::clone(&self.chromium)).await;
        tab.context = self.context.clone();
        tab.attach().await;
        tab
    }

    /// Calls a method on the page.
    pub async fn call(&mut self, method: &str, parameters: Value) -> Value {
        let session = self.session.clone();
        self.send(method, parameters, &session).await
    }

    /// Calls a method on the browser, in this tab's context.
    pub async fn browser(&mut self, method: &str, mut parameters: Value) -> Value {
        if !self.context.is_null() {
            parameters["browserContextId"] = self.context.clone();
        }
        self.send(method, parameters, &Value::Null).await
    }

    /// The parameters of the next event of this kind after the last one awaited.
    pub async fn event(&mut self, method: &str) -> Value {
        let until = Instant::now() + DEADLINE;
        loop {
            while let Some(event) = self.events.get(self.passed) {
                self.passed += 1;
                if event["method"] == method {
                    return event["params"].clone();
                }
            }
            let message = self.message(method, until).await;
            self.events.push(message);
        }
    }

    /// Receives events until there are enough.
    pub async fn hear(&mut self, enough: impl Fn(&Self) -> bool) {
        let until = Instant::now() + DEADLINE;
        while !enough(self) {
            let message = self.message("what is enough", until).await;
            self.events.push(message);
        }
    }

    /// The parameters of every event of this kind so far.
    pub fn told(&self, method: &str) -> impl Iterator<Item = &Value> {
        let of = move |event: &&Value| event["method"] == method;
        self.events.iter().filter(of).map(|event| &event["params"])
    }

    async fn connect(chromium: Arc<Process>) -> Self {
        Self {
            wire: Wire::to(&chromium.address).await,
            context: Value::Null,
            session: Value::Null,
            events: Vec::new(),
            passed: 0,
            chromium,
        }
    }

    async fn attach(&mut self) {
        let blank = json!({ "url": "about:blank" });
        let target = self.browser("Target.createTarget", blank).await;
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.send("Target.attachToTarget", target, &Value::Null);
        self.session = session.await["sessionId"].clone();
        for domain in DOMAINS {
            self.call(&format!("{domain}.enable"), json!({})).await;
        }
        // Of several tabs in a window only one has the focus; this makes each tab act as if it did.
        let focus = json!({ "enabled": true });
        self.call("Emulation.setFocusEmulationEnabled", focus).await;
    }

    async fn send(&mut self, method: &str, parameters: Value, session: &Value) -> Value {
        let mut call = json!({ "method": method, "params": parameters });
        if !session.is_null() {
            call["sessionId"] = session.clone();
        }
        let number = self.wire.send(call).await;
        let until = Instant::now() + DEADLINE;
        loop {
            let mut message = self.message(method, until).await;
            if message["id"] == number {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    async fn message(&mut self, awaited: &str, until: Instant) -> Value {
        let message = self.wire.next(until).await;
        message.unwrap_or_else(|| panic!("no {awaited} in time after: {:#}", json!(self.events)))
    }
}

/// The running process, or a new one; it ends with the last tab.
fn shared() -> Option<Arc<Process>> {
    static RUNNING: Mutex<Weak<Process>> = Mutex::new(Weak::new());
    let program = find(&NAMES, "CHROMIUM")?;
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let chromium = running
        .upgrade()
        .unwrap_or_else(|| Arc::new(launch(&program)));
    *running = Arc::downgrade(&chromium);
    Some(chromium)
}

fn launch(program: &Path) -> Process {
    let profile = tempfile::tempdir().expect("there is a place for temporary files");
    let folder = format!("--user-data-dir={}", profile.path().display());
    let arguments = [&FLAGS[..], &[&folder]].concat();
    let listens = "DevTools listening on ";
    Process::launch(program, profile, &arguments, listens)
}
