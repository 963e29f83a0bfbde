//! Messages that accompany the setup page.

use crate::terminal::flows::only_your_own;
use crate::terminal::{Terminal, clock};
use zoho_grant::event::SetUp;
use zoho_grant::loopback::peer::user;

impl Terminal {
    /// Reports what happens on the setup page.
    pub(super) fn set_up(&self, step: &SetUp) {
        match step {
            SetUp::Open(address) => {
                self.say("The setup page is ready. If your browser does not show it, or you close it, open this address on this machine:");
                self.must_say(&format!("  {address}"));
            }
            SetUp::Waiting { left } => {
                if self.screen.is_live {
                    let left = clock(*left);
                    let line = format!("The setup page is waiting for you … {left} left, Ctrl-C stops");
                    self.screen.live(&line, false);
                } else if self.is_new("setup page") {
                    self.say("The setup page is waiting for you. Ctrl-C stops.");
                }
            }
            SetUp::Began { paste: false } => {
                self.say("Continuing to Zoho. If Zoho shows an error page, go back to the setup page.");
            }
            SetUp::Began { paste: true } => {
                self.must_say("Continuing to Zoho. After the consent, copy the address that the browser ends up at, paste it here, and press Enter.");
                self.must_say(&only_your_own());
            }
            SetUp::Failed { what, cause } => {
                self.warn_of(&format!("{what} {cause} The setup page is still open: correct this there, and continue."));
            }
            SetUp::Neighbor(uid) => self.warn_of(&format!(
                "Another user of this machine, {}, requested the setup page. It was refused, and nothing was changed.",
                user(*uid)
            )),
        }
    }
}
