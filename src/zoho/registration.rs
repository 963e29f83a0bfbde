//! Registering a client in Zoho's API console, and validating what the person copies from there.

use crate::zoho::client::{Id, NotAClient, token};
use crate::zoho::data_centers::DataCenter;
use secrecy::SecretString;
use thiserror::Error;
use url::Url;

/// The fields of Zoho's form for a server-based client, and what to enter.
pub fn console_form(redirect_uri: &str) -> [(&'static str, String); 4] {
    [
        ("Client type", "Server-based Applications".to_owned()),
        ("Client Name", "zoho-grant".to_owned()),
        ("Homepage URL", "http://localhost".to_owned()),
        ("Authorized Redirect URIs", redirect_uri.to_owned()),
    ]
}

/// Why the person's input is rejected, or must be confirmed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Slip {
    /// It cannot be valid.
    #[error("{0}")]
    Wrong(#[from] NotAClient),
    /// The ID was entered as the secret, or the secret as the ID.
    #[error("client ID and client secret are swapped: the client ID begins with 1000.")]
    Swapped,
    /// It has an unusual shape; the person may know better.
    #[error("it is not 1000. followed by 30 capital letters and digits; is it complete?")]
    Odd,
}

/// The data center that a person means by its code, its domain, or any CRM address: `crm.zoho.eu/crm/org1/tab`.
pub fn data_center(text: &str) -> Option<&'static DataCenter> {
    let text = text.trim();
    if let Some(center) = DataCenter::named(text) {
        return Some(center);
    }
    let whole = format!("https://{text}");
    let url = Url::parse(if text.contains("://") { text } else { &whole }).ok()?;
    let (_, rest) = url.domain()?.split_once("zoho")?;
    let (cloud, domain) = rest.split_once('.')?;
    match cloud {
        "" | "apis" => DataCenter::named(domain),
        "cloud" => DataCenter::named(&format!("zohocloud.{domain}")),
        _ => None,
    }
}

/// Accepts a client ID; one of an unusual shape only if the person has `confirmed` it.
pub fn client_id(text: &str, confirmed: bool) -> Result<Id, Slip> {
    let id = Id::new(text.trim())?;
    match id.is_odd() {
        true if looks_like_a_secret(id.as_str()) => Err(Slip::Swapped),
        true if !confirmed => Err(Slip::Odd),
        _ => Ok(id),
    }
}

/// Accepts a client secret. Its shape is undocumented, so only a client ID in its place is rejected.
pub fn client_secret(text: &str) -> Result<SecretString, Slip> {
    let text = text.trim();
    let secret = token(text)?;
    let is_an_id = Id::new(text).is_ok_and(|id| !id.is_odd());
    (!is_an_id).then_some(secret).ok_or(Slip::Swapped)
}

/// Users report secrets of about 42 hexadecimal digits, and nothing else.
fn looks_like_a_secret(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    const ID: &str = "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ";
    const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789";

    #[test]
    fn any_address_of_the_crm_tells_the_data_center() {
        for (text, code) in [
            ("eu", "eu"),
            (" crm.zoho.eu/crm/org20/tab/Home", "eu"),
            ("https://crm.zoho.com.au/crm/ShowHomePage.do?a=1", "au"),
            ("https://crm.zohocloud.ca/crm/", "ca"),
            ("accounts.zoho.in", "in"),
            ("https://www.zohoapis.jp", "jp"),
            ("https://api-console.zoho.com/", "us"),
        ] {
            assert_eq!(data_center(text).map(|it| it.code), Some(code), "{text}");
        }
        for text in [
            "",
            "mars",
            "https://example.com",
            "crm.zohofoo.eu",
            "http://127.0.0.1",
        ] {
            assert_eq!(data_center(text), None, "{text}");
        }
    }

    #[test]
    fn slips_are_told_apart() {
        assert_eq!(client_id(&format!(" {ID}\n"), false).unwrap().as_str(), ID);
        assert_eq!(client_id(SECRET, true).unwrap_err(), Slip::Swapped);
        assert_eq!(client_id("1000.short", false).unwrap_err(), Slip::Odd);
        assert!(client_id("1000.short", true).is_ok());
        let wrong = |slip| matches!(slip, Slip::Wrong(_));
        assert!(wrong(client_id("  ", true).unwrap_err()));
        assert!(wrong(client_id("1000.A B", true).unwrap_err()));
        assert_eq!(client_secret(ID).unwrap_err(), Slip::Swapped);
        assert!(wrong(client_secret("").unwrap_err()));
        assert!(wrong(client_secret("ab cd").unwrap_err()));
        assert_eq!(client_secret(SECRET).unwrap().expose_secret(), SECRET);
    }
}
