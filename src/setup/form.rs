//! A form as a browser sends it.

use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer};
use url::form_urlencoded;
use zeroize::Zeroizing;

/// A submitted form. A checkbox that is not selected is empty, as is any other field that it does not have.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SubmittedForm {
    pub(super) token: Zeroizing<String>,
    pub(super) saw: Zeroizing<String>,
    pub(super) center: Zeroizing<String>,
    pub(super) crm: Zeroizing<String>,
    pub(super) id: Zeroizing<String>,
    pub(super) confirmed: Zeroizing<String>,
    pub(super) secret: Zeroizing<String>,
    pub(super) destination: Zeroizing<String>,
    pub(super) which: Zeroizing<String>,
    pub(super) scopes: Zeroizing<String>,
    pub(super) save: Zeroizing<String>,
    /// Indexes in the scope catalog.
    #[serde(skip)]
    pub(super) ticked: Vec<usize>,
}

impl SubmittedForm {
    /// Parses it; none if a field occurs twice. Ignores fields that the page does not have.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let is_ticked = |(name, _): &(_, _)| *name == "s";
        let (ticked, fields): (Vec<_>, Vec<_>) = form_urlencoded::parse(body).partition(is_ticked);
        let fields = MapDeserializer::<_, Error>::new(fields.into_iter());
        let ticked = ticked.iter().filter_map(|(_, place)| place.parse().ok());
        Some(Self {
            ticked: ticked.collect(),
            ..Self::deserialize(fields).ok()?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_strange_ones_passed_over() {
        let form = SubmittedForm::read(b"id=a+b%26&s=3&s=x&s=7&other=1&other=2").unwrap();
        assert_eq!(form.id.as_str(), "a b&");
        assert_eq!(form.save.as_str(), "");
        assert_eq!(form.ticked, [3, 7]);
    }

    #[test]
    fn a_field_that_stands_twice_makes_all_of_it_unreadable() {
        assert!(SubmittedForm::read(b"id=1&id=1").is_none());
    }

    #[test]
    fn no_bytes_are_too_strange() {
        let form = SubmittedForm::read(b"%ff=%zz&id=%ff&&=&&secret").unwrap();
        assert_eq!(form.id.as_str(), "\u{fffd}");
    }
}
