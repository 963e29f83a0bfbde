//! What a login tells while it runs. The library never prints: whoever calls it decides what is said.

use crate::loopback::notice::Notice;
use crate::loopback::pasted::NotTaken;
use crate::untrusted::Untrusted;
use crate::zoho::http::{Report, Requested};
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

/// Where events go.
pub type Tell = Arc<dyn Fn(Event) + Send + Sync>;

/// Tells of requests, too.
pub fn reporting(tell: &Tell) -> Report {
    let tell = Arc::clone(tell);
    Arc::new(move |requested| tell(Event::Requested(requested)))
}

/// Something that a person may want to know.
#[derive(Debug)]
pub enum Event {
    /// Both listeners are up and Zoho can be reached: now the person consents.
    Ready {
        /// Where a browser on this machine begins; none when the redirect URI is not on this machine.
        start: Option<String>,
        /// Zoho's consent page for this login, for a browser on another machine.
        address: SecretString,
    },
    /// The person enters this code on any device.
    EnterCode {
        /// What they enter.
        user_code: Untrusted,
        /// Where.
        address: Untrusted,
        /// The same address with the code in it, when Zoho gave one.
        complete: Option<Untrusted>,
    },
    /// The person lives at another data center: polling goes on at this server.
    MovedTo(String),
    /// No browser could be opened, and why.
    BrowserFailed(String),
    /// Still waiting for the browser to come back; told every second.
    Waiting {
        /// Since the browser was opened.
        since: Duration,
        /// Until the login gives up.
        left: Duration,
        /// Whether a browser has fetched the start address.
        started: bool,
    },
    /// Something happened on the port that changed nothing.
    OnPort(Notice),
    /// A pasted text was not taken and changed nothing.
    NotTaken(NotTaken),
    /// Zoho's response was accepted from a connection that closed before anybody could see whose it was.
    SenderUnseen,
    /// Zoho's response arrived and is judged; the grant token goes to this server.
    Exchanging(String),
    /// Zoho has not answered yet; told every second, since so long.
    StillExchanging(Duration),
    /// The tokens are here; the CRM is asked whose they are.
    Checking(String),
    /// A location that is not of the table came with the callback.
    UnknownLocation(Untrusted),
    /// A request to Zoho was answered, or failed.
    Requested(Requested),
    /// Something at the set-up page.
    SetUp(SetUp),
}

/// What happens at the set-up page.
#[derive(Debug)]
pub enum SetUp {
    /// It is served at this address, for the opener.
    Open(String),
    /// It is waited for; told every second.
    Waiting {
        /// Until the program gives up.
        left: Duration,
    },
    /// The person goes on to Zoho with what they entered.
    Began {
        /// Where this machine does not serve the redirect URI: the address there must be pasted.
        paste: bool,
    },
    /// An attempt failed, and the page is open for the next.
    Failed {
        /// What could not be done.
        what: String,
        /// Why.
        cause: String,
    },
    /// Another user of this machine, by number, sent a request, which had no effect.
    Neighbor(u32),
}
