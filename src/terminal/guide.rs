//! Messages of the guided start: of the setup page, and between the questions that `login` asks.

use crate::terminal::flows::only_your_own;
use crate::terminal::screen::{BOLD, WARNING};
use crate::terminal::{REDIRECT_URI, Terminal, clock};
use std::path::Path;
use zoho_grant::event::SetUp;
use zoho_grant::loopback::peer::user;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::profiles::error::ProfileError;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::registration::{Slip, console_form};
use zoho_grant::zoho::scope_catalog;
use zoho_grant::zoho::scopes::Scopes;

impl Terminal {
    /// Reports what happens on the setup page.
    pub(super) fn set_up(&self, step: &SetUp) {
        match step {
            SetUp::Open(address) => {
                self.say(
                    "The setup page is ready. If your browser does not show it, or you close it, \
                     open this address on this machine:",
                );
                self.must_say(&format!("  {address}"));
            }
            SetUp::Waiting { left } => {
                let left = clock(*left);
                let line = format!("The setup page is waiting for you … {left} left, Ctrl-C stops");
                if !self.screen.live(&line, false) && self.is_new("setup page") {
                    self.say("The setup page is waiting for you. Ctrl-C stops.");
                }
            }
            SetUp::Began { paste: false } => {
                self.say(
                    "Continuing to Zoho. If Zoho shows an error page, go back to the setup page.",
                );
            }
            SetUp::Began { paste: true } => {
                self.must_say(
                    "Continuing to Zoho. After the consent, copy the address that the browser ends \
                     up at, paste it here, and press Enter.",
                );
                self.must_say(&only_your_own());
            }
            SetUp::Failed { what, cause } => {
                self.warn_of(&format!(
                    "{what} {cause} The setup page is still open: correct this there, and \
                     continue."
                ));
            }
            SetUp::Neighbor(uid) => self.warn_of(&format!(
                "Another user of this machine, {}, requested the setup page. It was refused, and \
                 nothing was changed.",
                user(*uid)
            )),
        }
    }

    /// Says where to register the client, and what to enter there.
    pub fn console_form(&self, console: &str, redirect_uri: &RedirectUri) {
        self.is_new(REDIRECT_URI);
        self.must_say("Register a client, or look up an existing one:");
        self.must_say(&format!("  {BOLD}{console}{BOLD:#} → Add Client"));
        for (label, value) in console_form(redirect_uri.as_str()) {
            self.must_say(&format!("  {label:26}{BOLD}{value}{BOLD:#}"));
        }
        self.say(
            "Zoho compares the redirect URI character by character. If people from other data \
             centers will log in, turn on multi-DC in the client's settings.",
        );
    }

    /// Says why the input is not a client ID, or questions its unusual shape.
    pub fn no_client_id(&self, slip: Slip) {
        let why = match slip {
            Slip::Wrong(not) => &format!("This is not a client ID: {not}."),
            Slip::Swapped => "This looks like the client secret. The client ID begins with 1000.",
            Slip::Odd => {
                "A client ID is usually 1000. followed by 30 capital letters and digits. Is it \
                 complete?"
            }
        };
        self.not_taken_yet(why);
    }

    /// Says why the input is not a client secret.
    pub fn no_client_secret(&self, slip: Slip) {
        let why = match slip {
            Slip::Swapped => "This is a client ID. The console shows the client secret next to it.",
            slip => &format!("This is not a client secret: {slip}."),
        };
        self.not_taken_yet(why);
    }

    fn not_taken_yet(&self, why: &str) {
        self.must_say(&format!("{WARNING}{why}{WARNING:#}"));
    }

    /// Shows the list that Zoho will show.
    pub fn will_be_asked(&self, scopes: &Scopes) {
        self.say("Zoho will ask you to allow this:");
        for scope in scopes.iter() {
            self.say(&format!("  {scope}  {}", scope_catalog::meaning(scope)));
        }
    }

    /// Says why the keyring cannot be used, and offers a file.
    pub fn no_keyring(&self, trouble: &ProfileError, file: &Path) {
        let file = Untrusted::path(file);
        self.must_say(&format!(
            "The system's keyring cannot be used: {trouble}. You can save them to a file that only \
             you can read: {file}"
        ));
    }
}
