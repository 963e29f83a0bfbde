//! Pages in place of the result: requests that change nothing, and what stands in the way of the login. The words are
//! in `templates/refused.html`.
#![allow(
    clippy::unnested_or_patterns,
    reason = "the template language does not nest them"
)]

use crate::loopback::decide::{Place, Refusal};
use crate::loopback::notice::Occasion;
use crate::loopback::serve::Page;
use crate::pages::{SANDBOX, hash};
use askama::Template;

/// The script of the page for a redirect URI without a response, which alone sees the fragment.
const FRAGMENT_SCRIPT: &str = include_str!("../../templates/bare.js");

/// The page for an occasion.
pub fn page_for(occasion: &Occasion, rehearsal: bool) -> Page {
    let allowed = match occasion {
        Occasion::Refused(Refusal::Bare) => format!("; script-src {}", hash(FRAGMENT_SCRIPT)),
        _ => String::new(),
    };
    let template = RefusedPage {
        occasion,
        rehearsal,
    };
    let mut page = Page::render(&template, &format!("{SANDBOX}{allowed}"));
    if let Occasion::Clearing { now, .. } = occasion {
        // A policy has no word for an IPv6 address.
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
    /// One page serves a forged, an older and somebody else's login.
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
