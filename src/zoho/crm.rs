//! Whose tokens these are: organization and person, asked of the CRM
//! (zoho.com/crm/developer/docs/api/v8/get-org-data and get-users).

use crate::untrusted::Untrusted;
use crate::zoho::http::{HttpAnswer, Limit, Zoho};
use crate::zoho::lenient::Text;
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::ApiDomain;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An organization's whole record is some kilobytes.
const ANSWER_BYTES: usize = 1024 * 1024;

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
    let limit = Limit {
        bytes: ANSWER_BYTES,
        within: zoho.within / 3,
    };
    let authorization = format!("Zoho-oauthtoken {}", token.expose_secret()).into();
    let ask = async |group: &str, path: &str| {
        if !scopes.allow_reading(group) {
            let why = format!("the scope {group}.READ was not granted");
            return Err(Unchecked::Because(why));
        }
        let answer = zoho.get(domain, path, &authorization, limit);
        answer.await.map_err(|error| {
            let cause = error.trouble.to_string();
            Unchecked::Because(format!("{error}. {}", cause.trim_end_matches('.')))
        })
    };
    let (organization, user) = tokio::join!(
        ask("ZohoCRM.org", "/crm/v8/org"),
        ask("ZohoCRM.users", "/crm/v8/users?type=CurrentUser"),
    );
    Identity {
        organization: organization.and_then(|answer| {
            read(&answer, |body: Organizations| body.org.into_iter().next()).map(Organization::from)
        }),
        user: user.and_then(|answer| {
            read(&answer, |body: Users| body.users.into_iter().next()).map(User::from)
        }),
    }
}

fn read<B: for<'de> Deserialize<'de>, T>(
    answer: &HttpAnswer,
    first: impl Fn(B) -> Option<T>,
) -> Result<T, Unchecked> {
    if answer.status.is_success()
        && let Ok(body) = serde_json::from_slice(&answer.body)
        && let Some(known) = first(body)
    {
        return Ok(known);
    }
    let error: ErrorBody = serde_json::from_slice(&answer.body).unwrap_or_default();
    let status = answer.status.as_u16();
    let code = error.code.foreign();
    let raw = code.as_ref().map(Untrusted::raw);
    if let Some(dead) = DEAD.into_iter().find(|dead| raw == Some(dead)) {
        return Err(Unchecked::TokenRefused(dead));
    }
    Err(match raw {
        Some("OAUTH_SCOPE_MISMATCH") => Unchecked::ScopeMissing,
        _ => Unchecked::Because(match code {
            Some(code) => format!("the CRM answered {code} (HTTP status {status})"),
            None => format!("the CRM's answer could not be read (HTTP status {status})"),
        }),
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorBody {
    code: Text,
}

#[derive(Deserialize)]
struct Organizations {
    org: Vec<OrganizationBody>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OrganizationBody {
    company_name: Text,
    zgid: Text,
    r#type: Text,
    license_details: Option<LicenseBody>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LicenseBody {
    paid_type: Text,
}

#[derive(Deserialize)]
struct Users {
    users: Vec<UserBody>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct UserBody {
    full_name: Text,
    email: Text,
}

impl From<OrganizationBody> for Organization {
    fn from(body: OrganizationBody) -> Self {
        Self {
            name: body.company_name.foreign(),
            id: body.zgid.foreign(),
            kind: body.r#type.foreign(),
            edition: body
                .license_details
                .and_then(|license| license.paid_type.foreign()),
        }
    }
}

impl From<UserBody> for User {
    fn from(body: UserBody) -> Self {
        Self {
            name: body.full_name.foreign(),
            email: body.email.foreign(),
        }
    }
}
