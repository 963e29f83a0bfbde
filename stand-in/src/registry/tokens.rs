//! Refresh tokens and access tokens, with Zoho's limits.

use std::time::{Duration, Instant};

use super::answer::Issued;
use crate::{DataCenter, shapes};

const ACCESS_LIFETIME: Duration = Duration::from_hours(1);
/// Refresh tokens per person and client.
const REFRESH_LIMIT: usize = 20;
/// Access tokens per refresh token; the sources say 10 to 15. They are silent on access tokens without a refresh token;
/// here the limit applies to all of those together. The throttle (about 10 requests in 10 minutes) is not enforced:
/// many logins are rehearsed against one stand-in, and `Failure::Throttled` plays it.
const ACCESS_LIMIT: usize = 15;

/// All tokens, oldest first.
#[derive(Default)]
pub struct Tokens {
    refresh: Vec<RefreshToken>,
    access: Vec<AccessToken>,
}

struct RefreshToken {
    token: String,
    at: DataCenter,
    client_id: String,
    scopes: Vec<String>,
}

struct AccessToken {
    token: String,
    at: DataCenter,
    client_id: String,
    /// The refresh token that it is revoked with.
    parent: Option<String>,
    scopes: Vec<String>,
    issued: Instant,
}

impl Tokens {
    /// Issues the tokens that a grant token entitles to.
    pub fn issue(
        &mut self,
        at: DataCenter,
        client_id: &str,
        scopes: &[String],
        refreshable: bool,
        now: Instant,
    ) -> Issued {
        let refresh_token = refreshable.then(|| self.add_refresh(at, client_id, scopes));
        Issued {
            access_token: self.add_access(at, client_id, refresh_token.clone(), scopes, now),
            refresh_token,
            scopes: scopes.to_vec(),
        }
    }

    /// Issues another access token. None if the refresh token belongs to another client or data center.
    pub fn refresh(
        &mut self,
        at: DataCenter,
        client_id: &str,
        token: &str,
        now: Instant,
    ) -> Option<Issued> {
        let mut known = self.refresh.iter();
        let refresh = known.find(|refresh| refresh.token == token && refresh.at == at)?;
        if refresh.client_id != client_id {
            return None;
        }
        let scopes = refresh.scopes.clone();
        let parent = Some(token.to_owned());
        Some(Issued {
            access_token: self.add_access(at, client_id, parent, &scopes, now),
            refresh_token: None,
            scopes,
        })
    }

    /// Revokes a refresh token and its access tokens. Returns false if there is none here.
    pub fn revoke(&mut self, at: DataCenter, token: &str) -> bool {
        let mut known = self.refresh.iter();
        let here = known.any(|refresh| refresh.token == token && refresh.at == at);
        if here {
            self.kill(token);
        }
        here
    }

    /// Revokes a token of either kind, and everything that depends on it.
    pub fn kill(&mut self, token: &str) {
        self.refresh.retain(|refresh| refresh.token != token);
        self.access
            .retain(|access| access.token != token && access.parent.as_deref() != Some(token));
    }

    /// The scopes of an access token that is valid at this data center.
    pub fn scopes(&self, at: DataCenter, token: &str, now: Instant) -> Option<&[String]> {
        let mut known = self.access.iter();
        let access = known.find(|access| access.token == token && access.at == at)?;
        access.is_alive(now).then_some(access.scopes.as_slice())
    }

    fn add_refresh(&mut self, at: DataCenter, client_id: &str, scopes: &[String]) -> String {
        let of_client = self
            .refresh
            .iter()
            .filter(|refresh| refresh.client_id == client_id);
        let live: Vec<String> = of_client.map(|refresh| refresh.token.clone()).collect();
        if live.len() >= REFRESH_LIMIT {
            self.kill(&live[0]);
        }
        let token = shapes::token();
        self.refresh.push(RefreshToken {
            token: token.clone(),
            at,
            client_id: client_id.to_owned(),
            scopes: scopes.to_vec(),
        });
        token
    }

    fn add_access(
        &mut self,
        at: DataCenter,
        client_id: &str,
        parent: Option<String>,
        scopes: &[String],
        now: Instant,
    ) -> String {
        self.access.retain(|access| access.is_alive(now));
        let siblings = self
            .access
            .iter()
            .filter(|access| access.parent == parent && access.client_id == client_id);
        let live: Vec<String> = siblings.map(|access| access.token.clone()).collect();
        if live.len() >= ACCESS_LIMIT {
            self.kill(&live[0]);
        }
        let token = shapes::token();
        self.access.push(AccessToken {
            token: token.clone(),
            at,
            client_id: client_id.to_owned(),
            parent,
            scopes: scopes.to_vec(),
            issued: now,
        });
        token
    }
}

impl AccessToken {
    fn is_alive(&self, now: Instant) -> bool {
        now.duration_since(self.issued) < ACCESS_LIFETIME
    }
}
