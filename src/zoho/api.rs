//! One request of the person's own to Zoho's API, whose answer is passed on piece by piece.

use crate::untrusted::is_hidden;
use crate::zoho::http::{Requested, Zoho, authorization};
use crate::zoho::network::{NetworkError, NetworkFailure};
use crate::zoho::trust::ApiDomain;
use bytes::Bytes;
use clap::ValueEnum;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Response, Url};
use secrecy::SecretString;
use std::str::FromStr;
use std::time::{Duration, Instant};
use thiserror::Error;
use tokio::time::timeout;

/// Path and query at an API domain. Behind an origin it cannot lead to another host.
#[derive(Clone, Debug)]
pub struct ApiPath(String);

/// Why a path is not taken.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NotAPath {
    /// A whole address, or a path without its beginning.
    #[error("it begins with one slash, as in /crm/v8/org; the server is that of the credentials")]
    Beginning,
    /// Something that another program might take for the beginning of a host.
    #[error("it contains {0}; percent-encode that (@ is %40, // is %2F%2F, # is %23)")]
    Sign(&'static str),
    /// A character that is not seen.
    #[error("it holds a control character or an invisible one")]
    Hidden,
}

impl FromStr for ApiPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        if text.chars().any(is_hidden) {
            return Err(NotAPath::Hidden);
        }
        if !text.starts_with('/') {
            return Err(NotAPath::Beginning);
        }
        let signs = ["//", "@", "\\", "#"];
        match signs.into_iter().find(|sign| text.contains(sign)) {
            Some(sign) => Err(NotAPath::Sign(sign)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

/// What is done with what is at a path (RFC 9110 section 9, RFC 5789).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Method {
    /// Reads it.
    Get,
    /// Creates something there.
    Post,
    /// Replaces it.
    Put,
    /// Changes a part of it.
    Patch,
    /// Deletes it.
    Delete,
}

impl From<Method> for reqwest::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// A request of the person's own.
pub struct ApiRequest<'a> {
    /// What is done.
    pub method: Method,
    /// Where.
    pub path: &'a ApiPath,
    /// What is sent with it, as JSON.
    pub body: Option<Bytes>,
}

/// An answer whose body has not been read yet.
pub struct ApiAnswer {
    /// The HTTP status: 404.
    pub status: u16,
    /// The same with its name: "404 Not Found".
    pub status_line: String,
    response: Response,
    server: String,
    within: Duration,
}

impl ApiAnswer {
    /// Whether the CRM did what was asked.
    pub fn is_good(&self) -> bool {
        self.response.status().is_success()
    }

    /// The next piece of the body; none at its end. Each must come in time, however many there are.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, NetworkError> {
        let piece = timeout(self.within, self.response.chunk()).await;
        let piece = piece.map_err(|_| slow(&self.server))?;
        piece.map_err(|error| NetworkError::of(&self.server, &error))
    }
}

impl Zoho {
    /// Makes the request with an access token, which only an API domain that is trusted may see.
    pub async fn call(
        &self,
        domain: &ApiDomain,
        token: &SecretString,
        asked: &ApiRequest<'_>,
    ) -> Result<ApiAnswer, NetworkError> {
        let server = domain.as_str();
        let address = format!("{server}{}", asked.path.0);
        // Only a parser's word is final on where an address leads.
        let address = Url::parse(&address).ok();
        let address = address.filter(|url| url.origin().ascii_serialization() == server);
        let address = address.ok_or_else(|| NetworkError {
            server: server.to_owned(),
            trouble: NetworkFailure::Other("the path leads elsewhere".to_owned()),
            unsent: true,
        })?;
        let method = reqwest::Method::from(asked.method);
        let shown = format!("{method} {server}{}", address.path());
        let request = self.client(server)?.request(method, address);
        let mut request = request.header(AUTHORIZATION, authorization(token));
        if let Some(body) = &asked.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let began = Instant::now();
        let answer = match timeout(self.within, request.send()).await {
            Ok(answer) => answer.map_err(|error| NetworkError::of(server, &error)),
            Err(_) => Err(slow(server)),
        };
        (self.report)(Requested {
            request: shown,
            result: match &answer {
                Ok(answer) => answer.status().to_string(),
                Err(error) => error.trouble.to_string(),
            },
            took: began.elapsed(),
        });
        let response = answer?;
        Ok(ApiAnswer {
            status: response.status().as_u16(),
            status_line: response.status().to_string(),
            response,
            server: server.to_owned(),
            within: self.within,
        })
    }
}

fn slow(server: &str) -> NetworkError {
    NetworkError {
        server: server.to_owned(),
        trouble: NetworkFailure::Slow,
        unsent: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &str) -> Option<NotAPath> {
        path.parse::<ApiPath>().err()
    }

    #[test]
    fn paths_and_queries_are_taken() {
        for path in [
            "/",
            "/crm/v8/org",
            "/crm/v8/Leads?fields=id,Last_Name&per_page=1",
            "/crm/v8/Leads/search?word=Zoë%40a b",
        ] {
            assert_eq!(refusal(path), None, "{path}");
        }
    }

    #[test]
    fn what_might_lead_to_another_host_is_not() {
        for path in [
            "",
            "crm/v8/org",
            "https://evil.example/",
            "@evil.example/",
            ".evil.example/",
            ":443/",
            "evil.example",
        ] {
            assert_eq!(refusal(path), Some(NotAPath::Beginning), "{path}");
        }
        for (path, sign) in [
            ("//evil.example/", "//"),
            ("/crm//v8", "//"),
            ("/redirect?to=https://evil.example", "//"),
            ("/@evil.example/", "@"),
            ("/\\evil.example/", "\\"),
            ("/crm/v8/org#part", "#"),
        ] {
            assert_eq!(refusal(path), Some(NotAPath::Sign(sign)), "{path}");
        }
        for path in [
            "/a\nb",
            "/a\r\nHost: evil.example",
            "/a\tb",
            "/a\0",
            "/a\u{202e}b",
            "/a\u{7f}",
        ] {
            assert_eq!(refusal(path), Some(NotAPath::Hidden), "{path:?}");
        }
    }

    #[test]
    fn behind_an_origin_each_path_stays_there() {
        for path in [
            "/",
            "/../../x",
            "/%2e%2e/x",
            "/;a=b",
            "/?a",
            "/.evil.example",
            "/:1@".trim_end_matches('@'),
        ] {
            let path: ApiPath = path.parse().unwrap();
            let url = Url::parse(&format!("https://www.zohoapis.eu{}", path.0)).unwrap();
            assert_eq!(
                url.origin().ascii_serialization(),
                "https://www.zohoapis.eu",
                "{path:?}"
            );
        }
    }
}
