//! A simulated browser for tests and for `zoho-grant demo --yes`: it opens the address, enters a code shown on the
//! page, and accepts.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::vec;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header, request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::lookup_host;
use tower::{ServiceExt, service_fn};
use tower_http::follow_redirect::policy::Limited;
use tower_http::follow_redirect::{FollowRedirect, RequestUri};
use url::Url;
use url::form_urlencoded::Serializer;

/// Larger than any page in a login.
const PAGE_LIMIT: usize = 16 * 1024 * 1024;

/// Headers that a browser sends when a person follows a link.
const NAVIGATION: [(&str, &str); 5] = [
    ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-user", "?1"),
    ("upgrade-insecure-requests", "1"),
];

/// Where a visit ended.
pub struct Visit {
    /// The status of the last response: a redirect if there were more than browsers follow.
    pub status: u16,
    /// The last page, unmodified.
    pub page: String,
    /// The last page's address, which may contain a grant token.
    pub address: SecretString,
    /// The last page's title, unmodified: "Invalid Client" on Zoho's own page.
    pub title: Option<String>,
    /// Whether a consent page was found and accepted.
    pub consented: bool,
}

/// Why the visit did not end on a page.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// The first address is invalid.
    #[error("the browser was sent to an invalid address")]
    Address,
    /// No response, or only part of one.
    #[error("the browser received no complete response")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Opens `start`, follows redirects to the consent page (through the device code page if necessary), accepts, and
/// follows redirects to the last page. Supports only plain http, which is all the stand-in uses.
pub async fn consent(start: &str) -> Result<Visit, VisitError> {
    let typed = Request::get(start).header("sec-fetch-site", "none");
    let mut visit = visit(typed, String::new()).await?;
    if let Some(code) = value_of("user_code", &visit.page) {
        visit = submit(&visit, "/device", &[("user_code", code)]).await?;
    }
    let Some(ticket) = value_of("ticket", &visit.page) else {
        return Ok(visit);
    };
    let form = [("ticket", ticket), ("decision", "accept")];
    let last = submit(&visit, "/consent", &form).await?;
    Ok(Visit {
        consented: true,
        ..last
    })
}

/// Submits a form of the page. Its response may redirect anywhere, so the request says `cross-site`, as a browser's
/// last request in such a chain does.
async fn submit(from: &Visit, action: &str, form: &[(&str, &str)]) -> Result<Visit, VisitError> {
    let page = Url::parse(from.address.expose_secret()).map_err(|_| VisitError::Address)?;
    let action = page.join(action).map_err(|_| VisitError::Address)?;
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let post = Request::post(action.as_str())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    visit(post, body).await
}

/// Sends the request and follows as many redirects as browsers do.
async fn visit(request: request::Builder, body: String) -> Result<Visit, VisitError> {
    let request = NAVIGATION
        .into_iter()
        .fold(request, |request, (name, value)| {
            request.header(name, value)
        })
        .body(Body::from(body))
        .map_err(|_| VisitError::Address)?;
    let connector = HttpConnector::new_with_resolver(service_fn(addresses));
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let browser = FollowRedirect::with_policy(client, Limited::default());
    let response = browser.oneshot(request).await;
    let response = response.map_err(|error| VisitError::Answer(error.into()))?;
    let status = response.status().as_u16();
    let followed = response.extensions().get();
    let RequestUri(address) = followed.expect("each response that was followed has its address");
    let address = address.to_string().into();
    let page = to_bytes(Body::new(response.into_body()), PAGE_LIMIT).await;
    let page = page.map_err(|error| VisitError::Answer(error.into()))?;
    let page = String::from_utf8_lossy(&page).into_owned();
    Ok(Visit {
        status,
        title: title(&page),
        page,
        address,
        consented: false,
    })
}

/// Resolves localhost to loopback, as browsers do, even if the system's hosts file lacks it (RFC 6761, section 6.3).
async fn addresses(host: Name) -> io::Result<vec::IntoIter<SocketAddr>> {
    let addresses = if host.as_str().eq_ignore_ascii_case("localhost") {
        vec![
            (Ipv4Addr::LOCALHOST, 0).into(),
            (Ipv6Addr::LOCALHOST, 0).into(),
        ]
    } else {
        lookup_host((host.as_str(), 0)).await?.collect()
    };
    Ok(addresses.into_iter())
}

fn value_of<'a>(name: &str, page: &'a str) -> Option<&'a str> {
    let tags = page.split('<').filter(|tag| tag.starts_with("input"));
    let mut tags = tags.filter(|tag| attribute(tag, "name") == Some(name));
    attribute(tags.next()?, "value")
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

fn title(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<title>")?;
    rest.split_once("</title>")
        .map(|(title, _)| title.to_owned())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn the_ticket_is_found_wherever_it_stands_in_its_tag() {
        let page = r#"<input name="other" value="1"><input value="2" type="hidden" name="ticket">"#;
        assert_eq!(value_of("ticket", page), Some("2"));
        assert_eq!(value_of("ticket", "<title>Invalid Client</title>"), None);
    }

    /// Visits a server that gives these responses in turn. Returns where the visit ended and the requests received.
    async fn visited(answers: [&'static str; 3]) -> (Visit, Vec<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let start = format!("http://{}/start", listener.local_addr().unwrap());
        let (came, mut requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                request.truncate(length);
                came.send(String::from_utf8(request).unwrap()).unwrap();
                let answer = format!("HTTP/1.0 {answer}");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let visit = consent(&start).await.unwrap();
        let requests = std::iter::from_fn(|| requests.try_recv().ok()).collect();
        (visit, requests)
    }

    #[tokio::test]
    async fn it_looks_like_a_browser_also_after_a_redirect() {
        let moved = "302 Found\r\nlocation: /next\r\n\r\n";
        let (visit, requests) = visited([moved, moved, "200 OK\r\n\r\n"]).await;
        assert_eq!((visit.status, visit.consented), (200, false));
        assert!(visit.address.expose_secret().ends_with("/next"));
        assert_eq!(requests.len(), 3);
        for (name, value) in [("dest", "document"), ("mode", "navigate"), ("site", "none")] {
            let header = format!("sec-fetch-{name}: {value}\r\n");
            let all = requests.iter().all(|request| request.contains(&header));
            assert!(all, "{requests:?}");
        }
    }

    #[tokio::test]
    async fn what_is_submitted_says_that_it_may_come_from_elsewhere() {
        let page = "200 OK\r\n\r\n<input name=\"ticket\" value=\"2\">";
        let moved = "303 See Other\r\nlocation: /callback\r\n\r\n";
        let (visit, requests) = visited([page, moved, "200 OK\r\n\r\n"]).await;
        assert!(visit.consented);
        let [_, submitted, callback] = &*requests else {
            panic!("{requests:?}");
        };
        assert!(
            submitted.starts_with("POST /consent ")
                && submitted.ends_with("ticket=2&decision=accept")
        );
        assert!(
            callback.starts_with("GET /callback ")
                && callback.contains("sec-fetch-site: cross-site")
        );
    }
}
