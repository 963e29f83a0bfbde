//! Chromium and Firefox, and what a person can do in either.

pub mod chromium;
pub mod firefox;
mod process;

use serde_json::Value;

/// Which browser.
#[derive(Clone, Copy)]
pub enum Browser {
    Chromium,
    Firefox,
}

/// A tab of either browser.
pub enum Tab {
    Chromium(chromium::Tab),
    Firefox(firefox::Tab),
}

impl Browser {
    /// Opens a tab in its own profile, if the browser is installed.
    pub async fn open(self) -> Option<Tab> {
        match self {
            Self::Chromium => chromium::Tab::open().await.map(Tab::Chromium),
            Self::Firefox => firefox::Tab::open().await.map(Tab::Firefox),
        }
    }
}

/// Forwards a call to whichever browser it is.
macro_rules! either {
    ($tab:ident.$call:ident($($argument:ident)?)) => {
        match $tab {
            Self::Chromium(tab) => tab.$call($($argument)?).await,
            Self::Firefox(tab) => tab.$call($($argument)?).await,
        }
    };
}

impl Tab {
    /// Opens an address and waits until the page has loaded.
    pub async fn go(&mut self, address: &str) {
        either!(self.go(address));
    }

    /// Opens an address, whatever the outcome.
    pub async fn visit(&mut self, address: &str) {
        either!(self.visit(address));
    }

    /// Clicks an element.
    pub async fn click(&mut self, selector: &str) {
        either!(self.click(selector));
    }

    /// Clicks a link to another page, and waits until that has loaded.
    pub async fn follow(&mut self, selector: &str) {
        either!(self.follow(selector));
    }

    /// Waits until the current page has moved on to another by itself.
    pub async fn moved(&mut self) {
        either!(self.moved());
    }

    /// Evaluates an expression, awaiting its promise.
    pub async fn js(&mut self, expression: &str) -> Value {
        either!(self.js(expression))
    }

    /// The visible text.
    pub async fn text(&mut self) -> String {
        either!(self.text())
    }
}
