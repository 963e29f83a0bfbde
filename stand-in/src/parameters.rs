//! The parameters of a query or a form body.

use std::convert::Infallible;

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::Method;
use serde::Deserialize;

/// Parameters, none of them repeated; none at all if the request is malformed, so that it gets Zoho's kind of error
/// rather than axum's.
#[derive(Deserialize)]
#[serde(try_from = "Vec<(String, String)>")]
pub struct Parameters(Option<Vec<(String, String)>>);

impl Parameters {
    /// The value of `name`; an empty one counts as omitted (RFC 6749 §3.1).
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter().flatten();
        let (_, value) = pairs.find(|(known, _)| known == name)?;
        (!value.is_empty()).then_some(value)
    }

    /// Whether the request is not a form, repeats a parameter, or is a POST with a query: Zoho accepts parameters there as
    /// well, but they end up in logs.
    pub fn are_malformed(&self) -> bool {
        self.0.is_none()
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
            Ok(Self(Some(pairs)))
        } else {
            Err("a parameter is repeated")
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Parameters {
    type Rejection = Infallible;

    /// Reads the query of a GET or the form of a POST.
    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        if request.method() == Method::POST && request.uri().query().is_some() {
            return Ok(Self(None));
        }
        let form = Form::from_request(request, state).await;
        Ok(form.map_or(Self(None), |Form(parameters)| parameters))
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
