//! Messages about tokens after the login, and what goes to standard output.

use crate::terminal::Terminal;
use crate::terminal::output::Output;
use crate::terminal::screen::GOOD;
use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
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
        printed(self.write(text))
    }

    /// The same in color, if wanted. A program such as `head` may close the pipe early, which is not an error.
    pub fn print_styled(&self, text: &str) -> Result<(), Error> {
        let written = match AutoStream::choice(&io::stdout()) {
            ColorChoice::Never => self.write(&strip_str(text).to_string()),
            _ => self.write(text),
        };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => printed(written),
        }
    }

    /// Prints what a program waits for: an error if standard output leads nowhere.
    pub fn hand_out(&self, text: &str) -> Result<(), Error> {
        self.screen.clear();
        printed(Output.write_all(text.as_bytes()))
    }

    fn write(&self, text: &str) -> io::Result<()> {
        self.screen.clear();
        let mut stdout = io::stdout();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// One row for each profile.
    pub fn profiles(&self, listed: &BTreeMap<Name, Record>) -> Result<(), Error> {
        if listed.is_empty() {
            self.say("No profiles are saved. To save one, run zoho-grant login --save.");
        }
        let shown = |text: &String| Untrusted::new(text).to_string();
        let told = |texts: [&Option<Untrusted>; 2], by: &str| {
            let texts = texts.into_iter().flatten().map(Untrusted::to_string);
            texts.collect::<Vec<_>>().join(by)
        };
        let rows = listed.iter().map(|(name, record)| {
            let organization = record.organization.as_ref();
            let person = record.user.as_ref();
            [
                name.to_string(),
                record.kept.to_string(),
                shown(&record.client_id),
                shown(&record.accounts_url),
                organization.map_or_else(String::new, |of| told([&of.name, &None], "")),
                organization.map_or_else(String::new, |of| told([&of.kind, &of.edition], ", ")),
                person.map_or_else(String::new, |of| {
                    told([&of.email, &of.name], "\n")
                        .lines()
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                }),
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

    /// Says that a profile was deleted.
    pub fn forgotten(&self, name: &Name) {
        self.say(&format!(
            "Deleted profile {name} from this machine. Tokens that were not revoked stay valid at Zoho. To revoke them too, use zoho-grant revoke instead of forget."
        ));
    }

    /// Says that a refreshed token cannot be saved to variables.
    pub fn cannot_put_back(&self) {
        self.must_say(
            "The access token was refreshed, but it cannot be saved to variables, and Zoho allows about ten refreshes in ten minutes. \
             To save it, use --env-file FILE, or a profile: zoho-grant login --save.",
        );
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

    /// Says that another process holds the lock.
    pub fn waiting_for(&self, source: &str) {
        self.must_say(&format!(
            "Waiting for another zoho-grant process that is using {source}."
        ));
    }

    /// Says that the person declined.
    pub fn nothing_revoked(&self) {
        self.say("Nothing was revoked.");
    }

    /// Says that a refresh token was revoked, and what was removed here.
    pub fn revoked(&self, was_alive: bool, here: &str) {
        if was_alive {
            self.say(&format!(
                "{GOOD}Revoked{GOOD:#} at Zoho, with its access tokens."
            ));
        } else {
            self.warn(&[
                "Zoho did not recognize this refresh token: it had already been revoked."
                    .to_owned(),
            ]);
        }
        self.say(here);
    }

    /// Warns that the overwritten token stays valid.
    pub fn old_token_lives_on(&self, name: &Name) {
        self.warn(&[format!(
            "Profile {name} had another refresh token, which stays valid at Zoho and counts toward its limit of about \
             twenty per person and client. Next time, --revoke-old revokes it."
        )]);
    }

    /// Says why an older refresh token should be revoked.
    pub fn places_are_few(&self) {
        self.say(
            "Zoho keeps about twenty refresh tokens per person and client; one more silently revokes the oldest.",
        );
    }

    /// Says that the overwritten token was revoked.
    pub fn old_token_revoked(&self, was_alive: bool) {
        self.say(if was_alive {
            "The older refresh token was revoked."
        } else {
            "The older refresh token had already been revoked."
        });
    }

    /// Suggests another data center after a refusal.
    pub fn try_elsewhere(&self, others: &[AccountsServer]) {
        let names = others.iter().map(|other| match other.data_center() {
            Some(center) => format!("{} ({})", center.code, center.name),
            None => other.to_string(),
        });
        self.must_say(&format!(
            "Zoho returns the same error if the grant token belongs to another data center. The others are: {}. Each attempt \
             counts, and Zoho allows about ten in ten minutes: try only the data center whose console generated the code.",
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
