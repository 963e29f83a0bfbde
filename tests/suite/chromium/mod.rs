//! Headless Chromium by its DevTools protocol: one process for the tests that run at the same time, and a
//! browser context of its own for each.

mod person;
mod process;

use crate::program::DEADLINE;
use futures_util::{SinkExt, StreamExt};
use process::Chromium;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// What a tab tells of, switched on before it goes anywhere.
const DOMAINS: [&str; 5] = ["Page", "Network", "Log", "Runtime", "Audits"];

/// A tab, and everything that it told. Closed when dropped, with its context when it opened one.
pub struct Tab {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    context: Value,
    session: Value,
    calls: u64,
    /// Every event so far, in the order of arrival.
    pub events: Vec<Value>,
    /// How many of them `event` has passed.
    passed: usize,
    chromium: Arc<Chromium>,
}

impl Tab {
    /// An empty tab in a context of its own. None without Chromium, which `REQUIRE_BROWSER=1` forbids.
    pub async fn open() -> Option<Self> {
        let mut tab = Self::connect(Chromium::shared()?).await;
        let context = json!({ "disposeOnDetach": true });
        let context = tab.browser("Target.createBrowserContext", context).await;
        tab.context = context["browserContextId"].clone();
        tab.attach().await;
        Some(tab)
    }

    /// Another tab of the same context.
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

    /// The parameters of the next event of this kind after the one that was awaited before.
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

    /// Listens until what was told is enough.
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

    async fn connect(chromium: Arc<Chromium>) -> Self {
        let (socket, _) = connect_async(&chromium.address)
            .await
            .expect("Chromium listens where it says");
        Self {
            socket,
            context: Value::Null,
            session: Value::Null,
            calls: 0,
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
        // Of several tabs in one window only one has the focus, and each test believes it is that.
        let focus = json!({ "enabled": true });
        self.call("Emulation.setFocusEmulationEnabled", focus).await;
    }

    async fn send(&mut self, method: &str, parameters: Value, session: &Value) -> Value {
        self.calls += 1;
        let mut call = json!({ "id": self.calls, "method": method, "params": parameters });
        if !session.is_null() {
            call["sessionId"] = session.clone();
        }
        let sent = self.socket.send(Message::text(call.to_string())).await;
        sent.expect("Chromium runs");
        let until = Instant::now() + DEADLINE;
        loop {
            let mut message = self.message(method, until).await;
            if message["id"] == self.calls {
                assert!(message["error"].is_null(), "{call}: {}", message["error"]);
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    async fn message(&mut self, awaited: &str, until: Instant) -> Value {
        let Ok(message) = timeout_at(until, self.socket.next()).await else {
            panic!("no {awaited} in time after: {:#}", json!(self.events));
        };
        let message = message
            .expect("Chromium runs")
            .expect("it speaks WebSocket");
        serde_json::from_slice(&message.into_data()).expect("it speaks JSON")
    }
}
