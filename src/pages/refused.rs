//! Pages shown instead of the result: for requests that change nothing, and for obstacles to the login. The text is in
//! `templates/refused.html`.
#![allow(
    clippy::unnested_or_patterns,
    reason = "the template language does not nest them"
)]

use crate::loopback::decide::{Place, Refusal};
use crate::loopback::notice::Occasion;
use crate::loopback::serve::Page;
use askama::Template;

/// The script of the page for a redirect URI without a response; only a script can see the fragment.
const FRAGMENT_SCRIPT: &str = include_str!("../../templates/bare.js");

/// The page for an occasion.
pub fn page_for(occasion: &Occasion, rehearsal: bool) -> Page {
    let is_bare = matches!(occasion, Occasion::Refused(Refusal::Bare));
    let template = RefusedPage {
        occasion,
        rehearsal,
    };
    let mut page = Page::sandboxed(&template, is_bare.then_some(FRAGMENT_SCRIPT));
    if let Occasion::Clearing { now, .. } = occasion {
        // A policy cannot name an IPv6 address.
        let from = if now.contains('[') { "http:" } else { now };
        let pictures = format!("img-src data: {from}");
        let policy = &mut page.content_security_policy;
        *policy = policy.replace("img-src data:", &pictures);
    }
    page
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    occasion: &'a Occasion,
    rehearsal: bool,
}

impl RefusedPage<'_> {
    /// Forged responses, older logins and other people's logins share one page.
    fn title(&self) -> &'static str {
        match self.occasion {
            Occasion::Refused(refusal) => match refusal {
                Refusal::Path => "Nothing here",
                Refusal::Host | Refusal::Metadata | Refusal::Unseen | Refusal::Method => {
                    "Request refused"
                }
                Refusal::Worker | Refusal::OtherHost => "Paste this page's address in the terminal",
                Refusal::Neighbor { .. } => "This browser belongs to another user",
                Refusal::Used => "This login already has its response",
                Refusal::Repeated | Refusal::ForeignState => "Not from this login",
                Refusal::Bare => "Nothing received from Zoho",
                Refusal::UntiedError => "Unrecognized response",
            },
            Occasion::StartedTwice => "This address was opened twice",
            Occasion::ShownAlready => "Already shown",
            Occasion::WorkerAtStart { .. } => "An earlier app left a service worker here",
            Occasion::Clearing { .. } => "Clearing this port's app data",
            Occasion::HeadTooLarge => "Too many cookies for localhost",
        }
    }
}
