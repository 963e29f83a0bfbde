//! Pages for requests that change nothing.

use crate::loopback::decide::{Place, Refusal};
use crate::loopback::notice::Occasion;
use crate::loopback::pages::{self, MessageView, Page, Tone};

/// What to do after a request that has nothing to do with the login.
const GO_ON: &str =
    "Go on in the tab that shows Zoho's page, or follow the address in the terminal.";

/// A title, what happened, and what to do next.
type Words = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// The page for an occasion.
pub(crate) fn page_for(occasion: &Occasion, rehearsal: bool) -> Page {
    match occasion {
        Occasion::Refused(refusal) => refused(*refusal, rehearsal),
        Occasion::StartedTwice => started_twice(rehearsal),
        Occasion::ShownAlready => shown_already(rehearsal),
        Occasion::WorkerAtStart { clear } => worker_at_start(clear, rehearsal),
        Occasion::HeadTooLarge => head_too_large(rehearsal),
    }
}

/// One page serves a forged, an older and somebody else's login.
fn refused(refusal: Refusal, rehearsal: bool) -> Page {
    let (title, paragraphs, next) = words(refusal);
    let view = view(title, paragraphs, next, rehearsal);
    match refusal {
        Refusal::Bare => pages::bare(&view),
        _ => pages::message(&view),
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
        Refusal::Host | Refusal::Metadata | Refusal::Unseen => (
            "Not meant for this program",
            &[
                "This request did not come from a person's browser on its way back from Zoho. It changed nothing.",
            ],
            &[GO_ON],
        ),
        Refusal::Worker => (
            "Paste this page's address in the terminal",
            &[
                "An app that used this port before left a service worker in this browser, and the worker passed Zoho's response on. It could read what it is answered with, so the response was not taken this way. Nothing is lost.",
            ],
            &[
                "Copy the whole address from the address bar, paste it into the terminal where zoho-grant waits, and press Enter. It works for about a minute.",
                "Or start again, and open the address in a private window, which has no service workers.",
            ],
        ),
        Refusal::Neighbor { place, .. } => (
            "This browser belongs to another user",
            &[
                "The login on this port was started by another user of this machine than the one this browser runs as, so it was refused. It changed nothing.",
            ],
            match place {
                Place::Callback => &[
                    "If this is your login (in a container, say): copy this page's whole address, paste it into the terminal where zoho-grant waits, and press Enter. It works for about a minute.",
                    "If zoho-grant runs in a container without a terminal, start it with -it so that you can paste.",
                ],
                Place::Start | Place::Clear => &[
                    "If this is your login (in a container, say): open the address of Zoho's page that the terminal prints now. At the end, paste the address that the browser ends on.",
                ],
                Place::Page => {
                    &["If this is your login: the credentials are where the terminal says."]
                }
            },
        ),
        Refusal::Used => (
            "This login has its answer already",
            &[
                "zoho-grant accepted a response from Zoho before this one, and takes only one. This one changed nothing.",
            ],
            &[
                "The tab of the first response shows the result, and the terminal says where the credentials are.",
            ],
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

/// The start address through a service worker that an earlier app left on this port.
fn worker_at_start(clear: &str, rehearsal: bool) -> Page {
    let view = view(
        "An earlier app on this port is in the way",
        &[
            "An app that used this port before left a service worker in this browser. It stands between Zoho's response and zoho-grant, so the login does not go on this way yet.",
            "Clearing removes what apps on this exact address stored in this browser: workers, caches and saved data. Apps on other ports are not touched.",
        ],
        &[
            "Or open the address from the terminal in a private window, which has no service workers.",
        ],
        rehearsal,
    );
    pages::ask(&view, clear, "Clear this port's app data and continue")
}

/// A request whose head is larger than there is room for.
fn head_too_large(rehearsal: bool) -> Page {
    page(
        "Too many cookies for localhost",
        &[
            "Browsers send the cookies of every app on localhost to every port. They are larger than zoho-grant has room for (768 KiB), so the request was not read.",
        ],
        &[
            "Clear the cookies of localhost in this browser, or use a private window, and open the address from the terminal again.",
        ],
        rehearsal,
    )
}

/// The start address, opened a second time.
fn started_twice(rehearsal: bool) -> Page {
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
fn shown_already(rehearsal: bool) -> Page {
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
