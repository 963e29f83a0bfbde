//! Objects of Zoho's answers, read whatever the types of their fields: numbers come as strings, strings may be missing.

use crate::untrusted::Untrusted;
use crate::zoho::client::is_token_text;
use secrecy::SecretString;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// What decides: two different values of it are no answer.
const DECIDING: [&str; 7] = [
    "access_token",
    "refresh_token",
    "api_domain",
    "error",
    "device_code",
    "user_code",
    "verification_url",
];

/// Strings and numbers by their names, as text; anything else, and an empty text, counts as absent: a strange field must
/// not lose the tokens beside it. Wiped, because these are among them.
#[derive(Default)]
pub(super) struct Fields {
    texts: HashMap<String, Zeroizing<String>>,
    /// What decides, and was given twice with different values.
    pub(super) twice: Option<&'static str>,
}

impl Fields {
    /// Those of a JSON object; what follows it costs nothing.
    pub(super) fn of(json: &str) -> serde_json::Result<Self> {
        Self::deserialize(&mut serde_json::Deserializer::from_str(json))
    }

    /// The text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(|text| text.as_str())
    }

    /// The text for showing.
    pub(super) fn told(&self, name: &str) -> Option<Untrusted> {
        self.text(name).map(Untrusted::new)
    }

    /// A token or code.
    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        let text = self.text(name).filter(|text| is_token_text(text))?;
        Some(text.into())
    }

    /// The number that it spells.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.text(name)?.trim().parse().ok()
    }

    /// A time in seconds, or in milliseconds when it is longer than `longest`, which is in seconds.
    pub(super) fn time(&self, name: &str, longest: f64) -> Option<Duration> {
        let number = self.number(name)?;
        let unit = if number > longest { 1000.0 } else { 1.0 };
        Duration::try_from_secs_f64(number / unit).ok()
    }
}

/// Field by field, as serde's own reading refuses one that comes twice, or takes the last.
impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for Fields {
    type Value = Self;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Self, A::Error> {
        while let Some((name, value)) = fields.next_entry::<&RawValue, &RawValue>()? {
            let (Some(name), Some(value)) = (text(name), text(value)) else {
                continue;
            };
            if let Some(old) = self.texts.insert(name.to_string(), value)
                && self.texts[name.as_str()] != old
            {
                let deciding = DECIDING.into_iter().find(|deciding| *deciding == *name);
                self.twice = self.twice.or(deciding);
            }
        }
        Ok(self)
    }
}

/// From the JSON as it stands: serde's untagged enums would copy tokens, and refuse numbers that no type holds.
fn text(value: &RawValue) -> Option<Zeroizing<String>> {
    let json = value.get();
    let text = match json.as_bytes() {
        [b'"', ..] => serde_json::from_str(json).ok()?,
        [b'-' | b'0'..=b'9', ..] => Zeroizing::new(json.to_owned()),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
