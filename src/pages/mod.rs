//! The pages that the person's browser shows. Every text is escaped by askama.

pub mod destinations;
pub mod refused;
pub mod result;
pub(crate) mod setup;

use crate::error::explanation::Explanation;
use crate::handover::destination::Destination;
use crate::loopback::serve::Page;
use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use destinations::Choice;
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
}

/// Gives every document an origin of its own, so that no window of its original origin can read it.
const SANDBOX: &str = "; form-action 'none'; sandbox allow-scripts allow-downloads allow-popups \
     allow-popups-to-escape-sandbox";

/// The page that shows what was obtained.
pub fn result(view: &ResultView) -> Page {
    let allowed = format!("{SANDBOX}; script-src {}", hash(SCRIPT));
    Page::render(&ResultPage { view }, &allowed)
}

/// A page with a single message.
pub fn message(view: &MessageView) -> Page {
    let allowed = match view.problem.explained.command {
        Some(_) => format!("{SANDBOX}; script-src {}", hash(SCRIPT)),
        None => SANDBOX.to_owned(),
    };
    Page::render(&MessagePage { view }, &allowed)
}

/// The policy's name for an inline style sheet or script (CSP 3 section 2.3.1).
fn hash(text: &str) -> String {
    format!(
        "'sha256-{}'",
        STANDARD.encode(digest(&SHA256, text.as_bytes()))
    )
}

#[derive(Template)]
#[template(path = "result.html")]
struct ResultPage<'a> {
    view: &'a ResultView,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    view: &'a MessageView,
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

/// A page's color and sign; the text always says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Success.
    Good,
    /// Success, with something to check.
    Attention,
    /// Failure.
    Bad,
    /// Nothing happened (a stray request, or the person declined).
    Neutral,
}

/// Something that went wrong, and what to do about it: a page of its own, or a banner on the result page.
pub struct Problem {
    /// What could not be done, one sentence.
    pub what: String,
    /// Why, and what to do next.
    pub explained: Explanation,
}

/// A page for a login that obtained nothing.
pub struct MessageView {
    /// Color and sign.
    pub tone: Tone,
    /// What went wrong.
    pub problem: Problem,
    /// Whether this is `demo`, which every page then mentions.
    pub rehearsal: bool,
}

/// One value of the result page, masked until revealed if it is a secret.
pub struct Value {
    /// Its label: "Client secret".
    pub label: &'static str,
    /// The value itself.
    pub value: Zeroizing<String>,
    /// Masked until revealed.
    pub secret: bool,
}

impl Value {
    /// The label inside a sentence, for its buttons: "client secret", but "API domain".
    fn name_in_sentence(&self) -> String {
        let mut rest = self.label.chars();
        match rest.next() {
            Some(first) if !rest.as_str().starts_with(char::is_uppercase) => {
                first.to_lowercase().chain(rest).collect()
            }
            _ => self.label.to_owned(),
        }
    }
}

/// The page that shows what was obtained.
pub struct ResultView {
    /// Good, or Attention if something needs to be checked.
    pub tone: Tone,
    /// "Connected to", followed by the organization's name, or a complete title.
    pub title: &'static str,
    /// The organization's name, if the check found it.
    pub organization: Option<String>,
    /// Its kind and edition: "Production · Enterprise".
    pub organization_detail: Option<String>,
    /// Its identifier.
    pub organization_id: Option<String>,
    /// The person's name, if the check found it.
    pub person: Option<String>,
    /// The person's email address, if the check found it.
    pub email: Option<String>,
    /// "Europe (eu)", or the accounts server if the data center is unknown.
    pub data_center: String,
    /// How to revoke the credentials of a wrong account; none if there is no refresh token.
    pub revoke: Option<Revoke>,
    /// What the destination will and will not be able to read, one sentence each.
    pub reading: Vec<String>,
    /// Granted scopes, one each.
    pub scopes: Vec<String>,
    /// When the access token expires (RFC 3339), if Zoho said so.
    pub expires_at: Option<String>,
    /// What went wrong even though something was obtained (no refresh token, an untrusted API domain, a file not
    /// written): banners at the top.
    pub problems: Vec<Problem>,
    /// What could not be checked and why, one sentence each; less prominent than problems.
    pub notes: Vec<String>,
    /// Where the credentials were written: "Printed in the terminal as text", "Written to ./zoho.env". One sentence each.
    pub handed_over: Vec<String>,
    /// The command that prints a live access token, if the credentials are saved in a profile.
    pub token_command: Option<String>,
    /// Each value, in the order of Adobe's form.
    pub values: Vec<Value>,
    /// The programs that can use them.
    pub choices: Vec<Choice>,
    /// Whether this is `demo`, which the page then mentions.
    pub rehearsal: bool,
}

/// How to revoke the credentials of a wrong account.
pub struct Revoke {
    /// The complete command.
    pub command: String,
    /// Whether the page's .env file must be saved first, because the credentials are nowhere else.
    pub needs_file: bool,
}

/// Longer names are set in smaller type, in two steps.
const LONG: [(usize, &str); 2] = [(90, "longest"), (36, "long")];

impl ResultView {
    /// The size of the heading.
    fn heading_class(&self) -> &'static str {
        let name = self.organization.as_deref().unwrap_or_default();
        let length = name.chars().count();
        let mut steps = LONG.iter();
        steps
            .find(|(from, _)| length >= *from)
            .map_or("", |(_, class)| class)
    }

    /// The access token's expiry for a browser without scripts: "2026-11-23 11:35:58 UTC".
    fn expires_in_utc(&self) -> Option<String> {
        let moment = self.expires_at.as_ref()?;
        Some(moment.replace('T', " ").replace('Z', " UTC"))
    }

    /// Why destinations are unavailable.
    fn unavailable(&self) -> impl Iterator<Item = &str> {
        let reasons = self
            .choices
            .iter()
            .filter_map(|choice| choice.document.as_ref().err());
        reasons.map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
