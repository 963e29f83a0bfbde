//! A grant token and what it is bound to.

use std::time::{Duration, Instant};

use super::answer::TokenError;
use super::request::Challenge;
use crate::DataCenter;
use crate::parameters::Parameters;

/// Zoho's pages say 60 seconds to 3 minutes; a client has to be fit for the shortest.
const GRANT_LIFETIME: Duration = Duration::from_mins(1);

/// A grant token, also a spent one: its second use must be noticed.
pub struct Grant {
    /// Where alone it is good.
    pub at: DataCenter,
    /// To whom it was issued.
    pub client_id: String,
    /// None from the API console's self client, which has no redirect.
    pub redirect_uri: Option<String>,
    /// What the verifier has to meet.
    pub challenge: Option<Challenge>,
    /// Consented to.
    pub scopes: Vec<String>,
    /// Whether a refresh token comes with it.
    pub refreshable: bool,
    /// Its minute runs from here.
    pub issued: Instant,
    /// What was issued for it.
    pub tokens: Vec<String>,
    /// Whether it was presented.
    pub spent: bool,
}

impl Grant {
    /// Whether this client may redeem it with this form.
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
        // Zoho names no error for a wrong verifier. One without a challenge is refused, too (RFC 9700 §4.8.2).
        let proved = match (&self.challenge, form.value("code_verifier")) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, None) => true,
            _ => false,
        };
        proved.then_some(()).ok_or(TokenError::InvalidCode)
    }
}
