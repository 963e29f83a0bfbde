//! The redirect URI: where on this machine the browser delivers the authorization response (RFC 8252 section 7.3).

use crate::zoho::client::is_token_text;
use crate::zoho::trust::{is_loopback, plain_url};
use derive_more::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use thiserror::Error;
use url::{Host, Url};

/// Parameters that the authorization response adds, so a registered address must not contain them.
pub(crate) const RESPONSE_PARAMETERS: [&str; 5] =
    ["state", "accounts-server", "location", "error", "code"];

/// Ports that browsers refuse to open (fetch.spec.whatwg.org, "bad port"), except 0.
const BLOCKED_PORTS: [u16; 82] = [
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
    103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
    512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
    995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
    6669, 6679, 6697, 10080,
];

/// A loopback http address, or one served elsewhere. Kept verbatim because Zoho compares it character by character.
#[derive(Clone, Debug, Display, PartialEq, Eq)]
#[display("{text}")]
pub struct RedirectUri {
    text: String,
    url: Url,
    /// Whether this machine serves it.
    here: bool,
}

/// Why a redirect URI is rejected.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NotARedirectUri {
    /// It is not a URL.
    #[error("it is not an address such as http://localhost:8085/callback")]
    NotAUrl,
    /// The grant token must be encrypted on its way to another machine.
    #[error(
        "its host must be localhost, 127.0.0.1 or [::1], or it must begin with https:// (you then paste the response here)"
    )]
    NotLoopback,
    /// Browsers refuse to open this port.
    #[error(
        "browsers refuse to open port {0}, which belongs to another protocol; register a redirect URI with another \
         port, such as http://localhost:8085/callback, and pass that"
    )]
    BlockedPort(u16),
    /// It contains characters that a URL parser ignores but Zoho's comparison does not.
    #[error(
        "it must not contain a space, a line break or another character that is not printable ASCII"
    )]
    Character,
    /// It has user info or a fragment, which RFC 6749 section 3.1.2 forbids.
    #[error("it must not have user info or a fragment (#…)")]
    UserOrFragment,
    /// It contains a parameter that the response adds.
    #[error("its query must not contain {0}, which Zoho adds itself")]
    ResponseParameter(&'static str),
}

impl RedirectUri {
    /// Accepts a loopback http address or any https address.
    pub fn parse(text: &str) -> Result<Self, NotARedirectUri> {
        let url = plain_url(text).ok_or(NotARedirectUri::NotAUrl)?;
        // This machine has no certificate for https, so such a response is pasted too.
        let here = is_loopback(url.as_str()) && url.scheme() == "http";
        match (url.scheme(), url.port()) {
            ("http", _) if !here => Err(NotARedirectUri::NotLoopback),
            ("http", Some(port)) if BLOCKED_PORTS.contains(&port) => {
                Err(NotARedirectUri::BlockedPort(port))
            }
            ("http" | "https", _) => Self::checked(text, url, here),
            _ => Err(NotARedirectUri::NotAUrl),
        }
    }

    /// Accepts any address, which this program then does not serve.
    pub fn elsewhere(text: &str) -> Result<Self, NotARedirectUri> {
        let url = plain_url(text).ok_or(NotARedirectUri::NotAUrl)?;
        Self::checked(text, url, false)
    }

    fn checked(text: &str, url: Url, here: bool) -> Result<Self, NotARedirectUri> {
        if !is_token_text(text) {
            return Err(NotARedirectUri::Character);
        }
        let user = !url.username().is_empty() || url.password().is_some();
        if user || url.fragment().is_some() {
            return Err(NotARedirectUri::UserOrFragment);
        }
        for (name, _) in url.query_pairs() {
            if let Some(taken) = RESPONSE_PARAMETERS.iter().find(|taken| **taken == name) {
                return Err(NotARedirectUri::ResponseParameter(taken));
            }
        }
        let text = text.to_owned();
        Ok(Self { text, url, here })
    }

    /// The address exactly as registered.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The addresses to listen on: both families for localhost, otherwise exactly the literal address; none if it is
    /// served elsewhere.
    pub fn addresses(&self) -> Vec<IpAddr> {
        match self.url.host().filter(|_| self.here) {
            Some(Host::Domain(_)) => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            Some(Host::Ipv4(ip)) => vec![ip.into()],
            Some(Host::Ipv6(ip)) => vec![ip.into()],
            None => Vec::new(),
        }
    }

    /// Whether this machine serves it; if not, the response must be pasted.
    pub fn is_here(&self) -> bool {
        self.here
    }

    /// Its host as written in a URL: `localhost` or `[::1]`.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Whether an address leads to it, even if upgraded to https, without its scheme, or by another name of this
    /// machine.
    pub fn is_reached_by(&self, address: &str) -> bool {
        let rest = address.strip_prefix("http://");
        let rest = rest.or_else(|| address.strip_prefix("https://"));
        let address = format!("{}://{}", self.url.scheme(), rest.unwrap_or(address));
        plain_url(&address).is_some_and(|url| {
            let same_host = url.authority() == self.url.authority();
            let both_here = is_loopback(url.as_str()) && is_loopback(self.url.as_str());
            (same_host || both_here && url.port() == self.url.port())
                && url.path() == self.url.path()
        })
    }

    /// The port; 80 if none is written. 0 means any free port.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(80)
    }

    /// The same address with 0 replaced by the free port that was found.
    pub(super) fn with_port(&self, port: u16) -> Self {
        let mut url = self.url.clone();
        // Setting a port fails only for an address without a host, and this one has a host.
        let _ = url.set_port(Some(port));
        Self {
            text: url.to_string(),
            url,
            here: self.here,
        }
    }

    /// The Host header that a browser sends: without the port if it is 80.
    pub fn authority(&self) -> &str {
        self.url.authority()
    }

    /// The path that a browser requests.
    pub fn path(&self) -> &str {
        self.url.path()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_letter_by_letter() {
        let uri = RedirectUri::parse("http://LOCALHOST:80").unwrap();
        assert_eq!(uri.as_str(), "http://LOCALHOST:80");
        assert_eq!(
            (uri.authority(), uri.path(), uri.port()),
            ("localhost", "/", 80)
        );
    }

    #[test]
    fn localhost_is_both_families_and_a_literal_is_itself() {
        let addresses = |uri| RedirectUri::parse(uri).unwrap().addresses();
        assert_eq!(addresses("http://localhost:8085/").len(), 2);
        assert_eq!(addresses("http://127.0.0.1:8085/"), [Ipv4Addr::LOCALHOST]);
        assert_eq!(addresses("http://[::1]:8085/"), [Ipv6Addr::LOCALHOST]);
    }

    #[test]
    fn a_free_port_takes_the_place_of_zero() {
        let uri = RedirectUri::parse("http://localhost:0/callback")
            .unwrap()
            .with_port(4711);
        assert_eq!(uri.as_str(), "http://localhost:4711/callback");
        assert_eq!(uri.authority(), "localhost:4711");
    }

    #[test]
    fn https_elsewhere_is_listened_on_nowhere() {
        let uri = RedirectUri::parse("https://app.example.com/oauth").unwrap();
        assert!(!uri.is_here() && uri.addresses().is_empty());
        assert!(uri.is_reached_by("https://APP.example.com:443/oauth"));
        assert!(uri.is_reached_by("app.example.com/oauth"));
        assert!(!uri.is_reached_by("https://app.example.com/oauth/"));
        assert!(!uri.is_reached_by("https://127.0.0.1/oauth"));
        assert!(!uri.is_reached_by("https://app.example.com.evil.example/oauth"));
    }

    #[test]
    fn what_is_not_this_machine_over_http_is_refused() {
        use NotARedirectUri as Not;
        let error = |uri| RedirectUri::parse(uri).unwrap_err();
        assert_eq!(error("localhost:8085"), Not::NotAUrl);
        assert_eq!(error("/callback"), Not::NotAUrl);
        assert_eq!(error("http://localhost:6000/"), Not::BlockedPort(6000));
        assert_eq!(error("http://192.168.1.5:8085/"), Not::NotLoopback);
        assert_eq!(error("http://localhost:8085/call\nback"), Not::Character);
        assert_eq!(error("http://localhost:8085/ "), Not::Character);
        assert_eq!(error("http://0.0.0.0:8085/"), Not::NotLoopback);
        assert_eq!(
            error("http://localhost.evil.example:8085/"),
            Not::NotLoopback
        );
        assert_eq!(error("http://evil@localhost:8085/"), Not::UserOrFragment);
        assert_eq!(error("http://localhost:8085/#a"), Not::UserOrFragment);
        assert_eq!(
            error("http://localhost:8085/?a=1&state=2"),
            Not::ResponseParameter("state")
        );
    }
}
