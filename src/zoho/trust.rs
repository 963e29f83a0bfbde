//! Hosts that secrets may go to: types created only from the known data centers or from the person's own option.

use crate::zoho::data_centers::DataCenter;
use derive_more::Display;
use thiserror::Error;
use url::{Host, Position, Url};

/// A server to which the client secret, grant token and code verifier may be posted.
#[derive(Clone, Debug, Display, PartialEq, Eq)]
pub struct AccountsServer(String);

/// A server to which an access token may be sent.
#[derive(Clone, Debug, Display, PartialEq, Eq)]
pub struct ApiDomain(String);

/// Why the person's address is rejected.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NotAnOrigin {
    /// Not a URL.
    #[error("it is not an address such as https://accounts.zoho.eu")]
    NotAUrl,
    /// http to another machine would expose the client secret to everyone along the way.
    #[error("it must begin with https:// (http:// is for 127.0.0.1, [::1] and localhost only)")]
    NotHttps,
    /// User info, path, query or fragment.
    #[error("it must be only a server, without user info, path, query or fragment")]
    MoreThanAServer,
}

impl AccountsServer {
    /// The accounts server of a known data center.
    pub fn of(center: &DataCenter) -> Self {
        Self(center.accounts_server.to_owned())
    }

    /// The accounts server that the person named on the command line: https, or http on this machine.
    pub fn given(address: &str) -> Result<Self, NotAnOrigin> {
        origin(address).map(Self)
    }

    /// Its origin, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its data center, if known.
    pub fn data_center(&self) -> Option<&'static DataCenter> {
        DataCenter::of_accounts_server(&self.0)
    }

    /// The API console of its data center, where clients are registered; the first data center's if none is known.
    pub fn api_console(&self) -> &'static str {
        let console = self.data_center().and_then(|center| center.api_console);
        console.unwrap_or("https://api-console.zoho.com")
    }

    /// Whether it is on this machine, as a stand-in is.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

impl ApiDomain {
    /// The API domain that the person named on the command line: https, or http on this machine.
    pub fn given(address: &str) -> Result<Self, NotAnOrigin> {
        origin(address).map(Self)
    }

    /// Its origin, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The servers that a callback or a token response may name.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Whether Zoho's own servers are among them.
    zoho: bool,
    accounts_servers: Vec<AccountsServer>,
    api_domains: Vec<ApiDomain>,
}

impl Trust {
    /// Zoho's own servers, the one where the login begins, and those that the person added.
    /// A login that begins on this machine is a rehearsal, so it never trusts Zoho's servers.
    pub fn new(
        home: &AccountsServer,
        (mut accounts_servers, api_domains): (Vec<AccountsServer>, Vec<ApiDomain>),
    ) -> Self {
        accounts_servers.push(home.clone());
        Self {
            zoho: !home.is_loopback(),
            accounts_servers,
            api_domains,
        }
    }

    /// The trusted server that a callback names. Compared character by character, because look-alikes exploit a URL
    /// parser's leniency (uppercase, trailing dot, default port).
    pub fn accounts_server(&self, named: &str) -> Option<AccountsServer> {
        let server = AccountsServer(named.to_owned());
        let is_zohos = self.zoho && server.data_center().is_some();
        (is_zohos || self.accounts_servers.contains(&server)).then_some(server)
    }

    /// The trusted server of a data center that Zoho named by its code, if the person is not at `home`: Zoho's known
    /// server, or the only other server that is trusted besides `home`.
    pub fn at_location(&self, code: &str, home: &AccountsServer) -> Option<AccountsServer> {
        let center = DataCenter::of_code(code);
        let of_table = center.and_then(|center| self.accounts_server(center.accounts_server));
        let (mut others, _) = self.further();
        others.retain(|server| server != home);
        of_table.or_else(|| match others.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        })
    }

    /// The servers that are not Zoho's known ones.
    pub fn further(&self) -> (Vec<AccountsServer>, Vec<ApiDomain>) {
        let (mut servers, mut domains) = (self.accounts_servers.clone(), self.api_domains.clone());
        servers.retain(|server| server.data_center().is_none());
        domains.retain(|domain| DataCenter::of_api_domain(&domain.0).is_none());
        (servers, domains)
    }

    /// The trusted API domain that a token response names, compared character by character.
    pub fn api_domain(&self, named: &str) -> Option<ApiDomain> {
        let domain = ApiDomain(named.to_owned());
        let is_zohos = self.zoho && DataCenter::of_api_domain(named).is_some();
        (is_zohos || self.api_domains.contains(&domain)).then_some(domain)
    }
}

/// A URL whose host is written in ASCII. The parser also converts other letters, which may only look like the intended
/// ones.
pub(crate) fn plain_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let asked = &url[..Position::AfterHost];
    let written = text.get(..asked.len())?;
    written.eq_ignore_ascii_case(asked).then_some(url)
}

/// Whether an address is on this machine; loopback never goes through a proxy.
pub(crate) fn is_loopback(address: &str) -> bool {
    match plain_url(address).as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn origin(address: &str) -> Result<String, NotAnOrigin> {
    let url = plain_url(address.trim()).ok_or(NotAnOrigin::NotAUrl)?;
    let origin = url.origin().ascii_serialization();
    match url.scheme() {
        "http" if !is_loopback(url.as_str()) => Err(NotAnOrigin::NotHttps),
        "http" | "https" if url.as_str() == format!("{origin}/") => Ok(origin),
        "http" | "https" => Err(NotAnOrigin::MoreThanAServer),
        _ => Err(NotAnOrigin::NotAUrl),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoho::data_centers::DATA_CENTERS;

    fn us() -> Trust {
        let home = AccountsServer::of(&DATA_CENTERS[0]);
        Trust::new(&home, <_>::default())
    }

    #[test]
    fn the_table_is_trusted() {
        for center in &DATA_CENTERS {
            let server = us().accounts_server(center.accounts_server).unwrap();
            assert_eq!(server.data_center().unwrap().code, center.code);
            assert!(us().api_domain(center.api_domain).is_some());
        }
    }

    #[test]
    fn look_alikes_are_not() {
        for named in [
            "",
            "https://accounts.zoho.com.evil.example",
            "https://accounts.zoho.com@evil.example",
            "https://accounts.zoho.com:8443",
            "https://accounts.zoho.com:443",
            "https://accounts.zoho.com.",
            "https://accounts.zoho.com/",
            "https://ACCOUNTS.zoho.com",
            "https://accounts.zoho.com%2eevil.example",
            "https://accounts.zoho.c\u{43e}m",
            "https://xn--accounts-zoho.com",
            "http://accounts.zoho.com",
            " https://accounts.zoho.com",
            "https://accounts.zoho.com\n",
            "accounts.zoho.com",
            "https://accounts.zoho.ca",
            "http://127.0.0.1:1",
        ] {
            assert_eq!(us().accounts_server(named), None, "{named:?}");
            assert_eq!(us().api_domain(named), None, "{named:?}");
        }
    }

    #[test]
    fn a_location_leads_to_the_table_or_to_the_one_server_that_was_given() {
        let home = AccountsServer::of(&DATA_CENTERS[0]);
        let given = AccountsServer::given("https://accounts.zoho.example").unwrap();
        let one = Trust::new(&home, (vec![given.clone()], Vec::new()));
        let two = vec![
            given.clone(),
            AccountsServer::given("http://127.0.0.1:9").unwrap(),
        ];
        let two = Trust::new(&home, (two, Vec::new()));
        let at = |trust: &Trust, code| trust.at_location(code, &home).map(|server| server.0);
        assert_eq!(at(&us(), "eu").unwrap(), "https://accounts.zoho.eu");
        assert_eq!(at(&us(), "zz"), None);
        assert_eq!(at(&one, "in").unwrap(), "https://accounts.zoho.in");
        assert_eq!(at(&one, "zz").unwrap(), given.0);
        assert_eq!(at(&two, "zz"), None);
    }

    #[test]
    fn a_rehearsal_never_leads_to_zoho() {
        let home = AccountsServer::given("http://127.0.0.1:4711").unwrap();
        let trust = Trust::new(&home, <_>::default());
        assert_eq!(trust.accounts_server("http://127.0.0.1:4711"), Some(home));
        assert_eq!(trust.accounts_server("https://accounts.zoho.com"), None);
        assert_eq!(trust.api_domain("https://www.zohoapis.com"), None);
    }

    #[test]
    fn the_person_may_name_https_or_this_machine() {
        let given = |address| AccountsServer::given(address).map(|server| server.0);
        assert_eq!(
            given("https://accounts.zoho.eu/").unwrap(),
            "https://accounts.zoho.eu"
        );
        assert_eq!(given("http://localhost:90").unwrap(), "http://localhost:90");
        assert_eq!(given("http://[::1]:90").unwrap(), "http://[::1]:90");
        assert_eq!(given("http://accounts.zoho.eu"), Err(NotAnOrigin::NotHttps));
        assert_eq!(
            given("http://127.0.0.1.evil.example"),
            Err(NotAnOrigin::NotHttps)
        );
        assert_eq!(
            given("https://a@accounts.zoho.eu"),
            Err(NotAnOrigin::MoreThanAServer)
        );
        assert_eq!(
            given("https://accounts.zoho.eu/oauth"),
            Err(NotAnOrigin::MoreThanAServer)
        );
        assert_eq!(given("accounts.zoho.eu"), Err(NotAnOrigin::NotAUrl));
        assert_eq!(given("https://Accounts.zöho.eu"), Err(NotAnOrigin::NotAUrl));
        assert_eq!(given("https://A%C3%B6.eu"), Err(NotAnOrigin::NotAUrl));
        assert_eq!(given("https://ｚoho.eu"), Err(NotAnOrigin::NotAUrl));
        assert_eq!(given("http://ｌocalhost:90"), Err(NotAnOrigin::NotAUrl));
        assert_eq!(given("https://%7Aoho.eu"), Err(NotAnOrigin::NotAUrl));
        assert_eq!(
            given("https://XN--bcher-kva.example").unwrap(),
            "https://xn--bcher-kva.example"
        );
        assert_eq!(given("ftp://accounts.zoho.eu"), Err(NotAnOrigin::NotAUrl));
    }
}
