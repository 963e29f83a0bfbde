//! Messages about how a login ended.

use crate::cli::folder;
use crate::terminal::screen::GOOD;
use crate::terminal::{Terminal, facts};
use std::io::{IsTerminal, stderr};
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::error::explain::unchecked;
use zoho_grant::handover::Written;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::profiles::profile::{Backend, Name};
use zoho_grant::untrusted::Untrusted;

impl Terminal {
    /// Reports a login that obtained credentials.
    pub fn succeeded(&self, login: &Outcome) {
        self.screen.clear();
        for problem in &login.problems {
            self.error(problem);
        }
        self.obtained(&login.credentials);
        if stderr().is_terminal() && !matches!(login.written, Written::Output(_)) {
            self.masked(&login.credentials);
        }
        login.reading.iter().for_each(|sentence| self.say(sentence));
        if let Some((name, place)) = &login.kept {
            self.kept(name, *place);
        }
        if login.kept.is_none() || login.written != Written::Nowhere {
            self.went_to(&login.written);
        }
    }

    /// Reports a login that obtained none.
    pub fn failed(&self, error: &Error) {
        self.error(error);
        if matches!(error, Error::TimedOut { .. }) {
            self.explain_error_pages();
        }
    }

    fn obtained(&self, credentials: &Credentials) {
        self.say(&format!("{GOOD}Credentials obtained{GOOD:#}"));
        for (label, value) in facts::facts(credentials) {
            if let Some(value) = value {
                self.say(&format!("  {}", facts::line(label, &value)));
            }
        }
        self.warn(&unchecked(&credentials.identity));
    }

    /// Masks secrets that are saved elsewhere or shown on the page.
    fn masked(&self, credentials: &Credentials) {
        let masked = |label| self.say(&format!("  {}", facts::line(label, "••••••••")));
        masked("Client secret");
        if credentials.refresh_token.is_some() {
            masked("Refresh token");
        }
    }

    fn kept(&self, name: &Name, place: Backend) {
        let place = match (place, folder::profiles()) {
            (Backend::Keyring, _) => "the system's keyring".to_owned(),
            (Backend::File, Ok(all)) => format!("the file {}", Untrusted::path(&all.path())),
            (Backend::File, Err(_)) => "a file".to_owned(),
        };
        self.say(&format!("Saved in {place}, as profile {name}."));
        self.say(&format!(
            "For a live access token, run zoho-grant token --profile {name}"
        ));
    }

    /// Says where the credentials were written.
    pub fn went_to(&self, written: &Written) {
        match written {
            Written::Output(form) => self.say(&format!("Printed on standard output, as {form}.")),
            Written::File(form, path) => {
                let path = Untrusted::path(path);
                self.say(&format!("Written to {path}, as {form}."));
            }
            Written::Nowhere => {
                self.must_say(
                    "Only the page in your browser, if one is open, shows the client secret and \
                     the tokens.",
                );
            }
        }
    }
}
