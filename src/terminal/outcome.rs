//! How a login ended, in words.

use crate::cli::folder;
use crate::terminal::screen::{GOOD, unbroken};
use crate::terminal::{Terminal, facts};
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::error::explain::unchecked;
use zoho_grant::handover::Written;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::profiles::profile::{Backend, Name};
use zoho_grant::untrusted::Untrusted;

impl Terminal {
    /// How it ended.
    pub fn outcome(&self, outcome: &Result<Outcome, Error>) {
        self.screen.clear();
        match outcome {
            Ok(login) => {
                for problem in &login.problems {
                    self.error(problem);
                }
                self.obtained(&login.credentials);
                if self.screen.is_terminal && !matches!(login.written, Written::Output(_)) {
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
            Err(error) => {
                self.error(error);
                if matches!(error, Error::TimedOut { .. }) {
                    self.explain_error_pages();
                }
            }
        }
    }

    fn obtained(&self, credentials: &Credentials) {
        self.say(&format!("{GOOD}Credentials obtained{GOOD:#}"));
        let facts = facts::facts(
            credentials.organization(),
            credentials.user(),
            credentials.data_center,
            &credentials.accounts_server,
            credentials.expires_at,
        );
        for (label, value) in facts {
            if let Some(value) = value {
                self.say(&format!("  {}", facts::line(label, &value)));
            }
        }
        self.warn(&unchecked(&credentials.identity));
    }

    /// What is safe elsewhere, or on the page, is not on the screen.
    fn masked(&self, credentials: &Credentials) {
        let refresh = credentials.refresh_token.as_ref();
        for label in ["Client secret"]
            .into_iter()
            .chain(refresh.map(|_| "Refresh token"))
        {
            self.say(&format!("  {}", facts::line(label, "••••••••")));
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
            "For a live access token, run {}",
            unbroken(&format!("zoho-grant token --profile {name}"))
        ));
    }

    /// Credentials that the person wanted on the page alone, or did not say.
    pub fn only_on_the_page(&self) {
        self.say("Not printed. The page in your browser shows them until you close or reload it.");
    }

    /// Where credentials were handed over.
    pub fn went_to(&self, written: &Written) {
        match written {
            Written::Output(form) => self.say(&format!("Printed on standard output, as {form}.")),
            Written::File(form, path) => {
                let path = Untrusted::new(path.display().to_string());
                self.say(&format!("Written to {path}, as {form}."));
            }
            Written::Nowhere => {
                self.must_say(
                    "Only the page in your browser, if one is open, shows the client secret and the tokens.",
                );
            }
        }
    }
}
