//! Who owns the tokens: organization and person, according to the CRM
//! (zoho.com/crm/developer/docs/api/v8/get-org-data and get-users).

use crate::untrusted::Untrusted;
use crate::zoho::http::Zoho;
use crate::zoho::network::NetworkError;
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::ApiDomain;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// The error codes for a token that is not valid.
const DEAD: [&str; 3] = [
    "INVALID_TOKEN",
    "INVALID_OAUTHTOKEN",
    "AUTHENTICATION_FAILURE",
];

/// The result of the check.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The organization that the tokens give access to.
    pub organization: Result<Organization, Unchecked>,
    /// The person who consented.
    pub user: Result<User, Unchecked>,
}

/// Why the check could not find something out. `Display` continues after "because".
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unchecked {
    /// The CRM was not asked, or did not answer, for this reason.
    #[error("{0}")]
    Because(String),
    /// The token does not have the scope for it.
    #[error(
        "the CRM returned OAUTH_SCOPE_MISMATCH: the token works, but does not have the scope for it"
    )]
    ScopeMissing,
    /// The CRM does not accept the token: it is not valid at this API domain.
    #[error("the CRM does not accept the access token ({0})")]
    TokenRefused(&'static str),
}

impl From<NetworkError> for Unchecked {
    fn from(error: NetworkError) -> Self {
        let cause = error.trouble.to_string();
        Self::Because(format!("{error}. {}", cause.trim_end_matches('.')))
    }
}

/// A Zoho CRM organization.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Organization {
    /// Its name.
    pub name: Option<Untrusted>,
    /// Its `zgid`.
    pub id: Option<Untrusted>,
    /// "production", "sandbox", "developer" or "bigin".
    #[serde(rename = "type")]
    pub kind: Option<Untrusted>,
    /// The paid edition: `license_details.paid_type`.
    pub edition: Option<Untrusted>,
}

/// A Zoho CRM user.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct User {
    /// Full name.
    pub name: Option<Untrusted>,
    /// Email address.
    pub email: Option<Untrusted>,
}

impl Identity {
    /// The result if the check was not made, with the reason.
    pub fn not_asked(why: &str) -> Self {
        Self {
            organization: Err(Unchecked::Because(why.to_owned())),
            user: Err(Unchecked::Because(why.to_owned())),
        }
    }

    /// The CRM's error code, if it does not accept the token.
    pub fn token_refused(&self) -> Option<&'static str> {
        let answers = [self.organization.as_ref().err(), self.user.as_ref().err()];
        answers.into_iter().find_map(|answer| match answer {
            Some(Unchecked::TokenRefused(code)) => Some(*code),
            _ => None,
        })
    }
}

/// Makes both requests at once, each only if the scopes allow it.
pub async fn check(
    zoho: &Zoho,
    domain: &ApiDomain,
    token: &SecretString,
    scopes: &Scopes,
) -> Identity {
    let first = async |group: &str, what: &str, place: &str| {
        if !scopes.allow_reading(group) {
            let why = format!("the scope {group}.READ was not granted");
            return Err(Unchecked::Because(why));
        }
        let answer = zoho.get(domain, &format!("/crm/v8/{what}"), token).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match body.pointer(place).filter(|record| record.is_object()) {
            Some(record) if answer.status.is_success() => Ok(record.clone()),
            _ => Err(refused(answer.status.as_u16(), &body)),
        }
    };
    let (organization, user) = tokio::join!(
        first("ZohoCRM.org", "org", "/org/0"),
        first("ZohoCRM.users", "users?type=CurrentUser", "/users/0"),
    );
    Identity {
        organization: organization.map(|record| Organization {
            name: told(&record, "/company_name"),
            id: told(&record, "/zgid"),
            kind: told(&record, "/type"),
            edition: told(&record, "/license_details/paid_type"),
        }),
        user: user.map(|record| User {
            name: told(&record, "/full_name"),
            email: told(&record, "/email"),
        }),
    }
}

/// The CRM's answer at a path; null if it has nothing.
pub(crate) async fn read(
    zoho: &Zoho,
    domain: &ApiDomain,
    token: &SecretString,
    path: &str,
) -> Result<Value, Unchecked> {
    let answer = zoho.get(domain, path, token).await?;
    match serde_json::from_slice(&answer.body) {
        Ok(body) if answer.status.is_success() => Ok(body),
        // 204 and 304 say that there is nothing, or nothing new.
        _ if answer.body.is_empty() && answer.status.as_u16() < 400 => Ok(Value::Null),
        body => Err(refused(answer.status.as_u16(), &body.unwrap_or_default())),
    }
}

/// What a CRM error means.
fn refused(status: u16, body: &Value) -> Unchecked {
    let code = told(body, "/code");
    let raw = code.as_ref().map(Untrusted::raw);
    if let Some(dead) = DEAD.into_iter().find(|dead| raw == Some(dead)) {
        return Unchecked::TokenRefused(dead);
    }
    match raw {
        Some("OAUTH_SCOPE_MISMATCH") => Unchecked::ScopeMissing,
        _ => Unchecked::Because(match code {
            Some(code) => format!("the CRM answered {code} (HTTP status {status})"),
            None => format!("the CRM's answer could not be read (HTTP status {status})"),
        }),
    }
}

/// A string or number from the CRM; anything else, and an empty string, counts as absent.
fn told(record: &Value, place: &str) -> Option<Untrusted> {
    match record.pointer(place)? {
        Value::String(text) if !text.is_empty() => Some(Untrusted::new(text)),
        Value::Number(number) => Some(Untrusted::new(number.to_string())),
        _ => None,
    }
}
