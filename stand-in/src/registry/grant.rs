//! A grant token and what it is bound to.

use std::time::{Duration, Instant};

use super::answer::TokenError;
use super::request::Challenge;
use crate::DataCenter;
use crate::parameters::Parameters;

/// Zoho's pages say 60 seconds to 3 minutes; a client must cope with the shortest.
const GRANT_LIFETIME: Duration = Duration::from_mins(1);

/// A grant token, kept even when spent: its second use must be detected.
pub struct Grant {
    /// The only data center where it is valid.
    pub at: DataCenter,
    /// The client it was issued to.
    pub client_id: String,
    /// The redirect URI; none for a self client, which has no redirect.
    pub redirect_uri: Option<String>,
    /// The challenge that the verifier must match.
    pub challenge: Option<Challenge>,
    /// The scopes consented to.
    pub scopes: Vec<String>,
    /// Whether it yields a refresh token.
    pub refreshable: bool,
    /// When it was issued; its minute starts here.
    pub issued: Instant,
    /// The tokens issued for it.
    pub tokens: Vec<String>,
    /// Whether it has been presented.
    pub spent: bool,
}

impl Grant {
    /// Checks that this client may redeem it with this form.
    pub fn check(
        &self,
        client_id: &str,
        form: &Parameters,
        now: Instant,
    ) -> Result<(), TokenError> {
        if self.client_id != client_id || now.duration_since(self.issued) >= GRANT_LIFETIME {
            return Err(TokenError::InvalidCode);
        }
        if self.redirect_uri.as_deref() != form.value("redirect_uri") {
            return Err(TokenError::InvalidRedirectUri);
        }
        // Zoho names no error for a wrong verifier. A verifier without a challenge is refused too (RFC 9700 §4.8.2).
        let proved = match (&self.challenge, form.value("code_verifier")) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, None) => true,
            _ => false,
        };
        proved.then_some(()).ok_or(TokenError::InvalidCode)
    }
}
