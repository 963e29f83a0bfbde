//! JSON objects from Zoho, read regardless of field types: numbers may come as strings, and strings may be missing.

use crate::untrusted::Untrusted;
use crate::zoho::client::is_token_text;
use secrecy::SecretString;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// The fields that decide: two different values of one make the response unusable.
const DECIDING: [&str; 7] = [
    "access_token",
    "refresh_token",
    "api_domain",
    "error",
    "device_code",
    "user_code",
    "verification_url",
];

/// Strings and numbers by name, as text. Anything else, and an empty string, counts as absent: an odd field must not lose
/// the tokens next to it. Wiped, because tokens are among them.
#[derive(Default)]
pub(super) struct Fields {
    texts: HashMap<String, Zeroizing<String>>,
    /// A deciding field that occurs twice with different values.
    pub(super) twice: Option<&'static str>,
}

impl Fields {
    /// Parses a JSON object; anything after it is ignored.
    pub(super) fn of(json: &str) -> serde_json::Result<Self> {
        serde_json::Deserializer::from_str(json).deserialize_map(Self::default())
    }

    /// The text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(|text| text.as_str())
    }

    /// The text for display.
    pub(super) fn told(&self, name: &str) -> Option<Untrusted> {
        self.text(name).map(Untrusted::new)
    }

    /// A token or code.
    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        let text = self.text(name).filter(|text| is_token_text(text))?;
        Some(text.into())
    }

    /// The text as a number.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.text(name)?.trim().parse().ok()
    }

    /// A duration in seconds, or in milliseconds if the number is greater than `longest` in seconds.
    pub(super) fn time(&self, name: &str, longest: f64) -> Option<Duration> {
        let number = self.number(name)?;
        let unit = if number > longest { 1000.0 } else { 1.0 };
        Duration::try_from_secs_f64(number / unit).ok()
    }
}

/// Reads field by field, because serde's own deserializers reject a repeated field or take the last one.
impl<'de> Visitor<'de> for Fields {
    type Value = Self;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Self, A::Error> {
        while let Some((name, value)) = fields.next_entry::<&RawValue, &RawValue>()? {
            if let (Some(name), Some(value)) = (text(name), text(value))
                && let Some(old) = self.texts.insert(name.to_string(), value)
                && self.texts[name.as_str()] != old
            {
                let deciding = DECIDING.into_iter().find(|deciding| *deciding == *name);
                self.twice = self.twice.or(deciding);
            }
        }
        Ok(self)
    }
}

/// Reads the raw JSON: serde's untagged enums would copy tokens, and reject numbers that fit no type.
fn text(value: &RawValue) -> Option<Zeroizing<String>> {
    let json = value.get();
    let text = match json.as_bytes() {
        [b'"', ..] => serde_json::from_str(json).ok()?,
        [b'-' | b'0'..=b'9', ..] => Zeroizing::new(json.to_owned()),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
