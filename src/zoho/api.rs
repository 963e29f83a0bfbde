//! A single request that the person makes to Zoho's API; the response is streamed.

use crate::untrusted::is_hidden;
use crate::zoho::http::{Zoho, authorization, unsent};
use crate::zoho::network::{NetworkError, NetworkFailure};
use crate::zoho::trust::ApiDomain;
use bytes::Bytes;
use clap::ValueEnum;
use derive_more::Display;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Response, StatusCode, Url};
use secrecy::SecretString;
use std::str::FromStr;
use std::time::{Duration, Instant};
use thiserror::Error;
use tokio::time::timeout;

/// Path and query on an API domain. Appended to an origin, it cannot lead to another host.
#[derive(Clone, Debug)]
pub struct ApiPath(String);

/// Why a path is rejected.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NotAPath {
    /// A full address, or a path without its slash.
    #[error("begin it with one slash, such as /crm/v8/org; the credentials determine the server")]
    Beginning,
    /// Something that another program might take for the start of a host.
    #[error("it contains {0}; percent-encode it (@ is %40, // is %2F%2F, # is %23)")]
    Sign(&'static str),
    /// An invisible character.
    #[error("it contains a control character or an invisible one")]
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

/// The request method (RFC 9110 section 9, RFC 5789).
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, ValueEnum)]
#[display(rename_all = "UPPERCASE")]
#[value(rename_all = "UPPER")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Deletes.
    Delete,
}

/// A response whose body has not been read yet.
pub struct ApiAnswer {
    response: Response,
    within: Duration,
}

impl ApiAnswer {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The next piece of the body; none at the end. Each piece has its own time limit, which begins here: reqwest's own
    /// would also count how long the caller was busy with the piece before.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, NetworkError> {
        let server = self.response.url().origin().ascii_serialization();
        let piece = timeout(self.within, self.response.chunk()).await;
        let piece = piece.map_err(|_| slow(&server))?;
        piece.map_err(|error| NetworkError::of(&server, &error))
    }
}

impl Zoho {
    /// Makes the request with an access token, which only a trusted API domain may see.
    pub async fn call(
        &self,
        domain: &ApiDomain,
        token: &SecretString,
        method: Method,
        path: &ApiPath,
        json: Option<Bytes>,
    ) -> Result<ApiAnswer, NetworkError> {
        let server = domain.as_str();
        // Only parsing the result shows where the address really leads.
        let address = Url::parse(&format!("{server}{}", path.0)).ok();
        let address = address.filter(|url| url.origin().ascii_serialization() == server);
        let elsewhere = || NetworkFailure::Other("the path leads to another server".to_owned());
        let address = address.ok_or_else(|| unsent(server, elsewhere()))?;
        let shown = format!("{method} {server}{}", address.path());
        let method = method.to_string().parse().expect("a variant is a method");
        let request = self.client(server)?.request(method, address);
        let mut request = request.header(AUTHORIZATION, authorization(token));
        if let Some(json) = json {
            request = request.header(CONTENT_TYPE, "application/json").body(json);
        }
        let began = Instant::now();
        let answer = match timeout(self.within, request.send()).await {
            Ok(answer) => answer.map_err(|error| NetworkError::of(server, &error)),
            Err(_) => Err(slow(server)),
        };
        self.report(shown, began, answer.as_ref().map(Response::status));
        let within = self.within;
        answer.map(|response| ApiAnswer { response, within })
    }
}

fn slow(server: &str) -> NetworkError {
    NetworkError {
        unsent: false,
        ..unsent(server, NetworkFailure::Slow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;
    use tokio::sync::oneshot;
    use tokio::time::{advance, pause, resume};

    /// Standard output may be a pager in which nobody scrolls.
    #[tokio::test]
    async fn a_pause_between_two_pieces_is_not_the_servers() {
        let within = Duration::from_secs(30);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let domain = format!("http://{}", listener.local_addr().unwrap());
        let domain = ApiDomain::given(&domain).unwrap();
        let zoho = Zoho::new(within, Arc::new(|_| {}));
        let (go_on, goes_on) = oneshot::channel();
        let serve = async {
            let mut stream = BufReader::new(listener.accept().await.unwrap().0);
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).await.unwrap();
            }
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n";
            stream
                .write_all(&[head.as_slice(), b"a"].concat())
                .await
                .unwrap();
            goes_on.await.unwrap();
            stream.write_all(b"b").await.unwrap();
        };
        let read = async {
            let (token, path) = ("1000.a.a".into(), "/".parse().unwrap());
            let answer = zoho.call(&domain, &token, Method::Get, &path, None).await;
            let mut answer = answer.unwrap();
            assert_eq!(answer.piece().await.unwrap().unwrap(), "a");
            pause();
            advance(2 * within).await;
            resume();
            go_on.send(()).unwrap();
            assert_eq!(answer.piece().await.unwrap().unwrap(), "b");
        };
        tokio::join!(serve, read);
    }

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
