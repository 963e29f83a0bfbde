//! A form as a browser sends it.

use url::form_urlencoded;
use zeroize::Zeroizing;

/// The fields of the page's forms, each at most once.
const FIELDS: [&str; 11] = [
    "token",
    "saw",
    "center",
    "crm",
    "id",
    "confirmed",
    "secret",
    "destination",
    "which",
    "scopes",
    "save",
];

/// What was sent.
pub(super) struct Form {
    values: Vec<(&'static str, Zeroizing<String>)>,
    /// Places in the table of scopes.
    pub(super) scopes: Vec<usize>,
}

impl Form {
    /// Reads it; nothing when a field stands twice. Fields that the page does not have are passed over.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut form = Self {
            values: Vec::new(),
            scopes: Vec::new(),
        };
        for (name, value) in form_urlencoded::parse(body) {
            let value = Zeroizing::new(value.into_owned());
            if name == "s" {
                form.scopes.extend(value.parse::<usize>());
            } else if let Some(name) = FIELDS.into_iter().find(|field| *field == name) {
                if form.values.iter().any(|(known, _)| *known == name) {
                    return None;
                }
                form.values.push((name, value));
            }
        }
        Some(form)
    }

    /// What a field holds; a box that is not ticked holds nothing.
    pub(super) fn value(&self, name: &str) -> &str {
        let found = self.values.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_strange_ones_passed_over() {
        let form = Form::read(b"id=a+b%26&s=3&s=x&s=7&other=1&other=2").unwrap();
        assert_eq!(form.value("id"), "a b&");
        assert_eq!(form.value("save"), "");
        assert_eq!(form.value("other"), "");
        assert_eq!(form.scopes, [3, 7]);
    }

    #[test]
    fn a_field_that_stands_twice_makes_all_of_it_unreadable() {
        assert!(Form::read(b"id=1&id=1").is_none());
    }

    #[test]
    fn no_bytes_are_too_strange() {
        let form = Form::read(b"%ff=%zz&id=%ff&&=&&secret").unwrap();
        assert_eq!(form.value("id"), "\u{fffd}");
    }
}
