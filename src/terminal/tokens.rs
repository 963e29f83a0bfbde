//! Messages about tokens after the login, and what goes to standard output.

use crate::terminal::Terminal;
use crate::terminal::output::Output;
use crate::terminal::screen::GOOD;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::SystemTime;
use zoho_grant::error::Error;
use zoho_grant::handover::{NotWritten, Unwritten};
use zoho_grant::profiles::profile::Name;
use zoho_grant::profiles::record::Record;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::trust::AccountsServer;

impl Terminal {
    /// Prints on standard output.
    pub fn print(&self, text: &str) -> Result<(), Error> {
        printed(self.write(io::stdout(), text))
    }

    /// The same in color, if wanted. A program such as `head` may close the pipe early, which is not an error.
    pub fn print_styled(&self, text: &str) -> Result<(), Error> {
        match self.write(anstream::stdout(), text) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => printed(written),
        }
    }

    /// Prints what a program waits for: an error if standard output leads nowhere.
    pub fn hand_out(&self, text: &str) -> Result<(), Error> {
        printed(self.write(Output, text))
    }

    fn write(&self, mut stdout: impl Write, text: &str) -> io::Result<()> {
        self.screen.clear();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// One row for each profile.
    pub fn profiles(&self, listed: &BTreeMap<Name, Record>) -> Result<(), Error> {
        if listed.is_empty() {
            self.say("No profiles are saved. To save one, run zoho-grant login --save.");
        }
        let shown = |text: Option<&Untrusted>| text.map(Untrusted::to_string).unwrap_or_default();
        let rows = listed.iter().map(|(name, record)| {
            let organization = record.organization.as_ref();
            let kinds = organization.map(|of| [&of.kind, &of.edition]);
            let kinds = kinds.into_iter().flatten().flatten();
            let kinds: Vec<_> = kinds.map(Untrusted::to_string).collect();
            let person = record.user.as_ref();
            [
                name.to_string(),
                record.kept.to_string(),
                Untrusted::new(&record.client_id).to_string(),
                Untrusted::new(&record.accounts_url).to_string(),
                shown(organization.and_then(|of| of.name.as_ref())),
                kinds.join(", "),
                shown(person.and_then(|of| of.email.as_ref().or(of.name.as_ref()))),
            ]
        });
        self.table(
            [
                "PROFILE",
                "PLACE",
                "CLIENT ID",
                "ACCOUNTS SERVER",
                "ORGANIZATION",
                "TYPE",
                "PERSON",
            ],
            rows,
        )
    }

    /// Says that an earlier refusal by Zoho still applies.
    pub fn not_asked(&self, at: SystemTime) {
        let ago = at.elapsed().unwrap_or_default().as_secs() / 60;
        let ago = match ago {
            0 => "less than a minute ago".to_owned(),
            1 => "a minute ago".to_owned(),
            minutes if minutes < 120 => format!("{minutes} minutes ago"),
            _ => humantime::format_rfc3339_seconds(at).to_string(),
        };
        self.must_say(&format!(
            "Zoho was not contacted: this is its answer from {ago}. Use --refresh to ask again."
        ));
    }

    /// Says that a refresh token was revoked, and what was removed here.
    pub fn revoked(&self, was_alive: bool, here: &str) {
        if was_alive {
            self.say(&format!(
                "{GOOD}Revoked{GOOD:#} at Zoho, with its access tokens."
            ));
        } else {
            self.warn_of("Zoho did not recognize this refresh token: it had already been revoked.");
        }
        self.say(here);
    }

    /// Suggests another data center after a refusal.
    pub fn try_elsewhere(&self, others: &[AccountsServer]) {
        let names = others.iter().map(|other| match other.data_center() {
            Some(center) => format!("{} ({})", center.code, center.name),
            None => other.to_string(),
        });
        self.must_say(&format!(
            "Zoho returns the same error if the grant token belongs to another data center. The \
             others are: {}. Each attempt counts, and Zoho allows about ten in ten minutes: try \
             only the data center whose console generated the code.",
            names.collect::<Vec<_>>().join(", ")
        ));
    }
}

fn printed(written: io::Result<()>) -> Result<(), Error> {
    written.map_err(|error| {
        Error::NotWritten(NotWritten {
            place: "standard output".into(),
            why: Unwritten::Output(error),
            printed: false,
        })
    })
}
