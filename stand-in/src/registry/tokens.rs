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
pub struct Tokens(Vec<Token>);

struct Token {
    value: String,
    at: DataCenter,
    client_id: String,
    scopes: Vec<String>,
    /// The refresh token that an access token is revoked with.
    parent: Option<String>,
    /// When an access token ends; a refresh token never does.
    end: Option<Instant>,
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
        let refresh_token = refreshable.then(|| self.add(at, client_id, scopes, None, None));
        let (parent, end) = (refresh_token.clone(), now + ACCESS_LIFETIME);
        Issued {
            access_token: self.add(at, client_id, scopes, parent, Some(end)),
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
        let refresh = self.refresh_token(at, token)?;
        if refresh.client_id != client_id {
            return None;
        }
        let scopes = refresh.scopes.clone();
        let (parent, end) = (token.to_owned(), now + ACCESS_LIFETIME);
        Some(Issued {
            access_token: self.add(at, client_id, &scopes, Some(parent), Some(end)),
            refresh_token: None,
            scopes,
        })
    }

    /// Revokes a refresh token and its access tokens. Returns false if there is none here.
    pub fn revoke(&mut self, at: DataCenter, token: &str) -> bool {
        let here = self.refresh_token(at, token).is_some();
        if here {
            self.kill(token);
        }
        here
    }

    /// Revokes a token of either kind, and everything that depends on it.
    pub fn kill(&mut self, token: &str) {
        let tokens = &mut self.0;
        tokens.retain(|known| known.value != token && known.parent.as_deref() != Some(token));
    }

    /// The scopes of an access token that is valid at this data center.
    pub fn scopes(&self, at: DataCenter, token: &str, now: Instant) -> Option<&[String]> {
        let mut known = self.0.iter().filter(|known| known.end > Some(now));
        let access = known.find(|access| access.value == token && access.at == at)?;
        Some(&access.scopes)
    }

    fn refresh_token(&self, at: DataCenter, token: &str) -> Option<&Token> {
        let mut known = self.0.iter().filter(|known| known.end.is_none());
        known.find(|refresh| refresh.value == token && refresh.at == at)
    }

    /// Adds a token. If it is one too many of its kind, the oldest is revoked, which is the first to have ended.
    fn add(
        &mut self,
        at: DataCenter,
        client_id: &str,
        scopes: &[String],
        parent: Option<String>,
        end: Option<Instant>,
    ) -> String {
        let limit = match end {
            Some(_) => ACCESS_LIMIT,
            None => REFRESH_LIMIT,
        };
        let of_client = self.0.iter().filter(|known| known.client_id == client_id);
        let siblings = of_client
            .filter(|known| known.parent == parent && known.end.is_some() == end.is_some());
        let siblings: Vec<String> = siblings.map(|known| known.value.clone()).collect();
        if siblings.len() >= limit {
            self.kill(&siblings[0]);
        }
        let value = shapes::token();
        self.0.push(Token {
            value: value.clone(),
            at,
            client_id: client_id.to_owned(),
            scopes: scopes.to_vec(),
            parent,
            end,
        });
        value
    }
}
