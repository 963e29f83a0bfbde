//! What is kept of a login: enough to get a live access token later.

use crate::credentials::Credentials;
use crate::untrusted::{SHOWN, Untrusted};
use crate::zoho::client::Client;
use crate::zoho::crm::Identity;
use crate::zoho::scopes::Scopes;
use crate::zoho::token::Tokens;
use crate::zoho::trust::{AccountsServer, ApiDomain};
use secrecy::SecretString;
use std::time::{Duration, SystemTime};

/// A token with less time left is refreshed: a request that begins now must not outlive it.
const FRESH: Duration = Duration::from_mins(5);

/// Zoho's access tokens live for an hour. One whose end is further away came while the clock was wrong.
const LIFE: Duration = Duration::from_mins(61);

/// Client and tokens between two runs.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The client that the tokens belong to.
    pub client: Client,
    /// The person's accounts server.
    pub accounts_server: AccountsServer,
    /// Good until revoked.
    pub refresh_token: Option<SecretString>,
    /// Good for about an hour.
    pub access_token: Option<SecretString>,
    /// When the access token ends.
    pub expires_at: Option<SystemTime>,
    /// What the tokens may do, when it is known.
    pub scopes: Option<Scopes>,
    /// Where the API is, as Zoho named it; not trusted yet.
    pub api_domain: Option<Untrusted>,
    /// The redirect URI of the login, as registered.
    pub redirect_uri: Option<String>,
    /// The servers beyond Zoho's known ones that the login was told to trust.
    pub trusted: (Vec<AccountsServer>, Vec<ApiDomain>),
    /// The organisation's name.
    pub organization: Option<Untrusted>,
    /// The person's e-mail address or name.
    pub person: Option<Untrusted>,
}

impl Stored {
    /// The credentials once more; nobody was asked whose they are, for this reason.
    pub fn into_credentials(self, unchecked: &str) -> Credentials {
        Credentials {
            data_center: self.accounts_server.data_center(),
            client: self.client,
            access_token: self.access_token,
            refresh_token: self.refresh_token,
            token_type: Untrusted::new("Bearer"),
            expires_at: self.expires_at,
            scopes: self.scopes,
            accounts_server: self.accounts_server,
            api_domain: self.api_domain,
            redirect_uri: self.redirect_uri,
            identity: Identity::not_asked(unchecked),
        }
    }

    /// What is worth keeping of credentials.
    pub fn of(credentials: &Credentials) -> Self {
        let organization = credentials.organization();
        let person = credentials.user();
        Self {
            client: credentials.client.clone(),
            accounts_server: credentials.accounts_server.clone(),
            refresh_token: credentials.refresh_token.clone(),
            access_token: credentials.access_token.clone(),
            expires_at: credentials.expires_at,
            scopes: credentials.scopes.clone(),
            api_domain: credentials.api_domain.clone(),
            redirect_uri: credentials.redirect_uri.clone(),
            trusted: Default::default(),
            organization: organization
                .and_then(|organization| organization.name.as_ref())
                .map(cut),
            person: person
                .and_then(|user| user.email.as_ref().or(user.name.as_ref()))
                .map(cut),
        }
    }

    /// The access token, unless less than five minutes of it remain, or more than it can have.
    pub fn live_token(&self, now: SystemTime) -> Option<&SecretString> {
        let end = self.expires_at?;
        let left = end.duration_since(now).unwrap_or_default();
        self.access_token
            .as_ref()
            .filter(|_| (FRESH..=LIFE).contains(&left))
    }

    /// The same with what a refresh brought.
    #[must_use]
    pub fn refreshed(self, tokens: Tokens, now: SystemTime) -> Self {
        Self {
            access_token: Some(tokens.access_token),
            expires_at: tokens
                .expires_in
                .and_then(|life| now.checked_add(life.min(LIFE))),
            refresh_token: tokens.refresh_token.or(self.refresh_token),
            api_domain: tokens
                .api_domain
                .filter(|named| named.raw().len() <= SHOWN)
                .or(self.api_domain),
            scopes: tokens.scopes.or(self.scopes),
            ..self
        }
    }
}

/// A name is shown in a line; what is longer than that is no name, and the file that keeps it has its bounds.
fn cut(name: &Untrusted) -> Untrusted {
    Untrusted::new(name.raw().chars().take(SHOWN).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use std::time::UNIX_EPOCH;

    fn ending_in(left: Option<u64>) -> bool {
        let now = UNIX_EPOCH + Duration::from_hours(10);
        let mut kept = Stored::of(&samples::full());
        kept.expires_at = left.map(|seconds| now + Duration::from_secs(seconds));
        kept.live_token(now).is_some()
    }

    #[test]
    fn five_minutes_must_remain() {
        assert!(ending_in(Some(300)));
        assert!(ending_in(Some(3660)));
        assert!(!ending_in(Some(3661)), "no token of Zoho's lives so long");
        assert!(!ending_in(Some(299)));
        assert!(!ending_in(Some(0)));
        assert!(!ending_in(None), "an unknown end counts as near");
    }

    #[test]
    fn a_clock_set_back_a_little_does_not_matter_and_one_set_forward_refreshes() {
        let mut kept = Stored::of(&samples::full());
        kept.expires_at = Some(UNIX_EPOCH + Duration::from_hours(1));
        assert!(kept.live_token(UNIX_EPOCH).is_some());
        assert!(
            kept.live_token(UNIX_EPOCH + Duration::from_hours(2))
                .is_none()
        );
    }
}
