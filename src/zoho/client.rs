//! The client: what the person registered in Zoho's API console.

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// A registered client: its ID and secret.
#[derive(Clone, Debug)]
pub struct Client {
    id: String,
    secret: SecretString,
}

/// Why a client ID, a secret or a token is rejected.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotAClient {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// It is quoted; Zoho uses no quotes.
    #[error("it is in quotes, which docker's --env-file keeps; remove them")]
    Quoted,
    /// RFC 6749 appendixes A.1 and A.2 allow only printable ASCII; a space is always a copying mistake.
    #[error("it contains a space, a line break or another character that Zoho never uses there")]
    Character,
}

impl Client {
    /// Accepts an ID and a secret of printable ASCII.
    pub fn new(id: Id, secret: SecretString) -> Result<Self, NotAClient> {
        check(secret.expose_secret())?;
        Ok(Self { id: id.0, secret })
    }

    /// The client ID, which is public.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The client secret.
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }
}

/// A client ID of printable ASCII.
#[derive(Clone, Debug)]
pub struct Id(String);

impl Id {
    /// Accepts an ID of printable ASCII.
    pub fn new(id: &str) -> Result<Self, NotAClient> {
        check(id).map(|()| Self(id.to_owned()))
    }

    /// The ID as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is not `1000.` and 30 uppercase letters and digits: users report no other shape, and Zoho documents none.
    pub fn is_odd(&self) -> bool {
        let rest = self.0.strip_prefix("1000.").unwrap_or_default();
        let usual = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        rest.len() != 30 || !rest.bytes().all(usual)
    }
}

/// Whether text is printable ASCII without spaces, as credentials and tokens are.
pub(crate) fn is_token_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Parses a secret or token: printable ASCII without spaces.
pub fn token(text: &str) -> Result<SecretString, NotAClient> {
    check(text).map(|()| text.into())
}

fn check(text: &str) -> Result<(), NotAClient> {
    let quotes = ['"', '\''];
    match text {
        "" => Err(NotAClient::Empty),
        _ if text.starts_with(quotes) || text.ends_with(quotes) => Err(NotAClient::Quoted),
        _ if is_token_text(text) => Ok(()),
        _ => Err(NotAClient::Character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusual_id_is_odd_and_no_error() {
        assert!(
            !Id::new("1000.ABCDEFGHIJ0123456789ABCDEFGHIJ")
                .unwrap()
                .is_odd()
        );
        assert!(
            Id::new("1000.abcdefghij0123456789abcdefghij")
                .unwrap()
                .is_odd()
        );
        assert!(Id::new("ABC").unwrap().is_odd());
    }

    #[test]
    fn slips_of_the_clipboard_are_errors_and_never_shown() {
        assert_eq!(Id::new("").unwrap_err(), NotAClient::Empty);
        assert_eq!(Id::new("1000.A B").unwrap_err(), NotAClient::Character);
        let id = Id::new("1000.A").unwrap();
        let error = Client::new(id, "two\nlines".into()).unwrap_err();
        assert_eq!(error, NotAClient::Character);
        assert!(!error.to_string().contains("two"));
    }
}
