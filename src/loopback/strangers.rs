//! Pages for requests that change nothing.

use crate::loopback::decide::Refusal;
use crate::loopback::pages::{self, MessageView, Page, Tone};
use axum::http::StatusCode;

/// What to do after a request that has nothing to do with the login.
const GO_ON: &str =
    "Go on in the tab that shows Zoho's page, or follow the address in the terminal.";

/// A title, what happened, and what to do next.
type Words = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// Status and page for a refused request. One page serves a forged, an older and somebody else's login.
pub(super) fn refused(refusal: Refusal, rehearsal: bool) -> (StatusCode, Page) {
    let (title, paragraphs, next) = words(refusal);
    let view = view(title, paragraphs, next, rehearsal);
    let page = match refusal {
        Refusal::Bare => pages::bare(&view),
        _ => pages::message(&view),
    };
    (status(refusal), page)
}

fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::Path => StatusCode::NOT_FOUND,
        Refusal::Host | Refusal::Metadata => StatusCode::FORBIDDEN,
        Refusal::Method => StatusCode::METHOD_NOT_ALLOWED,
        Refusal::Repeated | Refusal::ForeignState | Refusal::Bare | Refusal::UntiedError => {
            StatusCode::BAD_REQUEST
        }
    }
}

fn words(refusal: Refusal) -> Words {
    match refusal {
        Refusal::Path => (
            "Nothing here",
            &[
                "zoho-grant is waiting on this port for Zoho's answer to a login, and serves nothing else.",
            ],
            &[GO_ON],
        ),
        Refusal::Host | Refusal::Metadata => (
            "Not meant for this program",
            &[
                "This request did not come from a person's browser on its way back from Zoho. It changed nothing.",
            ],
            &[GO_ON],
        ),
        Refusal::Method => (
            "Not meant for this program",
            &[
                "Zoho's answer comes as a plain GET without a body; this was something else. It changed nothing.",
            ],
            &[GO_ON],
        ),
        Refusal::Repeated | Refusal::ForeignState => (
            "Not from this login",
            &[
                "This answer does not belong to the login that is waiting in the terminal: it is from an earlier one, from somebody else's, or made up.",
                "It changed nothing, and the login goes on waiting.",
            ],
            &[
                "Follow the address in the terminal, and accept there.",
                "If somebody sent you a link to this page, do not use it.",
            ],
        ),
        Refusal::Bare => (
            "An address without an answer",
            &[
                "This is the redirect URI itself, without anything from Zoho. It changed nothing, and the login goes on waiting.",
                "If Zoho led you here after you accepted, the client is of the type \"client-based\" (JavaScript): it never gets a refresh token.",
            ],
            &[
                "For a client-based client: register a new one of the type \"Server-based Applications\" in Zoho's API console, with this redirect URI, and start again with its client ID and secret.",
                "Otherwise follow the address in the terminal.",
            ],
        ),
        Refusal::UntiedError => (
            "A refusal, but of which login?",
            &[
                "An error came back without the mark of this login, so anybody may have sent it. It changed nothing, and the login goes on waiting.",
            ],
            &[
                "If you refused the consent just now, press Ctrl-C in the terminal to stop.",
                "Otherwise follow the address in the terminal again.",
            ],
        ),
    }
}

/// The start address, opened a second time.
pub(super) fn started_twice(rehearsal: bool) -> Page {
    page(
        "This address was opened twice",
        &[
            "It leads to Zoho once, and it was used before. If you did not open it, another program or user of this machine may have.",
        ],
        &[
            "Go on in the tab that shows Zoho's page, or follow the address in the terminal.",
            "At the end, check that the organisation and the person shown are yours.",
        ],
        rehearsal,
    )
}

/// The one-time page, asked for again.
pub(super) fn shown_already(rehearsal: bool) -> Page {
    page(
        "Shown already",
        &[
            "The result of this login is shown once, so that a reload or the back button reveals no tokens.",
        ],
        &["Find the credentials where the terminal says they are."],
        rehearsal,
    )
}

fn page(title: &str, paragraphs: &[&str], next: &[&str], rehearsal: bool) -> Page {
    pages::message(&view(title, paragraphs, next, rehearsal))
}

fn view(title: &str, paragraphs: &[&str], next: &[&str], rehearsal: bool) -> MessageView {
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    MessageView {
        tone: Tone::Neutral,
        title: title.to_owned(),
        paragraphs: owned(paragraphs),
        next: owned(next),
        rehearsal,
    }
}
