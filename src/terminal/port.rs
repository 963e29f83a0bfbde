//! Messages about requests on the redirect URI's port: what was refused, and what to do if it was the person's browser.

use crate::cli::plan::Opener;
use crate::terminal::Terminal;
use secrecy::ExposeSecret;
use std::sync::atomic::Ordering;
use zoho_grant::loopback::decide::{Place, Refusal};
use zoho_grant::loopback::notice::Notice;
use zoho_grant::loopback::peer::user;

/// How many refused requests are reported at most, even with `--verbose`.
pub(super) const REFUSALS_TOLD: usize = 20;

impl Terminal {
    /// Reports events on the port that changed nothing.
    pub(super) fn on_port(&self, notice: Notice) {
        match notice {
            Notice::Refused(refusal) => self.refused(refusal),
            Notice::StartedTwice => self.once(
                "The one-time start address was opened a second time, which had no effect. If that \
                 was not you, another program on this machine opened it: at the end, check that \
                 the organization and the person are yours.",
            ),
            Notice::SpokeTls => self.once(
                "Your browser used https, but zoho-grant serves http on localhost. Its HTTPS-only \
                 mode causes that: add an exception for localhost, or open the address in another \
                 browser.",
            ),
            Notice::HeadTooLarge => self.once(
                "Your browser sent more than 768 KiB of headers: it sends the cookies of every app \
                 on localhost to every port. Clear the cookies of localhost in that browser, or \
                 open the address in a private window.",
            ),
            Notice::WillClearAppData if self.login_is(|it| it.opener == Opener::Visitor) => {}
            Notice::WillClearAppData => self.once(
                "At the end, this browser will clear the data that apps stored for the redirect \
                 URI's port.",
            ),
        }
    }

    pub(super) fn refused(&self, refusal: Refusal) {
        match refusal {
            Refusal::UntiedError => self.once(
                "Zoho returned an error that cannot be matched to this login, so it was ignored. \
                 If you declined the consent, press Ctrl-C to stop.",
            ),
            Refusal::ForeignState | Refusal::Repeated => self.once(
                "A response arrived that does not belong to this login, so it was ignored. Still \
                 waiting.",
            ),
            Refusal::Bare => self.once(
                "The redirect URI was opened without a response from Zoho, so it was ignored. If \
                 Zoho redirected there, the client is client-based (JavaScript) and never gets a \
                 refresh token: in Zoho's API console, register a new client of the type \
                 \"Server-based Applications\" with this redirect URI, and start again with its ID \
                 and secret.",
            ),
            Refusal::OtherHost => self.once(if self.is_pasting() {
                "Zoho's response arrived under a host name other than the redirect URI's, so it \
                 was not accepted. Copy the address of the page that the browser shows now, paste \
                 it here, and press Enter."
            } else {
                "Zoho's response arrived under a host name other than the redirect URI's, so it \
                 was not accepted. In the browser's address bar, replace the host with the \
                 redirect URI's."
            }),
            Refusal::Worker => self.once(if self.is_pasting() {
                "Zoho's response came through a service worker that an earlier app on this port \
                 left in the browser, so it was not accepted. Copy the address of the page that \
                 the browser shows now, paste it here, and press Enter."
            } else {
                "Zoho's response came through a service worker that an earlier app on this port \
                 left in the browser, so it was not accepted. Run the login again in a terminal \
                 (in a container, with -it) to paste it, or use a private window."
            }),
            Refusal::Neighbor { uid, place } => self.neighbor(uid, place),
            Refusal::Host
            | Refusal::Path
            | Refusal::Method
            | Refusal::Metadata
            | Refusal::Unseen
            | Refusal::Used => {}
        }
        if self.refusals.fetch_add(1, Ordering::Relaxed) < REFUSALS_TOLD {
            self.detail(&format!(
                "A request was refused and changed nothing: {refusal:?}"
            ));
        }
    }

    /// Reports another user of this machine, which may be the person's own browser in a container.
    fn neighbor(&self, uid: u32, place: Place) {
        if self.is_new("neighbor") {
            self.warn_of(&format!(
                "Another user of this machine, {}, sent a request to this login. It was refused \
                 and had no effect.",
                user(uid)
            ));
        }
        match place {
            Place::Start | Place::Clear | Place::ClearNow => {
                // Otherwise, it has already been printed.
                if let Some(address) = self.consent.get().filter(|_| self.is_opened())
                    && self.is_new("neighbor at start")
                {
                    self.must_say(
                        "If that was your own browser (in a container, for example), open Zoho's \
                         page in it instead:",
                    );
                    self.must_say(&format!("  {}", address.expose_secret()));
                }
            }
            Place::Callback => self.once(if self.is_pasting() {
                "If that was your own browser, copy the address that it shows, paste it here, and \
                 press Enter."
            } else {
                "If that was your own browser, run the login again in a terminal (in a container, \
                 with -it) to paste its address."
            }),
            Place::Page => self.once(
                "If that was your own browser, see this terminal for where the credentials are.",
            ),
        }
    }
}
