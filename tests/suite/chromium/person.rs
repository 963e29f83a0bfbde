//! What a person does at a tab, and sees.

use super::Tab;
use serde_json::{Value, json};

impl Tab {
    /// Opens an address and waits until the page is there.
    pub async fn go(&mut self, address: &str) {
        let gone = self.call("Page.navigate", json!({ "url": address })).await;
        assert!(gone["errorText"].is_null(), "{address}: {gone}");
        while self.event("Page.frameNavigated").await["frame"]["loaderId"] != gone["loaderId"] {}
        self.event("Page.loadEventFired").await;
    }

    /// Clicks where an element is, which must be in sight there.
    pub async fn click(&mut self, selector: &str) {
        let place = format!(
            "(() => {{
                const element = document.querySelector({selector:?});
                element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = element.getBoundingClientRect();
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                return {{ x, y, hit: element.contains(document.elementFromPoint(x, y)) }};
            }})()"
        );
        let mut place = self.js(&place).await;
        assert_eq!(place["hit"], true, "{selector} is out of sight");
        place["button"] = "left".into();
        place["clickCount"] = 1.into();
        for kind in ["mousePressed", "mouseReleased"] {
            place["type"] = kind.into();
            self.call("Input.dispatchMouseEvent", place.clone()).await;
        }
    }

    /// Clicks on what leads to another page, and waits until that is there.
    pub async fn follow(&mut self, selector: &str) {
        self.click(selector).await;
        self.event("Page.loadEventFired").await;
    }

    /// Presses a key; `text` is what it types.
    pub async fn press(&mut self, key: &str, code: u32, text: &str) {
        let mut event = json!({ "key": key, "code": key, "windowsVirtualKeyCode": code });
        for (kind, text) in [("keyDown", text), ("keyUp", "")] {
            event["type"] = kind.into();
            event["text"] = text.into();
            self.call("Input.dispatchKeyEvent", event.clone()).await;
        }
    }

    /// The value of an expression, or of what it promises.
    pub async fn js(&mut self, expression: &str) -> Value {
        let call = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", call).await;
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].take()
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

    /// What a screen reader is told.
    pub async fn spoken(&mut self) -> String {
        let tree = self.call("Accessibility.getFullAXTree", json!({})).await;
        tree.to_string()
    }

    /// Where the tab's requests went, its own ones of data and blobs left out.
    pub fn origins(&self) -> Vec<String> {
        let requests = self.told("Network.requestWillBeSent");
        let url = |request: &Value| {
            let url = request["request"]["url"]
                .as_str()
                .expect("a request has a URL");
            url::Url::parse(url).expect("it is a URL")
        };
        let remote = requests
            .map(url)
            .filter(|url| !["data", "blob"].contains(&url.scheme()));
        let mut origins: Vec<_> = remote
            .map(|url| url.origin().ascii_serialization())
            .collect();
        origins.sort();
        origins.dedup();
        origins
    }

    /// Everything that the browser held against a page: policies violated, errors logged, exceptions.
    pub fn complaints(&self) -> Vec<&Value> {
        let kinds = [
            "Log.entryAdded",
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Audits.issueAdded",
        ];
        kinds.iter().flat_map(|kind| self.told(kind)).collect()
    }
}
