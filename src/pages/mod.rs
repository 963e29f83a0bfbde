//! The pages that the person's browser shows. Every text is escaped by askama.

pub mod refused;
pub mod result;
pub(crate) mod setup;

use crate::handover::remark::Remark;
use crate::loopback::serve::Page;
use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

/// The style sheet of every page.
const STYLE: &str = include_str!("../../templates/page.css");

/// The script of the result page.
const SCRIPT: &str = include_str!("../../templates/result.js");

/// What Adobe's form asks for, in its order.
const ADOBE_FORM: [&str; 6] = [
    "Endpoint",
    "Accounts URL",
    "Client ID",
    "Client secret",
    "Access token",
    "Refresh token",
];

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
    Page::render(&MessagePage { view }, SANDBOX)
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

/// Something that went wrong, with what to do about it. Used in a message page and as a banner on the result page.
pub struct Problem {
    /// What could not be done, one sentence.
    pub what: String,
    /// Why, one line.
    pub cause: String,
    /// What to do next, one line.
    pub remedy: String,
}

/// A page that says one thing: refusal, failure, a callback that is not of this login, a start address opened twice.
pub struct MessageView {
    /// Color and sign.
    pub tone: Tone,
    /// The one clear message, a few words.
    pub title: String,
    /// What happened and why, in plain words: short paragraphs.
    pub paragraphs: Vec<String>,
    /// What to do next, one line each; may be empty.
    pub next: Vec<String>,
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

/// The same credentials in the form that one reader takes.
pub struct Reader {
    /// The format's name on the command line: "json".
    pub format: &'static str,
    /// Who reads it: "Airbyte".
    pub title: &'static str,
    /// What it is for, a few words.
    pub purpose: &'static str,
    /// The file name to save it as.
    pub file_name: &'static str,
    /// What to know before relying on it.
    pub remarks: &'static [Remark],
    /// The whole document, holding secrets: masked until revealed. Or why there is none, one line.
    pub document: Result<Zeroizing<String>, String>,
}

impl Reader {
    fn name_in_sentence(&self) -> String {
        format!("{} document", self.format)
    }
}

/// The page that shows what was obtained.
pub struct ResultView {
    /// Good, or Attention when `problems` is not empty.
    pub tone: Tone,
    /// "Zoho CRM credentials obtained" or the like.
    pub title: String,
    /// The organization's name, when the check told.
    pub organization: Option<String>,
    /// Its kind and identifier in a few words ("production, id 60012345"), when the check told.
    pub organization_detail: Option<String>,
    /// The person's name, when the check told.
    pub person: Option<String>,
    /// The person's e-mail address, when the check told.
    pub email: Option<String>,
    /// "Europe (eu)", or the accounts server when it is not of the table.
    pub data_center: String,
    /// Granted scopes, one each.
    pub scopes: Vec<String>,
    /// RFC 3339 moment at which the access token ends, when Zoho told.
    pub expires_at: Option<String>,
    /// The same in words: "in 60 minutes, at 11:35 UTC".
    pub expires_in_words: Option<String>,
    /// What went wrong although something was obtained (no refresh token, a foreign API domain, a file not written): banners on top.
    pub problems: Vec<Problem>,
    /// What could not be checked and why, one sentence each: quieter than problems.
    pub notes: Vec<String>,
    /// Where the credentials went: "Printed in the terminal as text", "Written to ./zoho.env". One sentence each.
    pub handed_over: Vec<String>,
    /// Each value, in the order of Adobe's form.
    pub values: Vec<Value>,
    /// The same in the form of each reader.
    pub readers: Vec<Reader>,
    /// Whether this is `demo`, which the page then says.
    pub rehearsal: bool,
}

impl ResultView {
    fn is_anonymous(&self) -> bool {
        self.organization.is_none() && self.person.is_none() && self.email.is_none()
    }

    /// Whether the first values are the six of Adobe's form, all there.
    fn begins_as_adobes_form(&self) -> bool {
        let labels = self.values.iter().map(|value| value.label);
        labels.take(6).eq(ADOBE_FORM)
    }
}

#[cfg(test)]
mod tests;
