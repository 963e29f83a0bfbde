//! Headless Firefox over WebDriver BiDi. It allows one session, so each tab has its own process and profile.

use super::process::{Process, Wire, find, promise};
use crate::program::DEADLINE;
use serde_json::{Value, json};
use tokio::time::Instant;

/// Names to look for in PATH.
const NAMES: [&str; 2] = ["firefox", "firefox-esr"];

/// Keeps it from contacting any server by itself.
const PREFERENCES: &str = r#"
user_pref("app.update.auto", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
"#;

/// Its only tab.
pub struct Tab {
    wire: Wire,
    context: Value,
    /// Pages that have loaded but have not been awaited yet.
    loaded: usize,
    _firefox: Process,
}

impl Tab {
    /// Opens an empty tab. None without Firefox, which is a failure with `REQUIRE_BROWSER=1`.
    pub async fn open() -> Option<Self> {
        Self::open_with("").await
    }

    /// Opens an empty tab with additional preferences.
    pub async fn open_with(preferences: &str) -> Option<Self> {
        let firefox = launch(preferences)?;
        let mut tab = Self {
            wire: Wire::to(&format!("{}/session", firefox.address)).await,
            context: Value::Null,
            loaded: 0,
            _firefox: firefox,
        };
        tab.call("session.new", json!({ "capabilities": {} })).await;
        let events = json!({ "events": ["browsingContext.load"] });
        tab.call("session.subscribe", events).await;
        let tree = tab.call("browsingContext.getTree", json!({})).await;
        tab.context = tree["contexts"][0]["context"].clone();
        Some(tab)
    }

    /// Opens an address and waits until the page has loaded.
    pub async fn go(&mut self, address: &str) {
        let there = json!({ "context": self.context, "url": address, "wait": "complete" });
        self.call("browsingContext.navigate", there).await;
        self.loaded = 0;
    }

    /// Opens an address, whatever the outcome.
    pub async fn visit(&mut self, address: &str) {
        let there = json!({ "context": self.context, "url": address, "wait": "complete" });
        self.answer("browsingContext.navigate", there).await;
        self.loaded = 0;
    }

    /// Clicks an element.
    pub async fn click(&mut self, selector: &str) {
        self.js(&format!("document.querySelector({selector:?}).click()"))
            .await;
    }

    /// Clicks a link to another page, and waits until that has loaded.
    pub async fn follow(&mut self, selector: &str) {
        self.loaded = 0;
        self.click(selector).await;
        self.arrived().await;
    }

    /// Waits until the current page has moved on to another by itself.
    pub async fn moved(&mut self) {
        self.loaded = 0;
        self.arrived().await;
    }

    async fn arrived(&mut self) {
        let until = Instant::now() + DEADLINE;
        while self.loaded == 0 {
            self.message("another page", until).await;
        }
    }

    /// Evaluates an expression, awaiting its promise, as if the person had just clicked.
    pub async fn js(&mut self, expression: &str) -> Value {
        let expression = format!("Promise.resolve({expression}).then(JSON.stringify)");
        let call = json!({
            "expression": expression, "target": { "context": self.context },
            "awaitPromise": true, "userActivation": true,
        });
        let answer = self.call("script.evaluate", call).await;
        assert_eq!(answer["type"], "success", "{expression}: {answer}");
        let json = answer["result"]["value"].as_str();
        json.map_or(Value::Null, |json| serde_json::from_str(json).unwrap())
    }

    /// Waits until a condition holds.
    pub async fn until(&mut self, condition: &str) {
        self.js(&promise(condition)).await;
    }

    /// The visible text.
    pub async fn text(&mut self) -> String {
        let text = self.js("document.body.innerText").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    async fn call(&mut self, method: &str, parameters: Value) -> Value {
        let mut answer = self.answer(method, parameters).await;
        assert_eq!(answer["type"], "success", "{method}: {answer}");
        answer["result"].take()
    }

    async fn answer(&mut self, method: &str, parameters: Value) -> Value {
        let call = json!({ "method": method, "params": parameters });
        let number = self.wire.send(call).await;
        let until = Instant::now() + DEADLINE;
        loop {
            let message = self.message(method, until).await;
            if message["id"] == number {
                return message;
            }
        }
    }

    async fn message(&mut self, awaited: &str, until: Instant) -> Value {
        let message = self.wire.next(until).await;
        let message = message.unwrap_or_else(|| panic!("no {awaited} in time"));
        if message["method"] == "browsingContext.load"
            && message["params"]["context"] == self.context
        {
            self.loaded += 1;
        }
        message
    }
}

fn launch(preferences: &str) -> Option<Process> {
    let program = find(&NAMES, "FIREFOX")?;
    let profile = tempfile::tempdir().expect("there is a place for temporary files");
    let preferences = format!("{PREFERENCES}{preferences}");
    std::fs::write(profile.path().join("user.js"), preferences).expect("there is room for a file");
    let folder = profile.path().display().to_string();
    let arguments = [
        "--headless",
        "--remote-debugging-port=0",
        "--profile",
        &folder,
    ];
    let listens = "WebDriver BiDi listening on ";
    Some(Process::launch(&program, profile, &arguments, listens))
}
