//! Is this request ours? A pure function from what a request says, what the system says of its sender and what was
//! answered before to a decision: whatever fails before `state`, and whatever another user sends, has no effect.

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

/// What follows the start address when the person wants this origin's app data cleared first.
pub(super) const CLEAR: &str = "/clear";

/// What follows it for the picture whose answer clears.
pub(super) const CLEARING: &str = "/clear/now";

/// A browser says with it that it asks at the same time as it wakes a service worker.
pub(crate) const NAVIGATION_PRELOAD: &str = "service-worker-navigation-preload";

/// Where the page is shown about a response that is not this login's: an address that holds neither code nor state. It
/// may be opened by anybody at any time, because it says nothing about the login.
const TOLD: [(&str, Refusal); 4] = [
    ("/not-this-login", Refusal::ForeignState),
    ("/not-this-login", Refusal::Repeated),
    ("/unrecognized", Refusal::UntiedError),
    ("/already-answered", Refusal::Used),
];

/// What a request is measured by.
#[derive(Debug)]
pub struct Expectation {
    /// Where Zoho sends the browser back to.
    pub redirect_uri: RedirectUri,
    /// The state of the authorization request.
    pub state: SecretString,
    /// The path of the one-time start address.
    pub start_path: SecretString,
    /// The path of the one-time page.
    pub page_path: SecretString,
    /// A name below `localhost` that no app had before, with the port; none where a browser may not reach it.
    pub page_host: Option<String>,
    /// The accounts server where the login began, used when the callback names none.
    pub home: AccountsServer,
    /// The accounts servers that a callback may name.
    pub trust: Trust,
}

/// What happened before in this login.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoFar {
    /// The response that was accepted.
    pub answer: Option<Digest>,
    /// Where the page is, once a browser was sent there.
    pub page_at: Option<Site>,
}

/// SHA-256 of a response, which recognizes a reload without keeping the grant token.
pub type Digest = [u8; 32];

/// The two origins of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// That of the redirect URI. Apps that used the port before may have left workers and caches there.
    RedirectUri,
    /// The name that nobody had before.
    PageHost,
}

/// What to do with a request.
#[derive(Debug)]
pub enum Decision {
    /// The start address: leads to Zoho once.
    Start,
    /// The start address through a service worker that an earlier app left here: the person is asked first.
    StartThroughWorker,
    /// The person wants this origin's app data cleared, and to go on.
    Clear,
    /// The page that they are shown then asks for this: the answer to it clears.
    ClearNow,
    /// The one-time page.
    Page,
    /// The response to this login's authorization request.
    Response {
        /// The response.
        answer: Answer,
        /// Its sender closed the connection before anybody could see whose it was.
        unseen: bool,
    },
    /// The accepted response again: a reload, or a browser that asks twice.
    Again,
    /// Not ours: answer it and forget it.
    Refused(Refusal),
}

/// Why a request has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not exactly one Host header with our authority: DNS rebinding, a scanner.
    Host,
    /// This login's response by another name of this machine than the redirect URI's, which may be a page's trick.
    OtherHost,
    /// Nothing is served there.
    Path,
    /// Neither GET nor without a body.
    Method,
    /// A browser says that no person is going there: prefetch, an image, a frame, a script.
    Metadata,
    /// A parameter given twice (RFC 6749 section 3.1).
    Repeated,
    /// The redirect URI without any query, as a JavaScript client's response looks.
    Bare,
    /// No state or another one: an earlier login, or somebody else's.
    ForeignState,
    /// An error that cannot be tied to this login for want of its state.
    UntiedError,
    /// This login's response through a service worker, which could read what it is answered with.
    Worker,
    /// Another user of this machine sent it.
    Neighbor {
        /// Their number.
        uid: u32,
        /// What they asked for.
        place: Place,
    },
    /// It closed its connection before anybody could see whose it was.
    Unseen,
    /// Another response than the one that was accepted.
    Used,
}

/// What a request with an effect asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The redirect URI.
    Callback,
    /// The one-time start address.
    Start,
    /// The same, after app data of this origin is cleared.
    Clear,
    /// The picture whose answer clears it.
    ClearNow,
    /// The one-time page.
    Page,
}

/// A response that belongs to this login.
#[derive(Debug)]
pub struct Answer {
    /// What Zoho said.
    pub response: AuthorizationResponse,
    /// Tells it from another.
    pub digest: Digest,
}

/// What Zoho said through the browser, in answer to this login's request (RFC 6749 section 4.1.2).
#[derive(Debug)]
pub enum AuthorizationResponse {
    /// The person consented.
    Granted(Granted),
    /// `error` instead of a code; `access_denied` when the person refused.
    Error(Untrusted),
    /// The callback named a server that is not trusted: nothing is sent anywhere.
    Untrusted {
        /// The server it named.
        named: Untrusted,
        /// The data center it named beside it.
        location: Option<Untrusted>,
    },
    /// The right state, but neither code nor error.
    Empty,
}

/// A grant token, and where it can be redeemed.
#[derive(Debug)]
pub struct Granted {
    /// Good once, and for about a minute.
    pub code: SecretString,
    /// The person's accounts server.
    pub accounts_server: AccountsServer,
    /// The code of their data center, when the callback told.
    pub location: Option<Untrusted>,
}

/// The path of the page about a refusal, when it is shown at an address of its own.
pub fn told_at(refusal: Refusal) -> Option<&'static str> {
    let told = TOLD.iter().find(|(_, told)| *told == refusal);
    told.map(|(path, _)| *path)
}

/// Judges a request in the order that the contract names. `peer` is asked only about one that would have an effect.
pub fn decide(
    expected: &Expectation,
    head: &Parts,
    peer: impl FnOnce() -> Peer,
    so_far: SoFar,
) -> Decision {
    judged(expected, head, peer, so_far).unwrap_or_else(Decision::Refused)
}

/// First the head alone, then who asks, then what was answered before.
fn judged(
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
        let answer = judge(expected, head.uri.query().unwrap_or_default())?;
        let unseen = unseen(peer(), place)?;
        return match so_far.answer {
            _ if through_worker => Err(Refusal::Worker),
            None => Ok(Decision::Response { answer, unseen }),
            Some(first) if first != answer.digest => Err(Refusal::Used),
            Some(_) if unseen => Err(Refusal::Unseen),
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

/// Whether it came through a service worker, if its headers say that it is what is asked for there.
fn through_worker(headers: &HeaderMap, place: Place) -> Result<bool, Refusal> {
    match (navigation(headers), place) {
        // A worker reads what the browser loads ahead for it.
        (_, Place::Page) if headers.contains_key(NAVIGATION_PRELOAD) => Err(Refusal::Metadata),
        (Navigation::Picture, Place::ClearNow) => Ok(false),
        (Navigation::Picture | Navigation::Nobody, _)
        | (_, Place::ClearNow)
        | (Navigation::Worker, Place::Page) => Err(Refusal::Metadata),
        (Navigation::Person, _) => Ok(false),
        (Navigation::Worker, _) => Ok(true),
    }
}

/// Whether nobody could see whose it was, which loses no response.
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

/// Judges the parameters of a response, whichever way they came: through the browser or pasted.
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
    })
}

/// Of the parameters that mean something, in a fixed order, each with its length so that none runs into the next.
fn digest(parameters: &HashMap<&'static str, String>) -> Digest {
    let mut context = Context::new(&SHA256);
    for name in RESPONSE_PARAMETERS {
        let value = parameters.get(name).map_or("", String::as_str);
        context.update(&value.len().to_be_bytes());
        context.update(value.as_bytes());
    }
    let mut digest = Digest::default();
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

/// From here on the request is this login's: whatever is wrong ends the attempt.
fn response(
    expected: &Expectation,
    parameters: &mut HashMap<&'static str, String>,
) -> AuthorizationResponse {
    use AuthorizationResponse as Response;
    let location = parameters.remove("location").map(Untrusted::new);
    let named = parameters.remove("accounts-server");
    let server = match &named {
        None => Some(at_location(expected, location.as_ref())),
        Some(named) => expected.trust.accounts_server(named),
    };
    let Some(accounts_server) = server else {
        let named = Untrusted::new(named.unwrap_or_default());
        return Response::Untrusted { named, location };
    };
    if named.is_some() && disagree(&accounts_server, location.as_ref()) {
        let named = Untrusted::new(accounts_server.as_str());
        return Response::Untrusted { named, location };
    }
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

/// Where a callback leads that names a location alone: the table's server there. A login that began elsewhere, at a
/// stand-in say, never leaves for the table.
fn at_location(expected: &Expectation, location: Option<&Untrusted>) -> AccountsServer {
    let home = &expected.home;
    let told = location.and_then(|location| DataCenter::of_code(location.raw()));
    let told = told.filter(|_| home.data_center().is_some());
    told.map_or_else(|| home.clone(), AccountsServer::of)
}

/// Whether a known location contradicts a server of the table. An unknown one proves nothing.
fn disagree(server: &AccountsServer, location: Option<&Untrusted>) -> bool {
    let told = location.and_then(|location| DataCenter::of_code(location.raw()));
    match (server.data_center(), told) {
        (Some(named), Some(told)) => named != told,
        _ => false,
    }
}

/// The parameters of an authorization response, or nothing when one of them stands twice.
/// Others, such as those of a query registered with the redirect URI, do not matter.
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

/// Whom a request is for: exactly one Host header.
pub(crate) fn host(head: &Parts) -> Option<&str> {
    let mut hosts = head.headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    // An absolute request target names a host as well.
    let target = head.uri.authority().map_or(host, |target| target.as_str());
    (hosts.next().is_none() && target == host).then_some(host)
}

/// Where a request goes to: the one origin or the other.
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

/// Whoever has the state is told how to deliver the response all the same.
fn other_host(expected: &Expectation, head: &Parts) -> Refusal {
    let is_callback = head.uri.path() == expected.redirect_uri.path();
    let parameters = parameters(head.uri.query().unwrap_or_default());
    let state = parameters
        .filter(|_| is_callback)
        .and_then(|mut all| all.remove("state"));
    match state {
        Some(state) if same(&state, &expected.state) => Refusal::OtherHost,
        _ => Refusal::Host,
    }
}

pub(crate) fn has_body(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    headers.contains_key(header::TRANSFER_ENCODING)
        || lengths.any(|length| length.as_bytes() != b"0")
}

/// Who is going there, as far as a browser tells (Fetch Metadata Request Headers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Navigation {
    /// A person, or a browser that is older than these headers: what is absent passes.
    Person,
    /// A service worker that passes a person's navigation through.
    Worker,
    /// A page that shows a picture.
    Picture,
    /// A prefetch, a frame, a script.
    Nobody,
}

/// Whether a header says nothing but this: what is absent passes.
pub(crate) fn only(headers: &HeaderMap, name: &str, wanted: &str) -> bool {
    let mut values = headers.get_all(name).iter();
    values.all(|value| value.as_bytes() == wanted.as_bytes())
}

pub(crate) fn navigation(headers: &HeaderMap) -> Navigation {
    let only = |name: &str, wanted: &str| only(headers, name, wanted);
    let is = |name: &str, wanted: &str| headers.contains_key(name) && only(name, wanted);
    let prefetch = ["sec-purpose", "purpose", "x-moz", "x-purpose"];
    // Chromium keeps the mode of the navigation; Firefox keeps only that a page is wanted.
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

/// Whether this browser finds names below `localhost` by itself, as Chromium and Firefox do and Safari does not.
pub fn finds_names_below_localhost(headers: &HeaderMap) -> bool {
    agent_has(headers, "Chrome/") || is_firefox(headers)
}

/// Whether this browser is Firefox.
pub fn is_firefox(headers: &HeaderMap) -> bool {
    agent_has(headers, "Firefox/")
}

fn agent_has(headers: &HeaderMap, word: &str) -> bool {
    let agent = headers.get(header::USER_AGENT);
    agent.is_some_and(|agent| String::from_utf8_lossy(agent.as_bytes()).contains(word))
}

#[cfg(test)]
#[path = "decide_tests.rs"]
pub(in crate::loopback) mod tests;
