//! What is said between the questions of the guide.

use crate::terminal::screen::{BOLD, WARNING, unbroken};
use crate::terminal::{REDIRECT_URI, Terminal};
use std::path::Path;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::profiles::error::ProfileError;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::registration::{Slip, console_form};
use zoho_grant::zoho::scope_catalog;
use zoho_grant::zoho::scopes::Scopes;

impl Terminal {
    /// The first line.
    pub fn guide_begins(&self) {
        self.say(&format!("Prefer a page? {}", unbroken("zoho-grant setup")));
    }

    /// Where the client is registered, and what is entered there.
    pub fn console_form(&self, console: &str, redirect_uri: &RedirectUri) {
        self.is_new(REDIRECT_URI);
        self.must_say("Register a client, or look up the one that you have:");
        self.must_say(&format!("  {BOLD}{console}{BOLD:#} → Add Client"));
        for (label, value) in console_form(redirect_uri.as_str()) {
            self.must_say(&format!("  {label:26}{BOLD}{value}{BOLD:#}"));
        }
        self.say(
            "Zoho compares the redirect URI character by character. If people from other data centers will log in, turn on \
             multi-DC in the client's settings.",
        );
    }

    /// Why what was typed is no client ID.
    pub fn no_client_id(&self, slip: Slip) {
        self.not_taken_yet(&match slip {
            Slip::Swapped => {
                "This looks like the client secret. The client ID begins with 1000.".to_owned()
            }
            slip => format!("This is not a client ID: {slip}."),
        });
    }

    /// A client ID that may be one.
    pub fn odd_id(&self) {
        self.not_taken_yet(
            "Client IDs usually have 1000. and 30 capital letters and digits. Is it complete?",
        );
    }

    /// Why what was typed is no client secret.
    pub fn no_client_secret(&self, slip: Slip) {
        self.not_taken_yet(&match slip {
            Slip::Swapped => {
                "This is a client ID. The console shows the client secret next to it.".to_owned()
            }
            slip => format!("This is not a client secret: {slip}."),
        });
    }

    fn not_taken_yet(&self, why: &str) {
        self.must_say(&format!("{WARNING}{why}{WARNING:#}"));
    }

    /// The list that Zoho will show.
    pub fn will_be_asked(&self, scopes: &Scopes) {
        self.say("Zoho will ask you to allow this:");
        for scope in scopes.iter() {
            let mut all = scope_catalog::all();
            let known = all.find(|known| known.scope == scope);
            let allows = known.map_or("", |known| known.description);
            self.say(&format!("  {scope}  {allows}"));
        }
    }

    /// Why the keyring cannot keep anything, and what could.
    pub fn no_keyring(&self, trouble: &ProfileError, file: &Path) {
        let file = Untrusted::path(file);
        self.must_say(&format!(
            "The system's keyring cannot be used: {trouble}. A file that only you can read would keep them: {file}"
        ));
    }
}
