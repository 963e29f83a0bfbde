//! How a login ended, in words.

use crate::terminal::Terminal;
use crate::terminal::screen::{BOLD, DIM, GOOD};
use std::time::SystemTime;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::error::explain::unchecked;
use zoho_grant::handover::Written;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::profiles::profile::{Backend, Name};
use zoho_grant::untrusted::Untrusted;

impl Terminal {
    /// How it ended; `now` tells how long the access token lives.
    pub fn outcome(&self, outcome: &Result<Outcome, Error>, now: SystemTime) {
        self.screen.clear();
        match outcome {
            Ok(login) => {
                for problem in &login.problems {
                    self.error(problem);
                }
                self.obtained(&login.credentials, now);
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

    /// Where credentials were handed over once more.
    pub fn exported(&self, written: &Written) {
        self.went_to(written);
    }

    /// What could not be done, why, and what to do next.
    pub fn error(&self, error: &Error) {
        let explained = error.explain();
        self.problem(&error.to_string(), &explained.cause, &explained.remedy);
    }

    fn obtained(&self, credentials: &Credentials, now: SystemTime) {
        self.say(&format!("{GOOD}Credentials obtained{GOOD:#}"));
        if let Some(organization) = credentials.organization() {
            let id = organization.id.as_ref().map(|id| format!("ID {id}"));
            self.owner("Organisation", organization.name.as_ref(), id);
        }
        if let Some(user) = credentials.user() {
            let email = user.email.as_ref().map(Untrusted::to_string);
            self.owner("Person", user.name.as_ref(), email);
        }
        let server = &credentials.accounts_server;
        match credentials.data_center {
            Some(center) => self.fact(
                "Data centre",
                &format!("{} ({}), {server}", center.name, center.code),
            ),
            None => self.fact("Accounts", server.as_str()),
        }
        if let Some(left) = credentials
            .expires_at
            .and_then(|end| end.duration_since(now).ok())
        {
            self.fact(
                "Access token",
                &format!("ends in {} minutes", (left.as_secs() + 30) / 60),
            );
        }
        self.warn(&unchecked(&credentials.identity));
    }

    fn owner(&self, label: &str, name: Option<&Untrusted>, detail: Option<String>) {
        let name = name.map_or_else(|| "(no name)".to_owned(), Untrusted::to_string);
        let detail = detail
            .map(|detail| format!("  {DIM}{detail}{DIM:#}"))
            .unwrap_or_default();
        self.fact(label, &format!("{BOLD}{name}{BOLD:#}{detail}"));
    }

    fn fact(&self, label: &str, value: &str) {
        self.say(&format!("  {label:14}{value}"));
    }

    fn kept(&self, name: &Name, place: Backend) {
        self.say(&format!(
            "Stored in the {place}, as profile {name}. For a live access token: zoho-grant token --profile {name}"
        ));
    }

    fn went_to(&self, written: &Written) {
        match written {
            Written::Output(form) => self.say(&format!("Printed on standard output, as {form}.")),
            Written::File(form, path) => {
                let path = Untrusted::path(path);
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
