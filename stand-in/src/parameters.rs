//! The parameters of a query or a form body.

/// Parameters of which none is repeated.
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `text`. A parameter given twice makes the whole unreadable (RFC 6749 §3.1 and §3.2); Zoho is silent.
    pub fn read(text: &str) -> Option<Self> {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes())
            .into_owned()
            .collect();
        let mut names: Vec<_> = pairs.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        (names.len() == pairs.len()).then_some(Self(pairs))
    }

    /// The value of `name`; an empty one counts as left out (RFC 6749 §3.1).
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_empty_ones_absent() {
        let parameters = Parameters::read("state=a%26b&scope=&").unwrap();
        assert_eq!(parameters.value("state"), Some("a&b"));
        assert_eq!(parameters.value("scope"), None);
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        assert!(Parameters::read("code=1&state=2&code=1").is_none());
    }
}
