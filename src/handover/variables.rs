//! The credentials as variables: names by majority of public code, values as they are.

use crate::credentials::Credentials;
use crate::untrusted::Untrusted;
use secrecy::{ExposeSecret, SecretString};
use std::str::FromStr;
use thiserror::Error;
use zeroize::Zeroizing;

/// What the names of variables begin with: "`ZOHO_`".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

/// Why a prefix is not taken.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("it is letters, digits and underscores, and does not begin with a digit, as in ZOHO_CRM_")]
pub struct NotAPrefix;

/// A variable: its field's name in messages, its name, and its value when there is one.
pub(crate) struct Variable {
    /// As without a prefix of one's own, for messages.
    pub field: &'static str,
    /// With the prefix.
    pub name: String,
    /// As it is.
    pub value: Option<Zeroizing<String>>,
}

impl Prefix {
    /// The whole name of a field's variable.
    pub(super) fn name(&self, field: &str) -> String {
        format!("{}{field}", self.0)
    }
}

impl Default for Prefix {
    fn default() -> Self {
        Self("ZOHO_".to_owned())
    }
}

impl FromStr for Prefix {
    type Err = NotAPrefix;

    fn from_str(text: &str) -> Result<Self, NotAPrefix> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let fits = text.bytes().all(plain)
            && text
                .bytes()
                .next()
                .is_some_and(|first| !first.is_ascii_digit());
        fits.then(|| Self(text.to_owned())).ok_or(NotAPrefix)
    }
}

/// All of them, in the order of the documents. The data centre is that of the accounts server beside it.
pub(super) fn variables(credentials: &Credentials, prefix: &Prefix) -> [Variable; 9] {
    let secret = |secret: &SecretString| Some(plain(secret.expose_secret()));
    let access_token = credentials.access_token.as_ref().and_then(secret);
    let refresh_token = credentials.refresh_token.as_ref().and_then(secret);
    let api_domain = credentials.api_domain.as_ref().map(Untrusted::raw);
    let center = credentials.accounts_server.data_center();
    let scopes = credentials.scopes.as_ref();
    [
        ("CLIENT_ID", Some(plain(credentials.client.id()))),
        ("CLIENT_SECRET", secret(credentials.client.secret())),
        ("REFRESH_TOKEN", refresh_token),
        ("ACCESS_TOKEN", access_token),
        (
            "ACCESS_TOKEN_EXPIRES_AT",
            credentials.expires_at_text().map(Zeroizing::new),
        ),
        (
            "ACCOUNTS_URL",
            Some(plain(credentials.accounts_server.as_str())),
        ),
        ("API_DOMAIN", api_domain.map(plain)),
        ("DC", center.map(|center| plain(center.code))),
        (
            "SCOPE",
            scopes.map(|scopes| Zeroizing::new(scopes.joined(","))),
        ),
    ]
    .map(|(field, value)| Variable {
        field,
        name: prefix.name(field),
        value,
    })
}

/// Characters that mean themselves to every reader of variables.
pub(super) fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || "._~:/@+=,-".contains(char)
}

fn plain(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_the_beginning_of_a_name() {
        assert!("ZOHO_CRM_".parse::<Prefix>().is_ok());
        assert!("_z9".parse::<Prefix>().is_ok());
        for wrong in ["", "9A", "A-B", "A B", "A=", "Ä", "$(id)"] {
            assert_eq!(wrong.parse::<Prefix>(), Err(NotAPrefix), "{wrong}");
        }
    }
}
