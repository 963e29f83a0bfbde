//! Offers to revoke the refresh token that a profile held before it was overwritten. If it stays valid, it counts toward
//! about twenty per person and client, and the twenty-first consent silently revokes the oldest.

use crate::commands::{App, revoke};
use crate::prompt;
use secrecy::ExposeSecret;
use zoho_grant::credentials::Credentials;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::profiles::Keeping;

/// What the profile holds that would be saved over. If it cannot be read, there is nothing to revoke.
pub fn old(keeping: Option<&Keeping>) -> Option<Credentials> {
    let keeping = keeping?;
    let old = keeping.profiles.load(&keeping.name).ok()?;
    old.refresh_token.is_some().then_some(old)
}

/// Offers to revoke the old token once the new one is saved.
pub fn offer(app: &App, login: &Outcome, old: &Credentials, unasked: bool) {
    let new = &login.credentials.refresh_token;
    let (Some((name, _)), Some(token), Some(new)) = (&login.kept, &old.refresh_token, new) else {
        return;
    };
    if token.expose_secret() == new.expose_secret() {
        return;
    }
    if !unasked {
        if !prompt::possible() {
            return app.terminal.warn_of(&format!(
                "Profile {name} had another refresh token, which stays valid at Zoho and counts toward its limit of about \
                 twenty per person and client. Next time, --revoke-old revokes it."
            ));
        }
        app.terminal.say(
            "Zoho keeps about twenty refresh tokens per person and client; one more silently revokes the oldest.",
        );
        let question = format!("Profile {name} had an older refresh token. Revoke it?");
        let yes = app.ask(move || prompt::confirm(&question));
        if !yes.unwrap_or_default() {
            return;
        }
    }
    match revoke::end(app, &old.accounts_server, token) {
        Ok(true) => app.terminal.say("The older refresh token was revoked."),
        Ok(false) => app
            .terminal
            .say("The older refresh token had already been revoked."),
        Err(error) => {
            app.terminal.error(&error);
        }
    }
}
