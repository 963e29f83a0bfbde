//! What is said about tokens after the login, and what is printed on standard output.

use crate::cli::source::Source;
use crate::terminal::Terminal;
use crate::terminal::screen::GOOD;
use std::collections::BTreeMap;
use std::io::{self, Write};
use zoho_grant::profiles::profile::Name;
use zoho_grant::profiles::record::Record;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::trust::AccountsServer;

impl Terminal {
    /// Prints on standard output.
    pub fn print(&self, text: &str) -> io::Result<()> {
        self.screen.clear();
        let mut stdout = io::stdout();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// One line for each profile: name, place, client id, accounts server, organisation with kind and edition, person.
    pub fn profiles(&self, listed: &BTreeMap<Name, Record>) -> io::Result<()> {
        if listed.is_empty() {
            self.say("No profile is kept. Keep one: zoho-grant login --save.");
        }
        let width = listed.keys().map(|name| name.as_str().len()).max();
        for (name, record) in listed {
            self.print(&line(name, record, width.unwrap_or_default()))?;
        }
        Ok(())
    }

    /// A profile is gone here.
    pub fn forgotten(&self, name: &Name) {
        self.say(&format!(
            "Profile {name} is removed from this machine. Its tokens live on at Zoho: revoke kills them."
        ));
    }

    /// Variables cannot be changed from here.
    pub fn cannot_put_back(&self) {
        self.must_say(
            "The access token was refreshed, and variables cannot keep it: Zoho allows about ten refreshes in ten minutes.\n\
             To keep it, use --env-file FILE, or a profile: zoho-grant login --save.",
        );
    }

    /// The lock is not free.
    pub fn waiting_for(&self, source: &Source) {
        let source = source.shown();
        self.must_say(&format!("Waiting for another run that uses {source}."));
    }

    /// The question was answered with no.
    pub fn nothing_revoked(&self) {
        self.say("Nothing was revoked.");
    }

    /// A refresh token is dead, and gone here.
    pub fn revoked(&self, was_alive: bool, source: &Source) {
        let source_name = source.shown();
        if was_alive {
            self.say(&format!(
                "{GOOD}Revoked{GOOD:#} at Zoho, with its access tokens."
            ));
        } else {
            self.warn(&[
                "Zoho did not know this refresh token any more: it was dead already.".to_owned(),
            ]);
        }
        match source {
            Source::Profile(..) => self.say(&format!("Removed {source_name} from this machine.")),
            Source::EnvFile(_) => self.say(&format!("Took the tokens out of {source_name}.")),
            Source::Variables(_) => self.say(
                "Unset ZOHO_REFRESH_TOKEN and ZOHO_ACCESS_TOKEN now: they are of no use any more.",
            ),
        }
    }

    /// The token that was saved over stays alive.
    pub fn old_token_lives_on(&self, name: &Name) {
        self.warn(&[format!(
            "Profile {name} held another refresh token, which stays alive at Zoho and takes one of about twenty \
             places per person and client; --revoke-old revokes it next time."
        )]);
    }

    /// The token that was saved over is dead.
    pub fn old_token_revoked(&self, was_alive: bool) {
        self.say(if was_alive {
            "The older refresh token is revoked."
        } else {
            "The older refresh token was dead already."
        });
    }

    /// A refusal that another data centre may not repeat.
    pub fn try_elsewhere(&self, others: &[AccountsServer]) {
        let names = others.iter().map(|other| match other.data_center() {
            Some(center) => format!("{} ({})", center.code, center.name),
            None => other.to_string(),
        });
        self.must_say(&format!(
            "Zoho says the same when a grant token belongs to another data centre. There are: {}.\n\
             Each try counts: Zoho allows about ten in ten minutes. So try only the one whose console made it.",
            names.collect::<Vec<_>>().join(", ")
        ));
    }
}

fn line(name: &Name, record: &Record, width: usize) -> String {
    let mut parts = vec![
        format!("{:width$}", name.as_str()),
        format!("{:7}", record.kept.to_string()),
        Untrusted::new(&record.client_id).to_string(),
        Untrusted::new(&record.accounts_url).to_string(),
    ];
    let shown = |texts: &[&Option<Untrusted>]| {
        let texts = texts.iter().filter_map(|text| text.as_ref());
        texts.map(Untrusted::to_string).collect::<Vec<_>>()
    };
    if let Some(told) = &record.organization {
        parts.extend(shown(&[&told.name]));
        let kind = shown(&[&told.kind, &told.edition]).join(", ");
        parts.extend(Some(kind).filter(|kind| !kind.is_empty()));
    }
    if let Some(told) = &record.user {
        parts.extend(shown(&[&told.email, &told.name]).into_iter().next());
    }
    parts.join("  ") + "\n"
}
