//! What a login obtains: everything that a reader of the CRM needs, and a later run to get a live access token.

use crate::untrusted::{SHOWN, Untrusted};
use crate::zoho::client::Client;
use crate::zoho::crm::{Identity, Organization, User};
use crate::zoho::data_centers::DataCenter;
use crate::zoho::scopes::Scopes;
use crate::zoho::token::Tokens;
use crate::zoho::trust::{AccountsServer, ApiDomain};
use secrecy::SecretString;
use std::time::{Duration, SystemTime};

/// A token with less time left is refreshed: a request that begins now must not outlive it.
const FRESH: Duration = Duration::from_mins(5);

/// Zoho's access tokens live for an hour. One whose end is further away came while the clock was wrong.
const LIFE: Duration = Duration::from_mins(61);

/// Client, tokens and where they are good.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The client that they belong to.
    pub client: Client,
    /// Good for about an hour; a login always obtains one, what `export` reads may be without.
    pub access_token: Option<SecretString>,
    /// Good until revoked; missing when Zoho gave none.
    pub refresh_token: Option<SecretString>,
    /// "Bearer", unless Zoho said otherwise.
    pub token_type: Untrusted,
    /// When the access token ends, when Zoho told.
    pub expires_at: Option<SystemTime>,
    /// What they may do: as granted, or as asked for when Zoho did not tell; what `export` reads may not say.
    pub scopes: Option<Scopes>,
    /// The person's accounts server.
    pub accounts_server: AccountsServer,
    /// Where the API is: as Zoho named it, or the table's when it named none.
    pub api_domain: Option<Untrusted>,
    /// The person's data center, when it is one of the table.
    pub data_center: Option<&'static DataCenter>,
    /// The redirect URI of the login, as registered.
    pub redirect_uri: Option<String>,
    /// The servers beyond Zoho's known ones that the login was told to trust.
    pub trusted: (Vec<AccountsServer>, Vec<ApiDomain>),
    /// Whose they are, as far as the check told.
    pub identity: Identity,
}

impl Credentials {
    /// RFC 3339, in seconds, UTC.
    pub fn expires_at_text(&self) -> Option<String> {
        self.expires_at
            .map(|moment| humantime::format_rfc3339_seconds(moment).to_string())
    }

    /// The organization, when the check told.
    pub fn organization(&self) -> Option<&Organization> {
        self.identity.organization.as_ref().ok()
    }

    /// The person, when the check told.
    pub fn user(&self) -> Option<&User> {
        self.identity.user.as_ref().ok()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use std::time::UNIX_EPOCH;

    fn ending_in(left: Option<u64>) -> bool {
        let now = UNIX_EPOCH + Duration::from_hours(10);
        let mut kept = samples::full();
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
        let mut kept = samples::full();
        kept.expires_at = Some(UNIX_EPOCH + Duration::from_hours(1));
        assert!(kept.live_token(UNIX_EPOCH).is_some());
        assert!(
            kept.live_token(UNIX_EPOCH + Duration::from_hours(2))
                .is_none()
        );
    }
}
