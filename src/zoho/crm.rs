//! Whose tokens these are: organisation and person, asked of the CRM
//! (zoho.com/crm/developer/docs/api/v8/get-org-data and get-users).

use crate::foreign::Foreign;
use crate::zoho::http::{Answer, Http, Limit};
use crate::zoho::lenient::Text;
use crate::zoho::network::NetworkError;
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::ApiDomain;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::time::Duration;

/// An organisation's whole record is some kilobytes.
const ANSWER_BYTES: usize = 1024 * 1024;

/// What the check told.
#[derive(Debug)]
pub struct Identity {
    /// The organisation that the tokens open.
    pub organization: Checked<Organization>,
    /// The person who consented.
    pub user: Checked<User>,
}

/// One question of the check.
#[derive(Debug)]
pub enum Checked<T> {
    /// The CRM answered it.
    Known(T),
    /// It was not asked, and why, as one sentence.
    NotAsked(String),
    /// It was asked and not answered, and why, as one sentence.
    Unknown(String),
    /// The CRM does not know the token: it is no good at this API domain.
    TokenRefused,
}

/// An organisation of Zoho CRM.
#[derive(Debug)]
pub struct Organization {
    /// Its name.
    pub name: Option<Foreign>,
    /// Its `zgid`.
    pub id: Option<Foreign>,
    /// "production", "sandbox", "developer" or "bigin".
    pub kind: Option<Foreign>,
    /// The edition paid for: `license_details.paid_type`.
    pub edition: Option<Foreign>,
}

/// A person of Zoho CRM.
#[derive(Debug)]
pub struct User {
    /// Full name.
    pub name: Option<Foreign>,
    /// E-mail address.
    pub email: Option<Foreign>,
}

impl Identity {
    /// The check was not made at all, for one reason.
    pub fn not_asked(why: &str) -> Self {
        Self {
            organization: Checked::NotAsked(why.to_owned()),
            user: Checked::NotAsked(why.to_owned()),
        }
    }

    /// Whether the CRM said that it does not know the token.
    pub fn token_refused(&self) -> bool {
        matches!(self.organization, Checked::TokenRefused) || matches!(self.user, Checked::TokenRefused)
    }
}

impl<T> Checked<T> {
    /// The answer, when there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(answer) => Some(answer),
            _ => None,
        }
    }

    /// Why there is none, as one sentence.
    pub fn missing(&self) -> Option<&str> {
        match self {
            Self::NotAsked(why) | Self::Unknown(why) => Some(why),
            Self::Known(_) | Self::TokenRefused => None,
        }
    }
}

/// Asks both questions at once, each only when the scopes allow it.
pub(super) async fn check(
    http: &Http,
    domain: &ApiDomain,
    token: &SecretString,
    scopes: &Scopes,
    within: Duration,
) -> Identity {
    let limit = Limit { bytes: ANSWER_BYTES, within };
    let authorization = format!("Zoho-oauthtoken {}", token.expose_secret()).into();
    let ask = |group: &'static str, path: &'static str| {
        let authorization = &authorization;
        async move {
            if !scopes.allow_reading(group) {
                return Err(Checked::NotAsked(format!("the scope {group}.READ was not granted")));
            }
            let answer = http.get(domain.as_str(), path, Some(authorization), limit).await;
            answer.map_err(|error: NetworkError| Checked::Unknown(format!("{error}: {}", error.cause())))
        }
    };
    let (organization, user) = tokio::join!(
        ask("ZohoCRM.org", "/crm/v8/org"),
        ask("ZohoCRM.users", "/crm/v8/users?type=CurrentUser"),
    );
    Identity {
        organization: read(organization, |body: Organizations| {
            body.org.into_iter().next().map(Organization::from)
        }),
        user: read(user, |body: Users| body.users.into_iter().next().map(User::from)),
    }
}

fn read<B: for<'de> Deserialize<'de>, T>(
    answer: Result<Answer, Checked<T>>,
    first: impl Fn(B) -> Option<T>,
) -> Checked<T> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(missing) => return missing,
    };
    if answer.status.is_success()
        && let Ok(body) = serde_json::from_slice(&answer.body)
        && let Some(known) = first(body)
    {
        return Checked::Known(known);
    }
    let error: ErrorBody = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = error.code.foreign();
    match code.as_ref().map(Foreign::raw) {
        Some("INVALID_TOKEN") => Checked::TokenRefused,
        Some("OAUTH_SCOPE_MISMATCH") => Checked::Unknown(
            "the CRM says OAUTH_SCOPE_MISMATCH: the token works, but this scope was not granted to it".to_owned(),
        ),
        _ => Checked::Unknown(match code {
            Some(code) => format!("the CRM answered {code} (HTTP status {})", answer.status.as_u16()),
            None => format!("the CRM's answer could not be read (HTTP status {})", answer.status.as_u16()),
        }),
    }
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

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
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
            edition: body.license_details.and_then(|license| license.paid_type.foreign()),
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
