//! Is this request ours? A pure function from the request, its sender and what was answered before to a decision.
//! Whatever fails before `state`, and whatever another user sends, has no effect.

use crate::loopback::peer::Peer;
use crate::loopback::redirect_uri::{RESPONSE_PARAMETERS, RedirectUri};
use crate::untrusted::Untrusted;
use crate::zoho::client::is_token_text;
use crate::zoho::data_centers::DataCenter;
use crate::zoho::trust::{AccountsServer, Trust};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, header};
use ring::digest::{Context, SHA256};
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

/// Appended to the start address if the person wants this origin's app data cleared first.
pub(super) const CLEAR: &str = "/clear";

/// Appended to that for the image whose response clears the data.
pub(super) const CLEARING: &str = "/clear/now";

/// The header of a request that a browser sends while it starts a service worker.
pub(crate) const NAVIGATION_PRELOAD: &str = "service-worker-navigation-preload";

/// Where the page about another login's response is shown: an address with neither code nor state. Anyone may open it at
/// any time, because it says nothing about this login.
const TOLD: [(&str, Refusal); 4] = [
    ("/not-this-login", Refusal::ForeignState),
    ("/not-this-login", Refusal::Repeated),
    ("/unrecognized", Refusal::UntiedError),
    ("/already-answered", Refusal::Used),
];

/// What a request must match.
#[derive(Debug)]
pub struct Expectation {
    /// The redirect URI.
    pub redirect_uri: RedirectUri,
    /// The state of the authorization request.
    pub state: SecretString,
    /// The path of the one-time start address.
    pub start_path: SecretString,
    /// The path of the one-time page.
    pub page_path: SecretString,
    /// A never-used name under `localhost`, with the port; none if a browser may be unable to reach it.
    pub page_host: Option<String>,
    /// The accounts server where the login began, used when the callback names none.
    pub home: AccountsServer,
    /// The accounts servers that a callback may name.
    pub trust: Trust,
}

/// What has happened in this login so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoFar {
    /// The accepted response.
    pub answer: Option<Digest>,
    /// Where the page is, once a browser has been sent there.
    pub page_at: Option<Site>,
}

/// The SHA-256 hash of a response, to recognize a reload without keeping the grant token.
pub type Digest = [u8; 32];

/// The two origins of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// The redirect URI's. Apps that used the port before may have left workers and caches there.
    RedirectUri,
    /// The never-used host name.
    PageHost,
}

/// What to do with a request.
#[derive(Debug)]
pub enum Decision {
    /// The start address: redirects to Zoho once.
    Start,
    /// The start address through an earlier app's service worker: ask the person first.
    StartThroughWorker,
    /// The person wants to clear this origin's app data and continue.
    Clear,
    /// The image on the page that they then see: its response clears the data.
    ClearNow,
    /// The one-time page.
    Page,
    /// The response to this login's authorization request.
    Response(Answer),
    /// The accepted response again: a reload, or a browser that sends it twice.
    Again,
}

/// Why a request has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not exactly one Host header with our authority: DNS rebinding, a scanner.
    Host,
    /// This login's response under another name of this machine, which may be a malicious page's trick.
    OtherHost,
    /// Nothing is served at this path.
    Path,
    /// Not a GET request, or it has a body.
    Method,
    /// According to the browser, no person is navigating there: a prefetch, an image, a frame or a script.
    Metadata,
    /// A repeated parameter (RFC 6749 section 3.1).
    Repeated,
    /// The redirect URI without a query, like a JavaScript client's response.
    Bare,
    /// No state or a different one: an earlier login, or someone else's.
    ForeignState,
    /// An error without this login's state, so it cannot be matched to it.
    UntiedError,
    /// This login's response through a service worker, which could read our reply.
    Worker,
    /// Sent by another user of this machine.
    Neighbor {
        /// Their user ID.
        uid: u32,
        /// What they requested.
        place: Place,
    },
    /// Its connection closed before its owner could be determined.
    Unseen,
    /// A different response than the accepted one.
    Used,
}

/// What a request with an effect requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The redirect URI.
    Callback,
    /// The one-time start address.
    Start,
    /// The same, after clearing this origin's app data.
    Clear,
    /// The image whose response clears it.
    ClearNow,
    /// The one-time page.
    Page,
}

/// A response that belongs to this login.
#[derive(Debug)]
pub struct Answer {
    /// Zoho's response.
    pub response: AuthorizationResponse,
    /// Distinguishes it from others.
    pub digest: Digest,
    /// Whether its sender closed the connection before its owner could be determined.
    pub unseen: bool,
}

/// Zoho's response to this login's request, delivered by the browser (RFC 6749 section 4.1.2).
#[derive(Debug)]
pub enum AuthorizationResponse {
    /// The person consented.
    Granted(Granted),
    /// `error` instead of a code; `access_denied` if the person declined.
    Error(Untrusted),
    /// The callback named a server that is not trusted: nothing is sent anywhere.
    Untrusted {
        /// The server it named.
        named: Untrusted,
        /// The data center that it named as well.
        location: Option<Untrusted>,
    },
    /// The right state, but neither a code nor an error.
    Empty,
}

/// A grant token, and where it can be redeemed.
#[derive(Debug)]
pub struct Granted {
    /// Valid once, for about a minute.
    pub code: SecretString,
    /// The person's accounts server.
    pub accounts_server: AccountsServer,
    /// The code of their data center, if the callback named it.
    pub location: Option<Untrusted>,
}

/// The path of the page about a refusal, if it has its own address.
pub(super) fn told_at(refusal: Refusal) -> Option<&'static str> {
    let told = TOLD.iter().find(|(_, told)| *told == refusal);
    told.map(|(path, _)| *path)
}

/// Judges a request in the documented order: the head first, then the sender, then what was answered before. `peer` is
/// consulted only about a request that would have an effect. A refused request has none.
pub fn decide(
    expected: &Expectation,
    head: &Parts,
    peer: impl FnOnce() -> Peer,
    so_far: SoFar,
) -> Result<Decision, Refusal> {
    let site = site(expected, head).ok_or_else(|| other_host(expected, head))?;
    let path = head.uri.path();
    let place = place(expected, site, path).ok_or_else(|| {
        let told = TOLD.iter().find(|(at, _)| *at == path);
        told.map_or(Refusal::Path, |(_, refusal)| *refusal)
    })?;
    if head.method != Method::GET || has_body(&head.headers) {
        return Err(Refusal::Method);
    }
    let through_worker = through_worker(&head.headers, place)?;
    if place == Place::Callback {
        let mut answer = judge(expected, head.uri.query().unwrap_or_default())?;
        answer.unseen = unseen(peer(), place)?;
        return match so_far.answer {
            _ if through_worker => Err(Refusal::Worker),
            None => Ok(Decision::Response(answer)),
            Some(first) if first != answer.digest => Err(Refusal::Used),
            Some(_) if answer.unseen => Err(Refusal::Unseen),
            Some(_) => Ok(Decision::Again),
        };
    }
    unseen(peer(), place)?;
    match place {
        Place::Start if through_worker => Ok(Decision::StartThroughWorker),
        Place::Start => Ok(Decision::Start),
        Place::Clear => Ok(Decision::Clear),
        Place::ClearNow => Ok(Decision::ClearNow),
        Place::Page if so_far.page_at == Some(site) => Ok(Decision::Page),
        Place::Page | Place::Callback => Err(Refusal::Path),
    }
}

/// Whether the request came through a service worker, if its headers fit this place.
fn through_worker(headers: &HeaderMap, place: Place) -> Result<bool, Refusal> {
    match (navigation(headers), place) {
        // A worker can read what the browser preloads for it.
        (_, Place::Page) if headers.contains_key(NAVIGATION_PRELOAD) => Err(Refusal::Metadata),
        (Navigation::Picture, Place::ClearNow) => Ok(false),
        (Navigation::Picture | Navigation::Nobody, _)
        | (_, Place::ClearNow)
        | (Navigation::Worker, Place::Page) => Err(Refusal::Metadata),
        (Navigation::Person, _) => Ok(false),
        (Navigation::Worker, _) => Ok(true),
    }
}

/// Whether the sender is unknown; a callback is accepted even so.
fn unseen(peer: Peer, place: Place) -> Result<bool, Refusal> {
    match peer {
        Peer::Neighbor(uid) => Err(Refusal::Neighbor { uid, place }),
        Peer::Gone if place != Place::Callback => Err(Refusal::Unseen),
        Peer::Gone => Ok(true),
        Peer::Person | Peer::Untold => Ok(false),
    }
}

fn place(expected: &Expectation, site: Site, path: &str) -> Option<Place> {
    let is_start = |path: Option<&str>| path.is_some_and(|path| same(path, &expected.start_path));
    if same(path, &expected.page_path) {
        Some(Place::Page)
    } else if site == Site::PageHost {
        None
    } else if path == expected.redirect_uri.path() {
        Some(Place::Callback)
    } else if is_start(Some(path)) {
        Some(Place::Start)
    } else if is_start(path.strip_suffix(CLEAR)) {
        Some(Place::Clear)
    } else if is_start(path.strip_suffix(CLEARING)) {
        Some(Place::ClearNow)
    } else {
        None
    }
}

/// Judges the parameters of a response, whether it came through the browser or was pasted.
pub(super) fn judge(expected: &Expectation, query: &str) -> Result<Answer, Refusal> {
    let mut parameters = parameters(query).ok_or(Refusal::Repeated)?;
    let digest = digest(&parameters);
    let state = parameters.remove("state").unwrap_or_default();
    if !same(&state, &expected.state) {
        return Err(if parameters.contains_key("error") {
            Refusal::UntiedError
        } else if parameters.is_empty() && state.is_empty() {
            Refusal::Bare
        } else {
            Refusal::ForeignState
        });
    }
    Ok(Answer {
        response: response(expected, &mut parameters),
        digest,
        unseen: false,
    })
}

/// Hashes the relevant parameters in a fixed order, each with its length, so that they cannot be confused.
fn digest(parameters: &HashMap<&'static str, String>) -> Digest {
    let mut context = Context::new(&SHA256);
    for name in RESPONSE_PARAMETERS {
        let value = parameters.get(name).map_or("", String::as_str);
        context.update(&value.len().to_be_bytes());
        context.update(value.as_bytes());
    }
    let digest = context.finish();
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// From here on, the response belongs to this login: anything wrong ends the attempt.
fn response(
    expected: &Expectation,
    parameters: &mut HashMap<&'static str, String>,
) -> AuthorizationResponse {
    use AuthorizationResponse as Response;
    let location = parameters.remove("location").map(Untrusted::new);
    let told = location
        .as_ref()
        .and_then(|location| DataCenter::of_code(location.raw()));
    let named = parameters.remove("accounts-server");
    let home = &expected.home;
    let server = match (&named, told) {
        (Some(named), _) => expected.trust.accounts_server(named),
        // A login that began elsewhere, such as at a stand-in, never moves to Zoho's servers.
        (None, Some(told)) if home.data_center().is_some() => Some(AccountsServer::of(told)),
        (None, _) => Some(home.clone()),
    };
    // An unknown location proves nothing.
    let agree = |server: &AccountsServer| {
        let both = server.data_center().zip(told);
        both.is_none_or(|(named, told)| named == told)
    };
    let Some(accounts_server) = server.filter(agree) else {
        let named = Untrusted::new(named.unwrap_or_default());
        return Response::Untrusted { named, location };
    };
    if let Some(error) = parameters.remove("error") {
        return Response::Error(Untrusted::new(error));
    }
    match parameters.remove("code") {
        Some(code) if is_token_text(&code) => Response::Granted(Granted {
            code: code.into(),
            accounts_server,
            location,
        }),
        _ => Response::Empty,
    }
}

/// The parameters of an authorization response, or none if one of them is repeated. Others, such as those in the
/// registered redirect URI's query, do not matter.
fn parameters(query: &str) -> Option<HashMap<&'static str, String>> {
    let mut found = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if let Some(known) = RESPONSE_PARAMETERS.iter().find(|known| **known == name)
            && found.insert(*known, value.into_owned()).is_some()
        {
            return None;
        }
    }
    Some(found)
}

pub(crate) fn same(text: &str, secret: &SecretString) -> bool {
    text.as_bytes()
        .ct_eq(secret.expose_secret().as_bytes())
        .into()
}

/// The host that a request is for, from exactly one Host header.
pub(crate) fn host(head: &Parts) -> Option<&str> {
    let mut hosts = head.headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    // An absolute request target contains a host too.
    let target = head.uri.authority().map_or(host, |target| target.as_str());
    (hosts.next().is_none() && target == host).then_some(host)
}

/// The origin that a request is for.
fn site(expected: &Expectation, head: &Parts) -> Option<Site> {
    let host = host(head)?;
    if host == expected.redirect_uri.authority() {
        Some(Site::RedirectUri)
    } else if expected.page_host.as_deref() == Some(host) {
        Some(Site::PageHost)
    } else {
        None
    }
}

/// A request with the right state is answered with how to deliver the response anyway.
fn other_host(expected: &Expectation, head: &Parts) -> Refusal {
    let is_callback = head.uri.path() == expected.redirect_uri.path();
    let query = head.uri.query().unwrap_or_default();
    if is_callback && judge(expected, query).is_ok() {
        Refusal::OtherHost
    } else {
        Refusal::Host
    }
}

pub(crate) fn has_body(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    headers.contains_key(header::TRANSFER_ENCODING)
        || lengths.any(|length| length.as_bytes() != b"0")
}

/// Who is navigating, according to the browser (Fetch Metadata Request Headers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Navigation {
    /// A person, or a browser too old for these headers: absent headers are accepted.
    Person,
    /// A service worker that forwards a person's navigation.
    Worker,
    /// A page that loads an image.
    Picture,
    /// A prefetch, a frame or a script.
    Nobody,
}

/// Whether a header has only this value; an absent header is accepted.
pub(crate) fn only(headers: &HeaderMap, name: &str, wanted: &str) -> bool {
    let mut values = headers.get_all(name).iter();
    values.all(|value| value.as_bytes() == wanted.as_bytes())
}

pub(crate) fn navigation(headers: &HeaderMap) -> Navigation {
    let only = |name: &str, wanted: &str| only(headers, name, wanted);
    let is = |name: &str, wanted: &str| headers.contains_key(name) && only(name, wanted);
    let prefetch = ["sec-purpose", "purpose", "x-moz", "x-purpose"];
    // Chromium keeps the navigation's mode; Firefox keeps only the upgrade header.
    let passed_through = is("sec-fetch-mode", "navigate")
        || is("sec-fetch-mode", "same-origin") && is("upgrade-insecure-requests", "1");
    if prefetch.iter().any(|name| headers.contains_key(*name)) {
        Navigation::Nobody
    } else if only("sec-fetch-mode", "navigate") && only("sec-fetch-dest", "document") {
        Navigation::Person
    } else if passed_through && is("sec-fetch-dest", "empty") {
        Navigation::Worker
    } else if is("sec-fetch-mode", "no-cors") && is("sec-fetch-dest", "image") {
        Navigation::Picture
    } else {
        Navigation::Nobody
    }
}

/// Whether this browser resolves names under `localhost` itself: Chromium and Firefox do, Safari does not.
pub(super) fn finds_names_below_localhost(headers: &HeaderMap) -> bool {
    agent_has(headers, "Chrome/") || agent_has(headers, "Firefox/")
}

/// Whether the browser's name contains a word: "Firefox/".
pub(super) fn agent_has(headers: &HeaderMap, word: &str) -> bool {
    let agent = headers.get(header::USER_AGENT);
    agent.is_some_and(|agent| String::from_utf8_lossy(agent.as_bytes()).contains(word))
}

#[cfg(test)]
#[path = "decide_tests.rs"]
pub(in crate::loopback) mod tests;
