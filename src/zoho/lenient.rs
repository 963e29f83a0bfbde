//! Fields of Zoho's answers, read whatever their type: numbers come as strings, strings may be missing.

use crate::untrusted::Untrusted;
use serde::de::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// A string or number as text; anything else counts as absent. Wiped, because it may be a token.
#[derive(Default, PartialEq)]
pub(super) struct Text(Option<Zeroizing<String>>);

impl Text {
    /// The text, unless it is absent or empty.
    pub(super) fn some(self) -> Option<Zeroizing<String>> {
        self.0.filter(|text| !text.is_empty())
    }

    /// Whether there is any.
    pub(super) fn is_some(&self) -> bool {
        self.0.as_ref().is_some_and(|text| !text.is_empty())
    }

    /// The text for showing, unless it is absent or empty.
    pub(super) fn foreign(self) -> Option<Untrusted> {
        self.some().map(|text| Untrusted::new(text.as_str()))
    }

    /// The number that it spells.
    pub(super) fn number(&self) -> Option<f64> {
        self.0.as_ref().and_then(|text| text.trim().parse().ok())
    }
}

/// From the JSON as it stands: serde's untagged enums would copy tokens, and refuse numbers that no type holds.
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self(match json.as_bytes() {
            [b'"', ..] => serde_json::from_str(json).ok(),
            [b'-' | b'0'..=b'9', ..] => Some(Zeroizing::new(json.to_owned())),
            _ => None,
        }))
    }
}
