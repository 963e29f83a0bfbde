//! What a person does and sees in a tab.

use super::super::process::promise;
use super::Tab;
use serde_json::{Value, json};
use url::Url;

/// More Tab stops than any page has.
const STOPS: usize = 50;

impl Tab {
    /// Opens an address and waits until the page has loaded.
    pub async fn go(&mut self, address: &str) {
        let gone = self.call("Page.navigate", json!({ "url": address })).await;
        assert!(gone["errorText"].is_null(), "{address}: {gone}");
        while self.event("Page.frameNavigated").await["frame"]["loaderId"] != gone["loaderId"] {}
        self.event("Page.loadEventFired").await;
    }

    /// Opens an address, whatever the outcome.
    pub async fn visit(&mut self, address: &str) {
        self.call("Page.navigate", json!({ "url": address })).await;
    }

    /// Clicks at an element's position, where it must be visible.
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

    /// Clicks a link to another page, and waits until that has loaded.
    pub async fn follow(&mut self, selector: &str) {
        self.click(selector).await;
        self.event("Page.loadEventFired").await;
    }

    /// Waits until the current page has moved on to another by itself.
    pub async fn moved(&mut self) {
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

    /// The pasted text, read from a temporary field: the page's own origin may not read the clipboard.
    pub async fn paste(&mut self) -> Value {
        self.js("document.body.append(Object.assign(document.createElement('textarea'), { id: 'pasted' }))")
            .await;
        self.js("document.getElementById('pasted').focus()").await;
        let paste = json!({ "type": "keyDown", "key": "v", "code": "KeyV", "modifiers": 2, "commands": ["paste"] });
        self.call("Input.dispatchKeyEvent", paste).await;
        self.js("(() => { const field = document.getElementById('pasted'); field.remove(); return field.value })()")
            .await
    }

    /// Moves the keyboard focus to an element.
    pub async fn focus(&mut self, selector: &str) {
        let focused = format!("document.activeElement.matches({selector:?})");
        for _ in 0..STOPS {
            self.press("Tab", 9, "").await;
            if self.js(&focused).await == true {
                return;
            }
        }
        panic!("the Tab key does not lead to {selector}");
    }

    /// Evaluates an expression, awaiting its promise.
    pub async fn js(&mut self, expression: &str) -> Value {
        let call = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", call).await;
        let failed = &answer["exceptionDetails"];
        assert!(failed.is_null(), "{expression}: {failed}");
        answer["result"]["value"].take()
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

    /// What a screen reader announces.
    pub async fn spoken(&mut self) -> String {
        let tree = self.call("Accessibility.getFullAXTree", json!({})).await;
        tree.to_string()
    }

    /// The requested addresses, including redirects, in order.
    pub fn requests(&self) -> impl Iterator<Item = Url> {
        let requests = self.told("Network.requestWillBeSent");
        let urls = requests.filter_map(|request| request["request"]["url"].as_str());
        urls.map(|url| Url::parse(url).expect("a request has a URL"))
    }

    /// Everything the browser reported about a page: policy violations, logged errors, exceptions.
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
