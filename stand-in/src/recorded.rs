//! The requests that arrived, for tests to inspect afterwards.

use std::fmt;

use axum::http::request::Parts;
use url::form_urlencoded;

use crate::DataCenter;

/// Fields whose values are never recorded.
const SECRET: [&str; 4] = ["client_secret", "code_verifier", "refresh_token", "token"];

/// A request as it arrived, before it was judged.
#[derive(Clone)]
pub struct Recorded {
    /// The data center where it arrived.
    pub data_center: DataCenter,
    /// The method, such as "POST".
    pub method: String,
    /// The path without the query: "/oauth/v2/token".
    pub path: String,
    /// Field names in order, first the query's, then the form body's; secret values are left out.
    pub fields: Vec<(String, Option<String>)>,
}

impl Recorded {
    pub(crate) fn new(data_center: DataCenter, head: &Parts, body: &[u8]) -> Self {
        let query = head.uri.query().unwrap_or_default().as_bytes();
        let pairs = form_urlencoded::parse(query).chain(form_urlencoded::parse(body));
        let fields = pairs.map(|(name, value)| {
            let kept = !SECRET.contains(&name.as_ref());
            (name.into_owned(), kept.then(|| value.into_owned()))
        });
        Self {
            data_center,
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            fields: fields.collect(),
        }
    }

    /// The first value of a field that is not secret.
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.and_then(|(_, value)| value.as_deref())
    }

    /// Whether the field was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }
}

/// Formats it without values: they include the grant token and the state.
impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        let at = self.data_center.code();
        write!(
            f,
            "{at}: {} {} ({})",
            self.method,
            self.path,
            names.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn secrets_are_not_kept_and_values_not_printed() {
        let request = Request::post("/oauth/v2/token?x=1").body(()).unwrap();
        let form = b"code=genuine&client_secret=hush";
        let recorded = Recorded::new(DataCenter::Eu, &request.into_parts().0, form);
        assert_eq!(recorded.value("code"), Some("genuine"));
        assert!(recorded.has("client_secret"));
        assert_eq!(recorded.value("client_secret"), None);
        assert_eq!(
            format!("{recorded:?}"),
            "eu: POST /oauth/v2/token (x, code, client_secret)"
        );
    }
}
