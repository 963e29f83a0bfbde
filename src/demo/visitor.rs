//! A browser without a screen, for `demo --yes` and the tests: it opens the address, enters a code that stands
//! in it, and accepts.

use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// As many as browsers follow.
const REDIRECT_LIMIT: usize = 20;

/// Where the visit ended.
pub struct Visit {
    /// Of the last answer.
    pub status: u16,
    /// The last page, as it came.
    pub page: String,
    /// Its address, which may hold a grant token.
    pub address: SecretString,
    /// The last page's title, as it came: "Invalid Client" on Zoho's own.
    pub title: Option<String>,
    /// Whether a consent page was found, and accepted.
    pub consented: bool,
}

/// Why the visit did not end on a page.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// An address, the first or one of a redirect, is none.
    #[error("the browser was sent to no valid address")]
    Address(#[from] url::ParseError),
    /// Redirects without an end.
    #[error("the browser was redirected {REDIRECT_LIMIT} times")]
    Redirects,
    /// No answer.
    #[error("the browser got no answer")]
    Request(#[source] reqwest::Error),
}

impl From<reqwest::Error> for VisitError {
    /// Without its address, which holds grant token and state.
    fn from(error: reqwest::Error) -> Self {
        Self::Request(error.without_url())
    }
}

/// Opens `start`, follows it to the consent page, over the page for a device's code if it leads there, accepts,
/// and follows to the last page.
pub async fn consent(start: &str) -> Result<Visit, VisitError> {
    let client = browser()?;
    let start = Url::parse(start)?;
    let first = follow(&client, client.get(start.clone()), start, None).await?;
    let mut visit = Visit::of(first).await?;
    if let Some(code) = value_of("user_code", &visit.page) {
        let form = [("user_code", code)];
        visit = submit(&client, &visit, "/device", &form).await?;
    }
    let Some(ticket) = value_of("ticket", &visit.page) else {
        return Ok(visit);
    };
    let form = [("ticket", ticket), ("decision", "accept")];
    let last = submit(&client, &visit, "/consent", &form).await?;
    Ok(Visit {
        consented: true,
        ..last
    })
}

impl Visit {
    async fn of((url, response): (Url, Response)) -> Result<Self, VisitError> {
        let status = response.status().as_u16();
        let page = response.text().await?;
        Ok(Self {
            status,
            title: title(&page),
            page,
            address: url.as_str().into(),
            consented: false,
        })
    }
}

async fn submit(
    client: &Client,
    from: &Visit,
    action: &str,
    form: &[(&str, &str)],
) -> Result<Visit, VisitError> {
    let page = Url::parse(from.address.expose_secret())?;
    let action = page.join(action)?;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let post = client.post(action.clone()).body(body);
    let post = post.header("content-type", "application/x-www-form-urlencoded");
    Visit::of(follow(client, post, action, Some(&page)).await?).await
}

fn browser() -> Result<Client, reqwest::Error> {
    // reqwest does not build without one, although loopback is plain http. An error says that there is one already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-user", "?1"),
        ("upgrade-insecure-requests", "1"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Client::builder()
        .default_headers(headers)
        .redirect(Policy::none())
        .no_proxy()
        .build()
}

/// Sends `request` to `url` and follows what it is answered with. `initiator` is the page that was left; none for
/// an address that was typed.
async fn follow(
    client: &Client,
    request: RequestBuilder,
    mut url: Url,
    initiator: Option<&Url>,
) -> Result<(Url, Response), VisitError> {
    let mut request = request;
    for _ in 0..REDIRECT_LIMIT {
        let response = request
            .header("sec-fetch-site", relation(initiator, &url))
            .send()
            .await?;
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        let next = location.filter(|_| response.status().is_redirection());
        let Some(next) = next else {
            return Ok((url, response));
        };
        url = url.join(next)?;
        request = client.get(url.clone());
    }
    Err(VisitError::Redirects)
}

/// The value of `Sec-Fetch-Site`. A site is scheme and host; between loopback names there is no closer relation.
fn relation(initiator: Option<&Url>, url: &Url) -> &'static str {
    match initiator {
        None => "none",
        Some(initiator) if initiator.origin() == url.origin() => "same-origin",
        Some(initiator) if initiator.host() == url.host() => "same-site",
        Some(_) => "cross-site",
    }
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

    use super::*;

    #[test]
    fn the_ticket_is_found_wherever_it_stands_in_its_tag() {
        let page = r#"<input name="other" value="1"><input value="2" type="hidden" name="ticket">"#;
        assert_eq!(value_of("ticket", page), Some("2"));
        assert_eq!(value_of("ticket", "<title>Invalid Client</title>"), None);
    }

    #[test]
    fn relations_are_those_of_fetch_metadata() {
        let url = |text| Url::parse(text).unwrap();
        let consent = url("http://127.0.0.1:1/oauth/v2/auth");
        let relation = |to| relation(Some(&consent), &url(to));
        assert_eq!(relation("http://127.0.0.1:1/consent"), "same-origin");
        assert_eq!(relation("http://127.0.0.1:2/callback"), "same-site");
        assert_eq!(relation("http://localhost:2/callback"), "cross-site");
    }
    #[tokio::test]
    async fn it_looks_like_a_browser() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let start = format!("http://{}/start", listener.local_addr().unwrap());
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4096];
            let length = stream.read(&mut head).await.unwrap();
            stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n").await.unwrap();
            String::from_utf8(head[..length].to_vec()).unwrap()
        };
        let (visit, head) = tokio::join!(consent(&start), server);
        assert!(!visit.unwrap().consented);
        for (name, value) in [("dest", "document"), ("mode", "navigate"), ("site", "none")] {
            assert!(
                head.contains(&format!("sec-fetch-{name}: {value}\r\n")),
                "{head}"
            );
        }
    }
}
