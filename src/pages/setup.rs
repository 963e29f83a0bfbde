//! The setup page, and the pages between it and Zoho. It works without scripts.

use crate::handover::destination::Destination;
use crate::loopback::serve::Page;
use crate::pages::{SANDBOX, hash};
use crate::setup::decide::Refusal;
use crate::setup::draft::{Center, Draft, Field};
use crate::zoho::registration::{DeadEnd, console_form};
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
    /// What was entered.
    pub(crate) draft: &'a Draft,
    /// The address that its forms are sent to.
    pub(crate) action: &'a str,
    /// The token that only this page's forms contain.
    pub(crate) token: &'a str,
    /// The data centers that can be chosen.
    pub(crate) centers: &'a [Center],
    /// The redirect URI that must be registered.
    pub(crate) redirect_uri: &'a str,
    /// "in this computer's keyring"; none if nothing can be saved.
    pub(crate) save: Option<&'a str>,
    /// Whether this is `demo`.
    pub(crate) rehearsal: bool,
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
pub(crate) fn failed([what, cause, remedy]: &[String; 3], back: &str, rehearsal: bool) -> Page {
    let page = FailedPage {
        what,
        cause,
        remedy,
        back,
        rehearsal,
    };
    Page::render(&page, SANDBOX)
}

/// Zoho's response arrived, so this page is no longer needed.
pub(crate) fn called_back(rehearsal: bool) -> Page {
    let words = "The other tab shows the result. You can close this one.";
    told("Zoho has responded", words, rehearsal)
}

/// The page was opened twice.
pub(crate) fn opened_twice(rehearsal: bool) -> Page {
    let words = "The page was opened a second time. This system does not reveal by whom, so zoho-grant closed it. Run zoho-grant setup again, and keep the tab open.";
    told("The setup page is closed", words, rehearsal)
}

/// The head of the request was too large.
pub(crate) fn head_too_large(rehearsal: bool) -> Page {
    let words = "Your browser sends the cookies of every app on localhost with each request. Clear the cookies of localhost and 127.0.0.1, or use a private window.";
    told("Too many cookies for localhost", words, rehearsal)
}

/// A request was refused, and changed nothing.
pub(crate) fn refused(refusal: Refusal, rehearsal: bool) -> Page {
    let (title, words) = match refusal {
        Refusal::Neighbor(_) => (
            "This browser belongs to another user",
            "The setup page is for the person who started zoho-grant. Nothing was changed.",
        ),
        Refusal::Length => (
            "The form is too large",
            "Nothing in it was saved. Go back and choose fewer scopes.",
        ),
        Refusal::Path => (
            "Nothing here",
            "The terminal shows the address of the setup page.",
        ),
        _ => (
            "Not sent by the setup page",
            "Nothing was changed. The terminal shows the address of the setup page.",
        ),
    };
    told(title, words, rehearsal)
}

fn told(title: &str, words: &str, rehearsal: bool) -> Page {
    let page = ToldPage {
        title,
        words,
        rehearsal,
    };
    Page::render(&page, SANDBOX)
}

#[derive(Template)]
#[template(path = "setup_told.html")]
struct ToldPage<'a> {
    title: &'a str,
    words: &'a str,
    rehearsal: bool,
}

#[derive(Template)]
#[template(path = "setup_go.html")]
struct GoPage<'a> {
    address: &'a str,
    rehearsal: bool,
}

#[derive(Template)]
#[template(path = "setup_failed.html")]
struct FailedPage<'a> {
    what: &'a str,
    cause: &'a str,
    remedy: &'a str,
    back: &'a str,
    rehearsal: bool,
}

/// A destination on the page.
struct Choice {
    value: String,
    title: &'static str,
    chosen: bool,
    /// The indexes of its scopes in the catalog, for the script.
    places: String,
    scopes: Vec<(String, &'static str)>,
}

/// A known scope.
struct Row {
    scope: &'static str,
    description: &'static str,
    ticked: bool,
}

/// What one of Zoho's error pages means here.
struct Meaning {
    title: &'static str,
    cause: String,
    remedy: String,
    field: &'static str,
}

impl SetupPage<'_> {
    fn has_problem(&self) -> bool {
        let draft = self.draft;
        draft.failure.is_some() || draft.dead_end.is_some() || !draft.slips.is_empty()
    }

    /// What is wrong with the field at this anchor.
    fn slip(&self, name: &str) -> Option<&str> {
        let mut slips = self.draft.slips.iter();
        let slip = slips.find(|(field, _)| field.anchor() == name);
        let told = slip.map(|(_, why)| why.as_str());
        told.or_else(|| match (self.draft.dead_end?, name) {
            (DeadEnd::InvalidClient, "id") => Some("It does not exist in this data center."),
            (DeadEnd::InvalidRedirectUri, "register") => {
                Some("The redirect URI below is not registered for this client.")
            }
            (DeadEnd::InvalidScope, "scopes") => Some("One of these does not exist."),
            _ => None,
        })
    }

    fn console_form(&self) -> [(&'static str, String); 4] {
        console_form(self.redirect_uri)
    }

    fn secret_note(&self) -> Option<&'static str> {
        let secret = self.draft.secret.as_ref()?;
        Some(if secret.of.is_some() {
            "Saved; leave empty to use it."
        } else {
            "Received; leave empty to keep it."
        })
    }

    fn destinations(&self) -> Vec<Choice> {
        let all = Destination::value_variants().iter();
        let choice = |destination: &Destination| Choice {
            value: destination.option(),
            title: destination.title(),
            chosen: *destination == self.draft.destination,
            places: places(&destination.scopes()),
            scopes: described(&destination.scopes()),
        };
        all.map(choice).collect()
    }

    fn has_own(&self) -> bool {
        self.draft.scopes.is_some()
            || self
                .draft
                .slips
                .iter()
                .any(|(field, _)| *field == Field::Scopes)
    }

    fn own_scopes(&self) -> Vec<(String, &'static str)> {
        self.draft.scopes.as_ref().map_or_else(Vec::new, described)
    }

    fn catalog(&self) -> Vec<Row> {
        let chosen = self.draft.chosen_scopes();
        let row = |known: scope_catalog::KnownScope| Row {
            scope: known.scope,
            description: known.description,
            ticked: chosen
                .iter()
                .any(|scope| scope.eq_ignore_ascii_case(known.scope)),
        };
        scope_catalog::all().map(row).collect()
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

    fn dead_end(&self) -> Option<Meaning> {
        let center = self.draft.center.and_then(|at| self.centers.get(at));
        let center = center.map_or("this data center", |center| &center.name);
        Some(match self.draft.dead_end? {
            DeadEnd::InvalidClient => Meaning {
                title: "Invalid Client: the client ID does not exist here",
                cause: format!("The client ID is mistyped, or it was registered in a data center other than {center}."),
                remedy: "Compare the client ID with the console, and check that you chose the console's data center.".to_owned(),
                field: "id",
            },
            DeadEnd::InvalidRedirectUri => Meaning {
                title: "Invalid Redirect Uri: it is not registered for this client",
                cause: format!("Zoho compares it character by character with {}.", self.redirect_uri),
                remedy: "Open the client in the API console, copy the redirect URI from step 2 to its Authorized Redirect URIs, and continue below. Only a client of the type Server-based Applications has redirect URIs; if yours is of another type, register a new one.".to_owned(),
                field: "register",
            },
            DeadEnd::InvalidScope => Meaning {
                title: "Invalid OAuth Scope: one of the scopes does not exist",
                cause: unknown_scopes(&self.draft.chosen_scopes()),
                remedy: "Remove the wrong scope, or choose the scopes that the program needs.".to_owned(),
                field: "scopes",
            },
        })
    }
}

fn places(scopes: &Scopes) -> String {
    let all = scope_catalog::all().enumerate();
    let theirs = all.filter(|(_, known)| scopes.iter().any(|scope| scope == known.scope));
    let places: Vec<_> = theirs.map(|(place, _)| place.to_string()).collect();
    places.join(" ")
}

fn described(scopes: &Scopes) -> Vec<(String, &'static str)> {
    let meaning = |scope: &str| {
        let mut all = scope_catalog::all();
        let known = all.find(|known| known.scope.eq_ignore_ascii_case(scope));
        known.map_or("", |known| known.description)
    };
    scopes
        .iter()
        .map(|scope| (scope.to_owned(), meaning(scope)))
        .collect()
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
