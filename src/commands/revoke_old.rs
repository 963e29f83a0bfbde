//! Offers to revoke the refresh token that a profile held before it was overwritten. If it stays valid, it counts toward
//! about twenty per person and client, and the twenty-first consent silently revokes the oldest.

use crate::commands::{App, revoke};
use crate::prompt;
use secrecy::ExposeSecret;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::profiles::Keeping;
use zoho_grant::settings::Settings;

/// The profile that the login will overwrite. If it cannot be read, there is nothing to revoke.
pub fn old(settings: &Settings) -> Option<Credentials> {
    settings.keeping.as_ref().and_then(kept)
}

/// What is there that would be saved over.
pub fn kept(keeping: &Keeping) -> Option<Credentials> {
    let kept = keeping.profiles.load(&keeping.name).ok()?;
    kept.refresh_token.is_some().then_some(kept)
}

/// Offers to revoke the old token once the new one is saved.
pub fn offer(app: &App, outcome: &Result<Outcome, Error>, old: Option<Credentials>, unasked: bool) {
    let (Ok(login), Some(old)) = (outcome, old) else {
        return;
    };
    let new = &login.credentials.refresh_token;
    let (Some((name, _)), Some(token), Some(new)) = (&login.kept, old.refresh_token, new) else {
        return;
    };
    if token.expose_secret() == new.expose_secret() {
        return;
    }
    let question = format!("Profile {name} had an older refresh token. Revoke it?");
    if !unasked && !prompt::possible() {
        return app.terminal.warn_of(&format!(
            "Profile {name} had another refresh token, which stays valid at Zoho and counts toward its limit of about \
             twenty per person and client. Next time, --revoke-old revokes it."
        ));
    }
    if !unasked {
        app.terminal.say(
            "Zoho keeps about twenty refresh tokens per person and client; one more silently revokes the oldest.",
        );
    }
    if unasked
        || app
            .ask(move || prompt::confirm(&question))
            .is_ok_and(|yes| yes)
    {
        match revoke::end(app, &old.accounts_server, &token) {
            Ok(true) => app.terminal.say("The older refresh token was revoked."),
            Ok(false) => app
                .terminal
                .say("The older refresh token had already been revoked."),
            Err(error) => app.terminal.error(&error),
        }
    }
}
