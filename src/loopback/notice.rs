//! What happens on the port beside the login itself: told to the person, and shown to the browser.

use crate::loopback::decide::Refusal;
use std::sync::Arc;

/// Where notices go.
pub type TellNotice = Arc<dyn Fn(Notice) + Send + Sync>;

/// Something on the port that a person may want to know. None of it changes the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A request was refused. Told each time, so callers decide how often to repeat it.
    Refused(Refusal),
    /// The one-time start address was opened a second time.
    StartedTwice,
    /// A browser spoke TLS to the http port.
    SpokeTls,
    /// A browser sent a larger head than there is room for: the cookies of every app on localhost.
    HeadTooLarge,
    /// The browser that was just sent to Zoho does not find names below `localhost`, so the page will clear what other
    /// apps stored on the redirect URI's origin.
    WillClearAppData,
}

/// What a browser is shown in place of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Its request was refused.
    Refused(Refusal),
    /// The one-time start address was opened a second time.
    StartedTwice,
    /// The one-time page was asked for again.
    ShownAlready,
    /// A service worker of an earlier app passed the start address through.
    WorkerAtStart {
        /// Where this origin's app data is cleared when the person says so.
        clear: String,
    },
    /// The person wants this origin's app data cleared first.
    Clearing {
        /// The picture whose answer clears it.
        now: String,
        /// Where to go on.
        start: String,
    },
    /// The head of its request was larger than there is room for.
    HeadTooLarge,
}
