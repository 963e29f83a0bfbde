//! Headless Firefox by WebDriver BiDi: a process with a profile of its own for each tab, since it takes one session.

use crate::program::DEADLINE;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Names to look for in PATH.
const NAMES: [&str; 2] = ["firefox", "firefox-esr"];

/// It asks nobody else anything.
const PREFERENCES: &str = r#"
user_pref("app.update.auto", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
"#;

/// A running Firefox, ended when dropped.
struct Firefox {
    process: Child,
    /// Where it speaks WebDriver BiDi.
    address: String,
    _home: TempDir,
}

/// Its only tab.
pub struct Tab {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    context: Value,
    calls: u64,
    /// Pages that have loaded and were not awaited yet.
    loaded: usize,
    _firefox: Firefox,
}

impl Tab {
    /// An empty tab. None without Firefox, which `REQUIRE_BROWSER=1` forbids.
    pub async fn open() -> Option<Self> {
        Self::open_with("").await
    }

    /// The same with further preferences.
    pub async fn open_with(preferences: &str) -> Option<Self> {
        let firefox = Firefox::launch(preferences)?;
        let (socket, _) = connect_async(&firefox.address)
            .await
            .expect("Firefox listens where it says");
        let mut tab = Self {
            socket,
            context: Value::Null,
            calls: 0,
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

    /// Opens an address and waits until the page is there.
    pub async fn go(&mut self, address: &str) {
        let there = json!({ "context": self.context, "url": address, "wait": "complete" });
        self.call("browsingContext.navigate", there).await;
        self.loaded = 0;
    }

    /// Opens an address, whatever comes of it.
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

    /// Clicks on what leads to another page, and waits until that is there.
    pub async fn follow(&mut self, selector: &str) {
        self.loaded = 0;
        self.click(selector).await;
        self.arrived().await;
    }

    /// Waits until another page is there, to which the one in sight goes on by itself.
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

    /// The value of an expression, or of what it promises, as if the person had just clicked.
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
        let all = "{ subtree: true, childList: true, attributes: true, characterData: true }";
        self.js(&format!(
            "new Promise((done) => {{
                const look = () => ({condition}) && done();
                new MutationObserver(look).observe(document, {all});
                look();
            }})"
        ))
        .await;
    }

    /// The text in sight.
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
        self.calls += 1;
        let call = json!({ "id": self.calls, "method": method, "params": parameters });
        let sent = self.socket.send(Message::text(call.to_string())).await;
        sent.expect("Firefox runs");
        let until = Instant::now() + DEADLINE;
        loop {
            let message = self.message(method, until).await;
            if message["id"] == self.calls {
                return message;
            }
        }
    }

    async fn message(&mut self, awaited: &str, until: Instant) -> Value {
        let Ok(message) = timeout_at(until, self.socket.next()).await else {
            panic!("no {awaited} in time");
        };
        let message = message.expect("Firefox runs").expect("it speaks WebSocket");
        let message: Value = serde_json::from_slice(&message.into_data()).expect("it speaks JSON");
        if message["method"] == "browsingContext.load"
            && message["params"]["context"] == self.context
        {
            self.loaded += 1;
        }
        message
    }
}

impl Firefox {
    fn launch(preferences: &str) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = std::env::split_paths(&path);
        let program = folders.find_map(|folder| {
            let mut names = NAMES.iter().map(|name| folder.join(name));
            names.find(|program| program.is_file())
        });
        let Some(program) = program else {
            let required = std::env::var_os("REQUIRE_BROWSER").is_some_and(|value| value == "1");
            assert!(!required, "REQUIRE_BROWSER=1, but no Firefox is in PATH");
            // Not by eprintln!, whose words cargo swallows when a test passes.
            let skipped = "SKIPPED, a test in the browser: no Firefox in PATH";
            let _ = writeln!(std::io::stderr(), "{skipped}");
            return None;
        };
        Some(Self::run(&program, preferences))
    }

    fn run(program: &Path, preferences: &str) -> Self {
        let home = tempfile::tempdir().expect("there is a place for temporary files");
        let preferences = format!("{PREFERENCES}{preferences}");
        std::fs::write(home.path().join("user.js"), preferences).expect("there is room for a file");
        let mut process = Command::new(program)
            .args(["--headless", "--remote-debugging-port=0", "--profile"])
            .arg(home.path())
            // Root's home is not a place for it, and says nothing of its own.
            .env("HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Firefox can be run");
        let stderr = BufReader::new(process.stderr.take().expect("it is piped"));
        let (sender, address) = mpsc::channel();
        // Reads to the end, so that Firefox never waits for room.
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("WebDriver BiDi listening on ") {
                    let _ = sender.send(format!("{address}/session"));
                }
            }
        });
        Self {
            process,
            address: address.recv_timeout(DEADLINE).expect("Firefox listens"),
            _home: home,
        }
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
