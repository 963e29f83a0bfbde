//! What is said about tokens after the login, and what is printed on standard output.

use crate::cli::source::Source;
use crate::terminal::Terminal;
use crate::terminal::screen::GOOD;
use std::io::{self, Write};
use std::time::SystemTime;
use zoho_grant::profiles::profile::{Listed, Name};
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

    /// One line for each profile: name, place, client id, accounts server, organisation, person.
    pub fn profiles(&self, listed: &[Listed]) -> io::Result<()> {
        if listed.is_empty() {
            self.say("No profile is kept. Keep one: zoho-grant login --save.");
        }
        let width = listed
            .iter()
            .map(|profile| profile.name.as_str().len())
            .max();
        for profile in listed {
            self.print(&line(profile, width.unwrap_or_default()))?;
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
            "Zoho was not asked: it answered what follows {ago}. --refresh asks once more."
        ));
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

fn line(profile: &Listed, width: usize) -> String {
    let shown = |text: &Option<String>| text.as_ref().map(|text| Untrusted::new(text).to_string());
    let mut parts = vec![
        format!("{:width$}", profile.name.as_str()),
        format!("{:7}", profile.place.to_string()),
        Untrusted::new(&profile.client_id).to_string(),
        Untrusted::new(&profile.accounts_url).to_string(),
    ];
    parts.extend(shown(&profile.organization));
    parts.extend(shown(&profile.person));
    parts.join("  ") + "\n"
}
