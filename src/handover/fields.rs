//! Single values by name, for `--field` and `--template`.

use crate::credentials::Credentials;
use crate::handover::format_options::FormatOptions;
use crate::handover::needed;
use crate::untrusted::Untrusted;
use crate::zoho::crm::{Organization, User};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use zeroize::Zeroizing;

/// One value of the credentials.
pub struct Field {
    /// Its name: "refresh_token".
    pub name: &'static str,
    value: fn(&Credentials, &FormatOptions) -> Option<Zeroizing<String>>,
}

/// Every value that has a name, in the order of the JSON document.
pub static FIELDS: [Field; 16] = [
    field("client_id", |of, _| plain(of.client.id())),
    field("client_secret", |of, _| secret(Some(of.client.secret()))),
    field("refresh_token", |of, _| secret(of.refresh_token.as_ref())),
    field("access_token", |of, _| secret(of.access_token.as_ref())),
    field("token_type", |of, _| plain(of.token_type.raw())),
    field("expires_at", |of, _| plain(&of.expires_at_text()?)),
    field("scope", |of, _| plain(&of.scopes.as_ref()?.joined(" "))),
    field("accounts_url", |of, _| plain(of.accounts_server.as_str())),
    field("api_domain", |of, _| raw(of.api_domain.as_ref())),
    field("data_center", |of, _| plain(of.data_center?.code)),
    field("endpoint", |of, extras| {
        plain(&needed::endpoint(of, extras).ok()?)
    }),
    field("organization_name", |of, _| {
        organization(of, |organization| organization.name.as_ref())
    }),
    field("organization_id", |of, _| {
        organization(of, |organization| organization.id.as_ref())
    }),
    field("organization_type", |of, _| {
        organization(of, |organization| organization.kind.as_ref())
    }),
    field("user_name", |of, _| user(of, |user| user.name.as_ref())),
    field("user_email", |of, _| user(of, |user| user.email.as_ref())),
];

/// A name that no value has.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("there is no value named {name}; known are {}", known())]
pub struct NoSuchField {
    name: Untrusted,
}

impl Field {
    /// The value with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// The value as it is, when there is one.
    pub(crate) fn value(
        &self,
        credentials: &Credentials,
        extras: &FormatOptions,
    ) -> Option<Zeroizing<String>> {
        (self.value)(credentials, extras)
    }
}

impl FromStr for &'static Field {
    type Err = NoSuchField;

    fn from_str(name: &str) -> Result<Self, NoSuchField> {
        Field::named(name).ok_or_else(|| NoSuchField {
            name: Untrusted::new(name),
        })
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// The names, for help and errors.
pub fn known() -> String {
    FIELDS.each_ref().map(|field| field.name).join(", ")
}

const fn field(
    name: &'static str,
    value: fn(&Credentials, &FormatOptions) -> Option<Zeroizing<String>>,
) -> Field {
    Field { name, value }
}

#[expect(clippy::unnecessary_wraps, reason = "every value is an Option")]
fn plain(text: &str) -> Option<Zeroizing<String>> {
    Some(Zeroizing::new(text.to_owned()))
}

fn secret(secret: Option<&SecretString>) -> Option<Zeroizing<String>> {
    plain(secret?.expose_secret())
}

fn raw(text: Option<&Untrusted>) -> Option<Zeroizing<String>> {
    plain(text?.raw())
}

fn organization(
    credentials: &Credentials,
    part: fn(&Organization) -> Option<&Untrusted>,
) -> Option<Zeroizing<String>> {
    raw(part(credentials.organization()?))
}

fn user(
    credentials: &Credentials,
    part: fn(&User) -> Option<&Untrusted>,
) -> Option<Zeroizing<String>> {
    raw(part(credentials.user()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use expect_test::expect;

    fn all(credentials: &Credentials) -> String {
        let lines = FIELDS.iter().filter_map(|field| {
            let value = field.value(credentials, &samples::extras())?;
            Some(format!("{}={}\n", field.name, value.escape_debug()))
        });
        lines.collect()
    }

    #[test]
    fn every_value_under_its_name() {
        expect![[r"
            client_id=1000.EXAMPLE
            client_secret=examplesecret
            refresh_token=1000.r.r
            access_token=1000.a.a
            token_type=Bearer
            expires_at=2026-11-23T11:35:58Z
            scope=ZohoCRM.modules.READ ZohoCRM.settings.READ
            accounts_url=https://accounts.zoho.eu
            api_domain=https://www.zohoapis.eu
            data_center=eu
            endpoint=crm.zoho.eu/crm/private
            organization_name=Example \u{1b}[31m
            organization_id=60012345
            organization_type=production
            user_name=Example Person
            user_email=person@example.com
        "]]
        .assert_eq(&all(&samples::full()));
    }

    #[test]
    fn what_is_absent_has_no_value() {
        expect![[r"
            client_id=1000.EXAMPLE
            client_secret=examplesecret
            access_token=1000.a.a
            token_type=Bearer
            scope=ZohoCRM.modules.READ ZohoCRM.settings.READ
            accounts_url=http://127.0.0.1:4711
        "]]
        .assert_eq(&all(&samples::bare()));
    }
}
