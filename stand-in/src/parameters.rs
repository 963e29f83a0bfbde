//! The parameters of a query or a form body.

use std::convert::Infallible;

use axum::Form;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::http::Method;
use serde::Deserialize;

/// Parameters, none of them repeated. Handlers take `Option<Parameters>`, so that a malformed request gets Zoho's kind
/// of error rather than axum's.
#[derive(Deserialize)]
#[serde(try_from = "Vec<(String, String)>")]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The value of `name`; an empty one counts as omitted (RFC 6749 §3.1).
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

impl TryFrom<Vec<(String, String)>> for Parameters {
    type Error = &'static str;

    /// Rejects the whole request if a parameter is repeated (RFC 6749 §3.1 and §3.2); Zoho is silent.
    fn try_from(pairs: Vec<(String, String)>) -> Result<Self, &'static str> {
        let mut names: Vec<_> = pairs.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() == pairs.len() {
            Ok(Self(pairs))
        } else {
            Err("a parameter is repeated")
        }
    }
}

impl<S: Send + Sync> OptionalFromRequest<S> for Parameters {
    type Rejection = Infallible;

    /// Reads the query of a GET or the form of a POST. None if it is not a form, or if a POST has a query: Zoho accepts
    /// parameters there as well, but they end up in logs.
    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Infallible> {
        if request.method() == Method::POST && request.uri().query().is_some() {
            return Ok(None);
        }
        let form = Form::from_request(request, state).await;
        Ok(form.ok().map(|Form(parameters)| parameters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Result<Parameters, &'static str> {
        let owned = pairs
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()));
        owned.collect::<Vec<_>>().try_into()
    }

    #[test]
    fn an_empty_value_is_left_out() {
        let parameters = parameters(&[("state", "a&b"), ("scope", "")]).unwrap();
        assert_eq!(parameters.value("state"), Some("a&b"));
        assert_eq!(parameters.value("scope"), None);
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        assert!(parameters(&[("code", "1"), ("state", "2"), ("code", "1")]).is_err());
    }
}
