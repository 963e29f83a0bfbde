//! What a login obtains: everything that a program needs to read the CRM, and a later run to get a live access token.

use crate::untrusted::{SHOWN, Untrusted};
use crate::zoho::client::Client;
use crate::zoho::crm::{Identity, Organization, User};
use crate::zoho::data_centers::DataCenter;
use crate::zoho::scopes::Scopes;
use crate::zoho::token::Tokens;
use crate::zoho::trust::{AccountsServer, ApiDomain};
use secrecy::SecretString;
use std::time::{Duration, SystemTime};

/// A token with less time left is refreshed, so that it does not expire during a request.
const FRESH: Duration = Duration::from_mins(5);

/// Zoho's access tokens live for an hour. A later expiry means that the clock was wrong when the token was issued.
const LIFE: Duration = Duration::from_mins(61);

/// A client, its tokens, and the servers where they are valid.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The client that they belong to.
    pub client: Client,
    /// Valid for about an hour. A login always obtains one; what `export` reads may have none.
    pub access_token: Option<SecretString>,
    /// Valid until revoked; none if Zoho issued none.
    pub refresh_token: Option<SecretString>,
    /// "Bearer", unless Zoho named another type.
    pub token_type: Untrusted,
    /// When the access token expires, if Zoho said so.
    pub expires_at: Option<SystemTime>,
    /// The granted scopes, or the requested ones if Zoho did not list any. What `export` reads may have none.
    pub scopes: Option<Scopes>,
    /// The person's accounts server.
    pub accounts_server: AccountsServer,
    /// The API domain that Zoho named, or the data center's if it named none.
    pub api_domain: Option<Untrusted>,
    /// The person's data center, if it is known.
    pub data_center: Option<&'static DataCenter>,
    /// The login's redirect URI, as registered.
    pub redirect_uri: Option<String>,
    /// The servers that the person trusts in addition to Zoho's known ones.
    pub trusted: (Vec<AccountsServer>, Vec<ApiDomain>),
    /// Who owns them, as far as the check found out.
    pub identity: Identity,
}

impl Credentials {
    /// The expiry in RFC 3339 format, in whole seconds, UTC.
    pub fn expires_at_text(&self) -> Option<String> {
        self.expires_at
            .map(|moment| humantime::format_rfc3339_seconds(moment).to_string())
    }

    /// The organization, if the check found it.
    pub fn organization(&self) -> Option<&Organization> {
        self.identity.organization.as_ref().ok()
    }

    /// The person, if the check found them.
    pub fn user(&self) -> Option<&User> {
        self.identity.user.as_ref().ok()
    }

    /// Whether the access token has at least five minutes left, and not more than a token can have.
    pub fn are_fresh(&self, now: SystemTime) -> bool {
        let left = self.expires_at.map(|end| end.duration_since(now));
        left.is_some_and(|left| (FRESH..=LIFE).contains(&left.unwrap_or_default()))
    }

    /// The same credentials, updated by a refresh.
    #[must_use]
    pub fn refreshed(self, tokens: Tokens, now: SystemTime) -> Self {
        let life = tokens.expires_in.map(|life| life.min(LIFE));
        let named = tokens.api_domain.filter(|it| it.raw().len() <= SHOWN);
        Self {
            access_token: Some(tokens.access_token),
            expires_at: life.and_then(|life| now.checked_add(life)),
            refresh_token: tokens.refresh_token.or(self.refresh_token),
            api_domain: named.or(self.api_domain),
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
        kept.are_fresh(now)
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
        assert!(kept.are_fresh(UNIX_EPOCH));
        assert!(!kept.are_fresh(UNIX_EPOCH + Duration::from_hours(2)));
    }
}
