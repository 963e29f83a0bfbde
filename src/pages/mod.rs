//! The pages that the person's browser shows. Every text is escaped by askama.

pub mod destinations;
pub mod refused;
pub mod result;
pub(crate) mod setup;

use crate::loopback::serve::Page;
use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

/// The style sheet of every page.
const STYLE: &str = include_str!("../../templates/page.css");

/// The script of the pages that have something to copy.
const SCRIPT: &str = include_str!("../../templates/result.js");

impl Page {
    /// Renders a page whose policy allows only its own style sheet, plus what `allowed` adds.
    fn render(template: &impl Template, allowed: &str) -> Self {
        let html = Zeroizing::new(template.render().expect("our templates always render"));
        let content_security_policy = format!(
            "default-src 'none'; style-src {}; img-src data:; frame-ancestors 'none'; base-uri 'none'{allowed}",
            hash(STYLE)
        );
        Self {
            html,
            content_security_policy,
        }
    }

    /// Renders a page with an origin of its own, which may run only this script.
    fn sandboxed(template: &impl Template, script: Option<&str>) -> Self {
        let allowed = script.map(|script| format!("{SANDBOX}; script-src {}", hash(script)));
        Self::render(template, allowed.as_deref().unwrap_or(SANDBOX))
    }
}

/// Gives every document an origin of its own, so that no window of its original origin can read it.
const SANDBOX: &str = "; form-action 'none'; sandbox allow-scripts allow-downloads allow-popups \
     allow-popups-to-escape-sandbox";

/// The policy's name for an inline style sheet or script (CSP 3 section 2.3.1).
fn hash(text: &str) -> String {
    let hash = STANDARD.encode(digest(&SHA256, text.as_bytes()));
    format!("'sha256-{hash}'")
}

/// Splits a sentence so that every second piece is an option, which must not break across lines.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("--") {
        let (before, option) = rest.split_at(start);
        let end = option.find(|char: char| !char.is_ascii_lowercase() && char != '-');
        let (option, after) = option.split_at(end.unwrap_or(option.len()));
        pieces.extend([before, option]);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests;
