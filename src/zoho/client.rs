//! The client: what the person registered in Zoho's API console.

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// A registered client: its id, and the secret that proves it.
#[derive(Clone, Debug)]
pub struct Client {
    id: String,
    secret: SecretString,
}

/// Why a client id, a secret or a token is not taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotAClient {
    /// Nothing was given.
    #[error("it is empty")]
    Empty,
    /// Zoho uses no quotes there.
    #[error("quotes stand around it, as docker's --env-file leaves them; take them off")]
    Quoted,
    /// RFC 6749 appendix A.1 and A.2 allow printable ASCII only; a space is always a slip of the clipboard.
    #[error("it holds a space, a line break or another character that Zoho never uses there")]
    Character,
}

impl Client {
    /// Takes an id and a secret of printable ASCII.
    pub fn new(id: Id, secret: SecretString) -> Result<Self, NotAClient> {
        check(secret.expose_secret())?;
        Ok(Self { id: id.0, secret })
    }

    /// The client id: public.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The client secret.
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }
}

/// A client id of printable ASCII.
#[derive(Clone, Debug)]
pub struct Id(String);

impl Id {
    /// Takes an id of printable ASCII.
    pub fn new(id: &str) -> Result<Self, NotAClient> {
        check(id)?;
        Ok(Self(id.to_owned()))
    }

    /// As it is registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is not `1000.` and 30 upper-case letters and digits: users report no other shape, Zoho documents none.
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

/// A secret or token that is read from somewhere: printable ASCII without spaces.
pub fn token(text: &str) -> Result<SecretString, NotAClient> {
    check(text).map(|()| text.into())
}

fn check(text: &str) -> Result<(), NotAClient> {
    match text {
        "" => Err(NotAClient::Empty),
        _ if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) => {
            Err(NotAClient::Quoted)
        }
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
