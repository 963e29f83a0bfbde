//! The setup page, and the pages between it and Zoho. It works without scripts.

use crate::handover::destination::Destination;
use crate::loopback::serve::Page;
use crate::pages::hash;
use crate::setup::decide::SetupRefusal;
use crate::setup::draft::{Beginning, Draft, SetupField};
use crate::zoho::scope_catalog;
use crate::zoho::scopes::Scopes;
use askama::Template;
use clap::ValueEnum;

const SETUP_STYLE: &str = include_str!("../../templates/setup.css");
const SETUP_SCRIPT: &str = include_str!("../../templates/setup.js");

/// The setup page.
#[derive(Template)]
#[template(path = "setup.html")]
pub(crate) struct SetupPage<'a> {
    /// What the page offers.
    pub(crate) beginning: &'a Beginning,
    /// What was entered.
    pub(crate) draft: &'a Draft,
    /// The address that its forms are sent to.
    pub(crate) action: &'a str,
    /// The token that only this page's forms contain.
    pub(crate) token: &'a str,
    /// The redirect URI that must be registered.
    pub(crate) redirect_uri: &'a str,
}

/// Renders the setup page, which may send its form and run its script.
pub(crate) fn page(template: &SetupPage) -> Page {
    let allowed = format!("; form-action 'self'; script-src {}", hash(SETUP_SCRIPT));
    let mut page = Page::render(template, &allowed);
    let own = format!("style-src {} ", hash(SETUP_STYLE));
    let policy = &mut page.content_security_policy;
    *policy = policy.replace("style-src ", &own);
    page
}

/// Continues to an address without a redirect header, because a form's response may not redirect to another origin.
pub(crate) fn go(address: &str, rehearsal: bool) -> Page {
    Page::render(&GoPage { address, rehearsal }, "; form-action 'none'")
}

/// An attempt failed (what could not be done, why, and what to do); the setup page is at `back`.
pub(crate) fn failed(failure: &[String; 3], back: &str, rehearsal: bool) -> Page {
    let [what, cause, remedy] = failure;
    told(what, &[cause, remedy], Some(back), rehearsal)
}

/// Zoho's response arrived, so this page is no longer needed.
pub(crate) fn called_back(rehearsal: bool) -> Page {
    let words = "The other tab shows the result. You can close this one.";
    told("Zoho has responded", &[words], None, rehearsal)
}

/// A request was refused, and changed nothing.
pub(crate) fn refused(refusal: SetupRefusal, rehearsal: bool) -> Page {
    let (title, words) = match refusal {
        SetupRefusal::Neighbor(_) => (
            "This browser belongs to another user",
            "The setup page is for the person who started zoho-grant. Nothing was changed.",
        ),
        SetupRefusal::Length => (
            "The form is too large",
            "Nothing in it was saved. Go back and choose fewer scopes.",
        ),
        SetupRefusal::Path => (
            "Nothing here",
            "The terminal shows the address of the setup page.",
        ),
        SetupRefusal::OpenedTwice => (
            "The setup page is closed",
            "The page was opened a second time. This system does not reveal by whom, so zoho-grant closed it. Run zoho-grant setup again, and keep the tab open.",
        ),
        SetupRefusal::HeadTooLarge => (
            "Too many cookies for localhost",
            "Your browser sends the cookies of every app on localhost with each request. Clear the cookies of localhost and 127.0.0.1, or use a private window.",
        ),
        _ => (
            "Not sent by the setup page",
            "Nothing was changed. The terminal shows the address of the setup page.",
        ),
    };
    told(title, &[words], None, rehearsal)
}

fn told(title: &str, paragraphs: &[&str], back: Option<&str>, rehearsal: bool) -> Page {
    let page = ToldPage {
        title,
        paragraphs,
        back,
        rehearsal,
    };
    Page::sandboxed(&page, None)
}

#[derive(Template)]
#[template(path = "setup_told.html")]
struct ToldPage<'a> {
    title: &'a str,
    paragraphs: &'a [&'a str],
    /// The setup page, if it can be continued there.
    back: Option<&'a str>,
    rehearsal: bool,
}

#[derive(Template)]
#[template(path = "setup_go.html")]
struct GoPage<'a> {
    address: &'a str,
    rehearsal: bool,
}

impl SetupPage<'_> {
    /// What is wrong with this field.
    fn slip(&self, at: SetupField) -> Option<&str> {
        let mut slips = self.draft.slips.iter();
        let slip = slips.rfind(|(field, _)| *field == at);
        slip.map(|(_, why)| why.as_str())
    }

    fn secret_note(&self) -> Option<&'static str> {
        self.draft.secret.as_ref().map(|secret| match secret.of {
            Some(_) => "Saved; leave empty to use it.",
            None => "Received; leave empty to keep it.",
        })
    }

    /// Whether the person's own scopes are requested, or something that is none.
    fn has_own(&self) -> bool {
        let draft = self.draft;
        let is_none = draft.dead_end.is_none() && self.slip(SetupField::Scopes).is_some();
        draft.scopes.is_some() || is_none
    }

    /// The person's own scopes that are not in the catalog.
    fn typed_scopes(&self) -> String {
        if !self.draft.unread_scopes.is_empty() {
            return self.draft.unread_scopes.clone();
        }
        let own = self.draft.scopes.iter().flat_map(Scopes::iter);
        let others: Vec<_> = own
            .filter(|scope| !scope_catalog::is_known(scope))
            .collect();
        others.join(", ")
    }

    /// What Zoho's error page means here: its title, the cause and the remedy.
    fn dead_end(&self) -> Option<(&'static str, String, &'static str)> {
        Some(match self.draft.dead_end? {
            SetupField::Id => {
                let at = self.draft.center;
                let center = at.and_then(|at| self.beginning.centers.get(at));
                let center = center.map_or("this data center", |center| &center.name);
                (
                    "Invalid Client: the client ID does not exist here",
                    format!(
                        "The client ID is mistyped, or it was registered in a data center other than {center}."
                    ),
                    "Compare the client ID with the console, and check that you chose the console's data center.",
                )
            }
            SetupField::Register => (
                "Invalid Redirect Uri: it is not registered for this client",
                format!(
                    "Zoho compares it character by character with {}.",
                    self.redirect_uri
                ),
                "Open the client in the API console, copy the redirect URI from step 2 to its Authorized Redirect URIs, and continue below. Only a client of the type Server-based Applications has redirect URIs; if yours is of another type, register a new one.",
            ),
            SetupField::Scopes => (
                "Invalid OAuth Scope: one of the scopes does not exist",
                unknown_scopes(&self.draft.chosen_scopes()),
                "Remove the wrong scope, or choose the scopes that the program needs.",
            ),
            _ => return None,
        })
    }
}

/// The indexes of scopes in the catalog, for the script.
fn places(scopes: &Scopes) -> String {
    let all = scope_catalog::all().enumerate();
    let theirs = all.filter(|(_, known)| scopes.contains(known.scope));
    let places: Vec<_> = theirs.map(|(place, _)| place.to_string()).collect();
    places.join(" ")
}

/// The scopes that are most likely wrong.
fn unknown_scopes(scopes: &Scopes) -> String {
    let unknown = scopes
        .iter()
        .filter(|scope| !scope_catalog::is_known(scope));
    let guesses: Vec<_> = unknown
        .map(|scope| match scope_catalog::nearest(scope) {
            Some(known) => format!("{scope} (did you mean {known}?)"),
            None => scope.to_owned(),
        })
        .collect();
    if guesses.is_empty() {
        "All of these scopes are known, so one of them may not exist in this data center."
            .to_owned()
    } else {
        format!("Not a known scope: {}.", guesses.join(", "))
    }
}
