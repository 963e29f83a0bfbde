//! How a login ended, in words.

use crate::terminal::screen::GOOD;
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

    fn kept(&self, name: &Name, place: Backend) {
        self.say(&format!(
            "Stored in the {place}, as profile {name}. For a live access token: zoho-grant token --profile {name}"
        ));
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
                    "Written nowhere: only a page in the browser, if one waits, shows them once.",
                );
            }
        }
    }
}
