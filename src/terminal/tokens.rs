//! What is said about tokens after the login, and what is printed on standard output.

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

    /// The same in colors, if they are wanted there; a reader such as `head` may have seen enough.
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

    /// Hands out what a program waits for: it is an error when standard output leads nowhere.
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

    /// A profile is gone here.
    pub fn forgotten(&self, name: &Name) {
        self.say(&format!(
            "Profile {name} is deleted on this machine. Its tokens stay valid at Zoho; next time, zoho-grant revoke ends them first."
        ));
    }

    /// Variables cannot be changed from here.
    pub fn cannot_put_back(&self) {
        self.must_say(
            "The access token was refreshed, but variables cannot keep it, and Zoho allows about ten refreshes in ten minutes. \
             To keep it, use --env-file FILE, or a profile: zoho-grant login --save.",
        );
    }

    /// What Zoho said before holds.
    pub fn not_asked(&self, at: SystemTime) {
        let ago = at.elapsed().unwrap_or_default().as_secs() / 60;
        let ago = match ago {
            0 => "just now".to_owned(),
            1 => "a minute ago".to_owned(),
            minutes if minutes < 120 => format!("{minutes} minutes ago"),
            _ => format!("at {}", humantime::format_rfc3339_seconds(at)),
        };
        self.must_say(&format!(
            "Zoho was not asked again: this is what it answered {ago}. --refresh asks again."
        ));
    }

    /// The lock is not free.
    pub fn waiting_for(&self, source: &str) {
        self.must_say(&format!(
            "Waiting for another zoho-grant that uses {source}."
        ));
    }

    /// The question was answered with no.
    pub fn nothing_revoked(&self) {
        self.say("Nothing was revoked.");
    }

    /// A refresh token is dead, and what is gone here.
    pub fn revoked(&self, was_alive: bool, here: &str) {
        if was_alive {
            self.say(&format!(
                "{GOOD}Revoked{GOOD:#} at Zoho, with its access tokens."
            ));
        } else {
            self.warn(&["Zoho no longer knew this refresh token: it was dead already.".to_owned()]);
        }
        self.say(here);
    }

    /// The token that was saved over stays alive.
    pub fn old_token_lives_on(&self, name: &Name) {
        self.warn(&[format!(
            "Profile {name} held another refresh token, which stays valid at Zoho and takes one of about twenty \
             places per person and client. Next time, --revoke-old revokes it."
        )]);
    }

    /// Why an older refresh token had better be revoked.
    pub fn places_are_few(&self) {
        self.say(
            "Zoho keeps about twenty refresh tokens per person and client, and the next one silently ends the oldest.",
        );
    }

    /// The token that was saved over is dead.
    pub fn old_token_revoked(&self, was_alive: bool) {
        self.say(if was_alive {
            "The older refresh token is revoked."
        } else {
            "The older refresh token was dead already."
        });
    }

    /// A refusal that another data center may not repeat.
    pub fn try_elsewhere(&self, others: &[AccountsServer]) {
        let names = others.iter().map(|other| match other.data_center() {
            Some(center) => format!("{} ({})", center.code, center.name),
            None => other.to_string(),
        });
        self.must_say(&format!(
            "Zoho answers the same if a grant token belongs to another data center. The others are: {}. Every try counts, \
             and Zoho allows about ten in ten minutes: try only the data center whose console generated the code.",
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
