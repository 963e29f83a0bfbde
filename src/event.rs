//! What a login reports while it runs. The library never prints: the caller decides what to show.

use crate::loopback::notice::Notice;
use crate::loopback::pasted::NotTaken;
use crate::untrusted::Untrusted;
use crate::zoho::http::{Report, Requested};
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

/// Receives events.
pub type Tell = Arc<dyn Fn(Event) + Send + Sync>;

/// Turns reports of requests to Zoho into events.
pub fn reporting(tell: &Tell) -> Report {
    let tell = Arc::clone(tell);
    Arc::new(move |requested| tell(Event::Requested(requested)))
}

/// Something that a person may want to know.
#[derive(Debug)]
pub enum Event {
    /// Both listeners are up and Zoho is reachable: now the person consents.
    Ready {
        /// Where a browser on this machine starts; none if the redirect URI is not on this machine.
        start: Option<String>,
        /// Zoho's consent page for this login, for a browser on another machine.
        address: SecretString,
    },
    /// The person must enter this code on any device.
    EnterCode {
        /// The code to enter.
        user_code: Untrusted,
        /// Where to enter it.
        address: Untrusted,
        /// The same address with the code included, if Zoho gave one.
        complete: Option<Untrusted>,
    },
    /// The person's account is in another data center: polling continues at this server.
    MovedTo(String),
    /// No browser could be opened, for this reason.
    BrowserFailed(String),
    /// Still waiting for the browser to come back; sent every second.
    Waiting {
        /// Time since the browser was opened.
        since: Duration,
        /// Time until the login gives up.
        left: Duration,
        /// Whether a browser has fetched the start address.
        started: bool,
    },
    /// Something happened on the port that did not affect the login.
    OnPort(Notice),
    /// Pasted text was rejected and changed nothing.
    NotTaken(NotTaken),
    /// Zoho's response was accepted from a connection that closed before its owner could be determined.
    SenderUnseen,
    /// Zoho's response arrived and is being judged; the grant token goes to this server.
    Exchanging(String),
    /// Zoho has not answered for this long; sent every second.
    StillExchanging(Duration),
    /// The tokens have arrived; the CRM is being asked who owns them.
    Checking(String),
    /// The credentials are written next, perhaps to the same terminal.
    HandingOver,
    /// The callback named an unknown location.
    UnknownLocation(Untrusted),
    /// A request to Zoho was answered or failed.
    Requested(Requested),
    /// Something on the setup page.
    SetUp(SetUp),
}

/// What happens on the setup page.
#[derive(Debug)]
pub enum SetUp {
    /// It is served at this address, for the opener.
    Open(String),
    /// Waiting for the person; sent every second.
    Waiting {
        /// Time until the program gives up.
        left: Duration,
    },
    /// The person continues to Zoho with what they entered.
    Began {
        /// Whether the redirected address must be pasted, because this machine does not serve the redirect URI.
        paste: bool,
    },
    /// An attempt failed, and the page stays open for the next one.
    Failed {
        /// What could not be done.
        what: String,
        /// Why.
        cause: String,
    },
    /// Another user of this machine, by user ID, sent a request, which had no effect.
    Neighbor(u32),
}
