//! Chromium and Firefox, and what a person does in either.

pub mod chromium;
pub mod firefox;
mod process;

use serde_json::Value;

/// Which one.
#[derive(Clone, Copy)]
pub enum Browser {
    Chromium,
    Firefox,
}

/// A tab of either.
pub enum Tab {
    Chromium(chromium::Tab),
    Firefox(firefox::Tab),
}

impl Browser {
    /// A tab in a profile of its own, if there is such a browser.
    pub async fn open(self) -> Option<Tab> {
        match self {
            Self::Chromium => chromium::Tab::open().await.map(Tab::Chromium),
            Self::Firefox => firefox::Tab::open().await.map(Tab::Firefox),
        }
    }
}

/// Hands a call on to whichever it is.
macro_rules! either {
    ($tab:ident.$call:ident($($argument:ident)?)) => {
        match $tab {
            Self::Chromium(tab) => tab.$call($($argument)?).await,
            Self::Firefox(tab) => tab.$call($($argument)?).await,
        }
    };
}

impl Tab {
    /// Opens an address and waits until the page is there.
    pub async fn go(&mut self, address: &str) {
        either!(self.go(address));
    }

    /// Opens an address, whatever comes of it.
    pub async fn visit(&mut self, address: &str) {
        either!(self.visit(address));
    }

    /// Clicks an element.
    pub async fn click(&mut self, selector: &str) {
        either!(self.click(selector));
    }

    /// Clicks on what leads to another page, and waits until that is there.
    pub async fn follow(&mut self, selector: &str) {
        either!(self.follow(selector));
    }

    /// Waits until another page is there, to which the one in sight goes on by itself.
    pub async fn moved(&mut self) {
        either!(self.moved());
    }

    /// The value of an expression, or of what it promises.
    pub async fn js(&mut self, expression: &str) -> Value {
        either!(self.js(expression))
    }

    /// The text in sight.
    pub async fn text(&mut self) -> String {
        either!(self.text())
    }
}
