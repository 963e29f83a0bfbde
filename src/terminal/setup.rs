//! Words beside the set-up page, which does the talking.

use crate::terminal::Terminal;
use crate::terminal::screen::{DIM, WARNING};
use zoho_grant::event::SetUp;
use zoho_grant::loopback::peer::user;

impl Terminal {
    /// What happens at the set-up page.
    pub(super) fn set_up(&self, step: &SetUp) {
        match step {
            SetUp::Open(address) => {
                self.say("The set-up page is ready. If your browser does not show it, or you closed it, open this address on this machine:");
                self.must_say(&format!("  {address}"));
            }
            SetUp::Waiting { left } => {
                let seconds = left.as_millis().div_ceil(1000);
                let left = format!("{}:{:02}", seconds / 60, seconds % 60);
                if self.screen.is_terminal && !self.quiet {
                    self.screen.live(&format!(
                        "{DIM}The set-up page waits for you … {left} left, Ctrl-C stops{DIM:#}"
                    ));
                } else if self.is_new("set-up page") {
                    self.say("The set-up page waits for you. Ctrl-C stops.");
                }
            }
            SetUp::Began { paste: false } => {
                self.say("On to Zoho. If Zoho shows an error page, go back to the set-up page.");
            }
            SetUp::Began { paste: true } => {
                self.must_say("On to Zoho. After the consent, copy the address that the browser ends on, paste it here and press Enter.");
                self.must_say(&format!(
                    "Paste only an address from {WARNING}your own{WARNING:#} browser; someone else's would connect you to their account."
                ));
            }
            SetUp::Failed { what, cause } => {
                self.warn(&[format!("{what} {cause} The set-up page is still open: correct it there, and continue.")]);
            }
            SetUp::Neighbor(uid) => self.warn(&[format!(
                "Another user of this machine, {}, asked for the set-up page. It was refused, and nothing was changed.",
                user(*uid)
            )]),
        }
    }
}
