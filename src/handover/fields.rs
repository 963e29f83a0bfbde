//! The credentials as consumers see them: values by name, for every format, `--field` and `--template`.

use crate::credentials::Credentials;
use crate::handover::format_error::Why;
use crate::handover::format_options::{Environment, FormatOptions, Need};
use crate::untrusted::{Untrusted, is_hidden};
use crate::zoho::data_centers::DataCenter;
use crate::zoho::scopes::Scopes;
use clap::ValueEnum;
use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;
use std::str::FromStr;
use std::time::UNIX_EPOCH;

/// What is known about a login before the consent.
pub struct Prospect<'a> {
    /// Where the client is registered, if that is a known data center.
    pub data_center: Option<&'static DataCenter>,
    /// The scopes to request.
    pub scopes: &'a Scopes,
    /// Whether the CRM will be asked who owns the tokens.
    pub verify: bool,
}

impl Prospect<'_> {
    /// Whether the check will be allowed to read this group of scopes.
    pub(super) fn tells(&self, group: &str) -> bool {
        self.verify && self.scopes.allow_reading(group)
    }
}

/// The credentials, and the person's options for their consumer.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What was obtained.
    pub credentials: &'a Credentials,
    /// The person's options.
    pub options: &'a FormatOptions,
}

/// One value of the credentials.
#[derive(Debug)]
pub struct Field {
    /// Its name: "refresh_token".
    pub name: &'static str,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// Already validated, or the person's own.
    Ours(for<'a> fn(&'a Credentials, &'a FormatOptions) -> Option<Cow<'a, str>>),
    /// As it came from Zoho.
    Foreign(fn(&Credentials) -> Option<&Untrusted>),
}

/// Every named value, in the order of the JSON document.
pub static FIELDS: [Field; 21] = [
    ours("client_id", |of, _| Some(of.client.id().into())),
    ours("client_secret", |of, _| exposed(Some(of.client.secret()))),
    ours("refresh_token", |of, _| exposed(of.refresh_token.as_ref())),
    ours("access_token", |of, _| exposed(of.access_token.as_ref())),
    foreign("token_type", |of| Some(&of.token_type)),
    ours("expires_at", |of, _| Some(of.expires_at_text()?.into())),
    ours("expires_at_ms", |of, _| {
        let since = of.expires_at?.duration_since(UNIX_EPOCH).ok()?;
        Some(since.as_millis().to_string().into())
    }),
    ours("scope", |of, _| scopes(of, " ")),
    ours("scope_comma", |of, _| scopes(of, ",")),
    ours("accounts_url", |of, _| {
        Some(of.accounts_server.as_str().into())
    }),
    ours("token_url", |of, _| {
        Some(format!("{}/oauth/v2/token", of.accounts_server).into())
    }),
    foreign("api_domain", |of| of.api_domain.as_ref()),
    ours("data_center", |of, _| Some(of.data_center?.code.into())),
    ours("tld", |of, _| Some(of.data_center?.tld.into())),
    ours("endpoint", endpoint),
    foreign("organization_name", |of| of.organization()?.name.as_ref()),
    foreign("organization_id", |of| of.organization()?.id.as_ref()),
    foreign("organization_type", |of| of.organization()?.kind.as_ref()),
    ours("environment", environment),
    foreign("user_name", |of| of.user()?.name.as_ref()),
    foreign("user_email", |of| of.user()?.email.as_ref()),
];

impl<'a> View<'a> {
    /// The value with this name, if there is one.
    pub fn value(self, name: &str) -> Option<Cow<'a, str>> {
        let field = Field::named(name).expect("formats use only known names");
        field.value(self)
    }

    /// The values that exist, each under its consumer's name for it.
    pub(super) fn values(
        self,
        names: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        let names = names.into_iter();
        names.filter_map(move |(theirs, name)| Some((theirs, self.value(name)?)))
    }

    /// Whether something that a consumer needs exists.
    pub(super) fn has(self, need: Need) -> bool {
        match need {
            Need::AccessToken => self.credentials.access_token.is_some(),
            Need::RefreshToken => self.credentials.refresh_token.is_some(),
            Need::ApiDomain => self.credentials.api_domain.is_some(),
            Need::Endpoint => self.value("endpoint").is_some(),
            Need::Environment => self.value("environment").is_some(),
            Need::StartDate => self.options.start_date.is_some(),
            Need::UserAgent => self.options.user_agent.is_some(),
        }
    }
}

impl Field {
    /// The value with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// Why it will have no value: only the CRM provides it, and will not be asked.
    pub(super) fn untold(&self, options: &FormatOptions, before: &Prospect) -> Option<Why> {
        let group = match self.name {
            "environment" if options.environment.is_some() => return None,
            "organization_name" | "organization_id" | "organization_type" | "environment" => {
                "ZohoCRM.org"
            }
            "user_name" | "user_email" => "ZohoCRM.users",
            _ => return None,
        };
        (!before.tells(group)).then_some(Why::NotAsked(self.name))
    }

    /// The value as it is, if there is one.
    pub(super) fn value<'a>(&self, of: View<'a>) -> Option<Cow<'a, str>> {
        match self.source {
            Source::Ours(value) => value(of.credentials, of.options),
            Source::Foreign(value) => Some(value(of.credentials)?.raw().into()),
        }
    }

    /// The value, made safe for a terminal.
    pub(super) fn shown<'a>(&self, of: View<'a>) -> Option<Cow<'a, str>> {
        match self.source {
            Source::Ours(value) => value(of.credentials, of.options),
            Source::Foreign(value) => Some(value(of.credentials)?.to_string().into()),
        }
    }

    /// The value for an unknown context: refused if it could break a line or be mistaken for something else there, or
    /// if it is `absent`.
    pub(super) fn bare<'a>(&self, of: View<'a>, absent: Why) -> Result<Cow<'a, str>, Why> {
        let value = self.value(of).ok_or(absent)?;
        if value.chars().any(is_hidden) {
            return Err(Why::CannotCarry(self.name));
        }
        Ok(value)
    }
}

impl FromStr for &'static Field {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Field::named(name).ok_or_else(|| {
            let (name, known) = (Untrusted::new(name), known());
            format!("there is no value named {name}; known names: {known}")
        })
    }
}

/// The names, for help and errors.
pub fn known() -> String {
    FIELDS.each_ref().map(|field| field.name).join(", ")
}

const fn ours(
    name: &'static str,
    value: for<'a> fn(&'a Credentials, &'a FormatOptions) -> Option<Cow<'a, str>>,
) -> Field {
    let source = Source::Ours(value);
    Field { name, source }
}

const fn foreign(name: &'static str, value: fn(&Credentials) -> Option<&Untrusted>) -> Field {
    let source = Source::Foreign(value);
    Field { name, source }
}

pub(super) fn exposed(secret: Option<&SecretString>) -> Option<Cow<'_, str>> {
    Some(secret?.expose_secret().into())
}

/// The scopes with this separator.
pub(super) fn scopes<'a>(of: &Credentials, separator: &str) -> Option<Cow<'a, str>> {
    Some(of.scopes.as_ref()?.joined(separator).into())
}

/// As passed, or the CRM's own host in the data center: the engine behind Adobe's source documents
/// `crm.zoho.com/crm/private`; Adobe gives no example.
fn endpoint<'a>(of: &'a Credentials, options: &'a FormatOptions) -> Option<Cow<'a, str>> {
    if let Some(given) = &options.endpoint {
        return Some(given.into());
    }
    let server = of.data_center?.accounts_server;
    let host = server.strip_prefix("https://accounts.")?;
    Some(format!("crm.{host}/crm/private").into())
}

/// As the CRM says, if consumers know that kind; otherwise as passed.
fn environment<'a>(of: &'a Credentials, options: &'a FormatOptions) -> Option<Cow<'a, str>> {
    let told = of.organization().and_then(|of| of.kind.as_ref());
    let told = told.and_then(|kind| Environment::from_str(kind.raw(), true).ok());
    Some(told.or(options.environment)?.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use expect_test::expect;

    fn all(credentials: &Credentials) -> String {
        let options = &samples::extras();
        let lines = FIELDS.iter().filter_map(|field| {
            let value = field.value(View {
                credentials,
                options,
            })?;
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
            expires_at_ms=1795433758000
            scope=ZohoCRM.modules.READ ZohoCRM.settings.READ
            scope_comma=ZohoCRM.modules.READ,ZohoCRM.settings.READ
            accounts_url=https://accounts.zoho.eu
            token_url=https://accounts.zoho.eu/oauth/v2/token
            api_domain=https://www.zohoapis.eu
            data_center=eu
            tld=eu
            endpoint=crm.zoho.eu/crm/private
            organization_name=Example \u{1b}[31m
            organization_id=60012345
            organization_type=production
            environment=Production
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
            scope_comma=ZohoCRM.modules.READ,ZohoCRM.settings.READ
            accounts_url=http://127.0.0.1:4711
            token_url=http://127.0.0.1:4711/oauth/v2/token
        "]]
        .assert_eq(&all(&samples::bare()));
    }

    #[test]
    fn what_hides_in_its_line_or_breaks_it_is_refused() {
        let mut credentials = samples::full();
        let mut bare = |name: &str| {
            credentials.api_domain = Some(Untrusted::new(name));
            let field = Field::named("api_domain").unwrap();
            let value = field.bare(samples::view(&credentials), Why::Absent);
            value.map(Cow::into_owned)
        };
        for plain in ["Zoë 株", "a b", "~"] {
            assert_eq!(bare(plain).unwrap(), plain);
        }
        for hidden in [
            "a\nb",
            "\u{1b}[31m",
            "a\u{202e}b",
            "a\u{200b}b",
            "\u{feff}a",
        ] {
            assert_eq!(
                bare(hidden),
                Err(Why::CannotCarry("api_domain")),
                "{hidden:?}"
            );
        }
    }
}
