//! Whose tokens these are: organization and person, asked of the CRM
//! (zoho.com/crm/developer/docs/api/v8/get-org-data and get-users).

use crate::untrusted::Untrusted;
use crate::zoho::http::{HttpAnswer, Zoho};
use crate::zoho::network::NetworkError;
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::ApiDomain;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// The codes of a token that is not known (any more).
const DEAD: [&str; 3] = [
    "INVALID_TOKEN",
    "INVALID_OAUTHTOKEN",
    "AUTHENTICATION_FAILURE",
];

/// What the check told.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The organization that the tokens open.
    pub organization: Result<Organization, Unchecked>,
    /// The person who consented.
    pub user: Result<User, Unchecked>,
}

/// Why a question of the check has no answer; `Display` reads on from "because".
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unchecked {
    /// It was not asked, or not answered, for this reason.
    #[error("{0}")]
    Because(String),
    /// The token does not have the scope for it.
    #[error(
        "the CRM says OAUTH_SCOPE_MISMATCH: the token works, but does not have the scope for it"
    )]
    ScopeMissing,
    /// The CRM does not know the token: it is no good at this API domain.
    #[error("the CRM does not accept the access token ({0})")]
    TokenRefused(&'static str),
}

/// An organization of Zoho CRM.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Organization {
    /// Its name.
    pub name: Option<Untrusted>,
    /// Its `zgid`.
    pub id: Option<Untrusted>,
    /// "production", "sandbox", "developer" or "bigin".
    #[serde(rename = "type")]
    pub kind: Option<Untrusted>,
    /// The edition paid for: `license_details.paid_type`.
    pub edition: Option<Untrusted>,
}

/// A person of Zoho CRM.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct User {
    /// Full name.
    pub name: Option<Untrusted>,
    /// E-mail address.
    pub email: Option<Untrusted>,
}

impl Identity {
    /// The check was not made at all, for one reason.
    pub fn not_asked(why: &str) -> Self {
        Self {
            organization: Err(Unchecked::Because(why.to_owned())),
            user: Err(Unchecked::Because(why.to_owned())),
        }
    }

    /// The code by which the CRM said that it does not know the token.
    pub fn token_refused(&self) -> Option<&'static str> {
        let answers = [self.organization.as_ref().err(), self.user.as_ref().err()];
        answers.into_iter().find_map(|answer| match answer {
            Some(Unchecked::TokenRefused(code)) => Some(*code),
            _ => None,
        })
    }
}

/// Asks both questions at once, each only when the scopes allow it.
pub async fn check(
    zoho: &Zoho,
    domain: &ApiDomain,
    token: &SecretString,
    scopes: &Scopes,
) -> Identity {
    let ask = async |group: &str, path: &str| {
        if !scopes.allow_reading(group) {
            let why = format!("the scope {group}.READ was not granted");
            return Err(Unchecked::Because(why));
        }
        let answer = zoho.get(domain, path, token).await;
        answer.map_err(|error| unanswered(&error))
    };
    let (organization, user) = tokio::join!(
        ask("ZohoCRM.org", "/crm/v8/org"),
        ask("ZohoCRM.users", "/crm/v8/users?type=CurrentUser"),
    );
    Identity {
        organization: organization.and_then(|answer| {
            let record = record(&answer, "/org/0")?;
            Ok(Organization {
                name: told(&record, "/company_name"),
                id: told(&record, "/zgid"),
                kind: told(&record, "/type"),
                edition: told(&record, "/license_details/paid_type"),
            })
        }),
        user: user.and_then(|answer| {
            let record = record(&answer, "/users/0")?;
            Ok(User {
                name: told(&record, "/full_name"),
                email: told(&record, "/email"),
            })
        }),
    }
}

/// What the CRM answers at a path; null where it has nothing.
pub(crate) async fn read(
    zoho: &Zoho,
    domain: &ApiDomain,
    token: &SecretString,
    path: &str,
) -> Result<Value, Unchecked> {
    let answer = zoho.get(domain, path, token).await;
    let answer = answer.map_err(|error| unanswered(&error))?;
    match serde_json::from_slice(&answer.body) {
        Ok(body) if answer.status.is_success() => Ok(body),
        // 204 and 304 say that there is nothing, or nothing new.
        _ if answer.body.is_empty() && answer.status.as_u16() < 400 => Ok(Value::Null),
        body => Err(refused(answer.status.as_u16(), &body.unwrap_or_default())),
    }
}

fn unanswered(error: &NetworkError) -> Unchecked {
    let cause = error.trouble.to_string();
    Unchecked::Because(format!("{error}. {}", cause.trim_end_matches('.')))
}

/// The first record of an answer, by its place; else why there is none.
fn record(answer: &HttpAnswer, place: &str) -> Result<Value, Unchecked> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status.is_success()
        && let Some(record) = body.pointer(place).filter(|record| record.is_object())
    {
        return Ok(record.clone());
    }
    Err(refused(answer.status.as_u16(), &body))
}

/// What an error of the CRM means.
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

/// A text or number of the CRM; anything else, and an empty text, counts as absent.
fn told(record: &Value, place: &str) -> Option<Untrusted> {
    match record.pointer(place)? {
        Value::String(text) if !text.is_empty() => Some(Untrusted::new(text)),
        Value::Number(number) => Some(Untrusted::new(number.to_string())),
        _ => None,
    }
}
