//! Fields of Zoho's answers, read whatever their type: numbers come as strings, strings may be missing.

use crate::foreign::Foreign;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use zeroize::Zeroizing;

/// A string or number as text; anything else counts as absent. Wiped, because it may be a token.
#[derive(Default)]
pub(super) struct Text(Option<Zeroizing<String>>);

impl Text {
    /// The text, unless it is absent or empty.
    pub(super) fn some(self) -> Option<Zeroizing<String>> {
        self.0.filter(|text| !text.is_empty())
    }

    /// The text for showing, unless it is absent or empty.
    pub(super) fn foreign(self) -> Option<Foreign> {
        self.some().map(|text| Foreign::new(text.as_str()))
    }

    /// The number that it spells.
    pub(super) fn number(&self) -> Option<f64> {
        self.0.as_ref().and_then(|text| text.trim().parse().ok())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyType)
    }
}

struct AnyType;

impl<'de> Visitor<'de> for AnyType {
    type Value = Text;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(Zeroizing::new(text.to_owned()))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(Some(Zeroizing::new(number.to_string()))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
        Ok(Text(Some(Zeroizing::new(number.to_string()))))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
        Ok(Text(Some(Zeroizing::new(number.to_string()))))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Text, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}
