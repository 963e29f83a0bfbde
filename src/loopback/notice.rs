//! Side events on the port: reported to the person and shown to the browser.

use crate::loopback::decide::Refusal;
use std::sync::Arc;

/// Receives notices.
pub type TellNotice = Arc<dyn Fn(Notice) + Send + Sync>;

/// Something that happened on the port and that a person may want to know. It does not change the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A request was refused. Sent each time, so callers decide how often to report it.
    Refused(Refusal),
    /// The one-time start address was opened a second time.
    StartedTwice,
    /// A browser sent TLS to the http port.
    SpokeTls,
    /// A browser sent a head that exceeds the limit: it contains the cookies of every app on localhost.
    HeadTooLarge,
    /// The browser that was just sent to Zoho cannot resolve names under `localhost`, so the page will clear what other
    /// apps stored on the redirect URI's origin.
    WillClearAppData,
}

/// What a browser is shown instead of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Its request was refused.
    Refused(Refusal),
    /// The one-time start address was opened a second time.
    StartedTwice,
    /// The one-time page was requested again.
    ShownAlready,
    /// An earlier app's service worker passed the start address through.
    WorkerAtStart {
        /// The address that clears this origin's app data if the person chooses so.
        clear: String,
    },
    /// The person chose to clear this origin's app data first.
    Clearing {
        /// The image whose response clears it.
        now: String,
        /// The address to continue at.
        start: String,
    },
    /// The head of its request exceeds the limit.
    HeadTooLarge,
}
