//! The pages that the person's browser shows. Every text is escaped by askama.

pub mod destinations;
pub mod refused;
pub mod result;
pub(crate) mod setup;

use crate::error::explain::Explanation;
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
    /// Renders a page whose policy allows its own style sheet alone; `allowed` says what else it may do.
    fn render(template: &impl Template, allowed: &str) -> Self {
        let html = Zeroizing::new(template.render().expect("no template fails to be rendered"));
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

/// An origin of its own for every document, so that no window of the origin that it came from can read it.
const SANDBOX: &str = "; form-action 'none'; sandbox allow-scripts allow-downloads allow-popups \
     allow-popups-to-escape-sandbox";

/// The page that shows what was obtained.
pub fn result(view: &ResultView) -> Page {
    let allowed = format!("{SANDBOX}; script-src {}", hash(SCRIPT));
    Page::render(&ResultPage { view }, &allowed)
}

/// The page that says one thing.
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

/// A sentence in pieces, of which every second one is an option that must not break across lines.
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

/// What color and sign a page carries; never the only bearer of its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// It worked, and something needs a look.
    Attention,
    /// It did not work.
    Bad,
    /// Nothing happened (a stray request, a refusal by the person).
    Neutral,
}

/// Something that went wrong, with what to do about it. A message page of its own, or a banner on the result page.
pub struct Problem {
    /// What could not be done, one sentence.
    pub what: String,
    /// Why, and what to do next.
    pub explained: Explanation,
}

/// A page that says that nothing was obtained.
pub struct MessageView {
    /// Color and sign.
    pub tone: Tone,
    /// What went wrong.
    pub problem: Problem,
    /// Whether this is `demo`, which every page then says.
    pub rehearsal: bool,
}

/// One value of the result page, masked until revealed when it is a secret.
pub struct Value {
    /// What people call it: "Client secret".
    pub label: &'static str,
    /// The value itself.
    pub value: Zeroizing<String>,
    /// Masked until revealed.
    pub secret: bool,
}

impl Value {
    /// "client secret", but "API domain": what the buttons beside it are called.
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
    /// Good, or Attention when something needs a look.
    pub tone: Tone,
    /// "Connected to", where the organization's name follows, or a whole title.
    pub title: &'static str,
    /// The organization's name, when the check told.
    pub organization: Option<String>,
    /// Its kind and edition: "Production · Enterprise".
    pub organization_detail: Option<String>,
    /// Its identifier.
    pub organization_id: Option<String>,
    /// The person's name, when the check told.
    pub person: Option<String>,
    /// The person's e-mail address, when the check told.
    pub email: Option<String>,
    /// "Europe (eu)", or the accounts server when it is not of the table.
    pub data_center: String,
    /// What to do when it is the wrong account; nothing where no refresh token can be revoked.
    pub revoke: Option<Revoke>,
    /// What the destination will be able to read, and what not, one sentence each.
    pub reading: Vec<String>,
    /// Granted scopes, one each.
    pub scopes: Vec<String>,
    /// RFC 3339 moment at which the access token ends, when Zoho told.
    pub expires_at: Option<String>,
    /// What went wrong although something was obtained (no refresh token, a foreign API domain, a file not written): banners on top.
    pub problems: Vec<Problem>,
    /// What could not be checked and why, one sentence each: quieter than problems.
    pub notes: Vec<String>,
    /// Where the credentials went: "Printed in the terminal as text", "Written to ./zoho.env". One sentence each.
    pub handed_over: Vec<String>,
    /// The command that gives a live access token, when a profile keeps the credentials.
    pub token_command: Option<String>,
    /// Each value, in the order of Adobe's form.
    pub values: Vec<Value>,
    /// The programs that may get them.
    pub choices: Vec<Choice>,
    /// Whether this is `demo`, which the page then says.
    pub rehearsal: bool,
}

/// How the credentials of a wrong account are revoked.
pub struct Revoke {
    /// The whole command.
    pub command: String,
    /// Whether the page's own .env file has to be saved first, because the credentials are nowhere else.
    pub needs_file: bool,
}

/// A name of so many characters is set smaller, and one of still more smaller again.
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

    /// The end of the access token for a browser without scripts: "2026-11-23 11:35:58 UTC".
    fn expires_in_utc(&self) -> Option<String> {
        let moment = self.expires_at.as_ref()?;
        Some(moment.replace('T', " ").replace('Z', " UTC"))
    }

    /// The destinations that cannot be served, and why.
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
