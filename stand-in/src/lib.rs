//! A strict stand-in for Zoho to test integrations against: two data centers on this machine, each with an accounts
//! server (consent page, token endpoint, device flow, revocation) and a CRM with a few records. It refuses
//! what Zoho refuses: a code works once, for a minute, at its own data center, with its own redirect URI and PKCE
//! verifier. It plays [failures](failure::Failure) on request and records [every request](StandIn::requests).
//!
//! It behaves as Zoho documents (zoho.com/accounts/protocol/oauth, zoho.com/crm/developer/docs/api/v8), as the code
//! that Zoho ships expects, and as users report. Where all of these are silent, a comment says so and the stand-in
//! takes the strictest option.
//!
//! # Testing an integration
//!
//! Give your code the stand-in's addresses and client instead of Zoho's. Here `organization` is the code under test: it
//! exchanges a self client's grant token and asks the CRM for the organization's name.
//!
//! ```
//! use secrecy::ExposeSecret;
//! use serde_json::Value;
//! use zoho_stand_in::failure::Failure;
//! use zoho_stand_in::{DataCenter, Rehearsal, StandIn};
//!
//! fn organization(accounts_url: &str, id: &str, secret: &str, code: &str) -> Option<String> {
//!     let form = [
//!         ("grant_type", "authorization_code"),
//!         ("client_id", id),
//!         ("client_secret", secret),
//!         ("code", code),
//!     ];
//!     let answer = ureq::post(format!("{accounts_url}/oauth/v2/token")).send_form(form);
//!     let tokens: Value = serde_json::from_reader(answer.ok()?.into_body().into_reader()).ok()?;
//!     let token = tokens["access_token"].as_str()?;
//!     let crm = ureq::get(format!("{}/crm/v8/org", tokens["api_domain"].as_str()?))
//!         .header("Authorization", format!("Zoho-oauthtoken {token}"));
//!     let answer = crm.call().ok()?.into_body().into_reader();
//!     let answer: Value = serde_json::from_reader(answer).ok()?;
//!     Some(answer["org"][0]["company_name"].as_str()?.to_owned())
//! }
//!
//! #[tokio::main]
//! async fn main() -> std::io::Result<()> {
//!     let zoho = StandIn::start(Rehearsal::default()).await?;
//!     let ask = || {
//!         let code = zoho.self_client_code(&["ZohoCRM.org.READ"]);
//!         let secret = zoho.client_secret();
//!         let accounts_url = zoho.accounts_url(DataCenter::Eu);
//!         organization(&accounts_url, &zoho.client_id(), secret.expose_secret(), &code)
//!     };
//!     assert_eq!(ask().as_deref(), Some("Rehearsal Company"));
//!
//!     // Zoho reports most errors with status 200: code that trusts the status alone fails here.
//!     zoho.fail(Some(Failure::InvalidCode));
//!     assert_eq!(ask(), None);
//!
//!     let requests = zoho.requests();
//!     assert_eq!(requests.last().map(|last| last.path.as_str()), Some("/oauth/v2/token"));
//!     Ok(())
//! }
//! ```
//!
//! A login with a browser begins at `/oauth/v2/auth`, with a [registered](StandIn::register_redirect_uri) redirect URI;
//! [`visitor::consent`] plays the person. Code in other languages starts the program `zoho-stand-in`, which prints the
//! same addresses and client.
#![forbid(unsafe_code)]

mod data_center;
pub mod failure;
mod pages;
mod parameters;
pub mod recorded;
mod registry;
mod shapes;
mod site;
pub mod visitor;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use secrecy::SecretString;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use data_center::DataCenter;
use failure::{Failure, Stage};
use recorded::Recorded;
use registry::{Client, Kind, Registry};

/// What the stand-in plays.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal {
    /// The failure to play.
    pub failure: Option<Failure>,
    /// The data center where the client is registered.
    pub home: DataCenter,
    /// Where the person's account is. `Failure::NoAccountsServer` moves it to the client's data center,
    /// `Failure::OtherDc` to another one.
    pub person_at: DataCenter,
    /// Whether data centers other than the client's own know the client.
    pub multi_dc: bool,
    /// Zoho's setting "Use the same OAuth credentials for all data centers".
    pub same_secret: bool,
    /// The interval between two polls for a device.
    pub interval: Duration,
}

impl Default for Rehearsal {
    /// A successful login that moves from one data center to the other.
    fn default() -> Self {
        Self {
            failure: None,
            home: DataCenter::Us,
            person_at: DataCenter::Eu,
            multi_dc: true,
            same_secret: true,
            interval: Duration::from_secs(5),
        }
    }
}

/// The addresses of one data center.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The accounts server, without a path: "http://127.0.0.1:40001".
    pub accounts_url: String,
    /// The API domain, without a path.
    pub api_domain: String,
}

/// Both data centers. When dropped, they stop listening and close their connections, except where a client is still
/// waiting for a response.
pub struct StandIn {
    world: Arc<World>,
    /// Dropping this stops both servers.
    running: JoinSet<io::Result<()>>,
}

/// State shared by all data centers.
struct World {
    client_id: String,
    home: DataCenter,
    /// The secret in the client's own data center, and the one everywhere else.
    secrets: [SecretString; 2],
    /// The addresses of the data centers being played.
    addresses: Vec<(DataCenter, Addresses)>,
    state: Mutex<State>,
}

struct State {
    registry: Registry,
    failure: Option<Failure>,
    requests: Vec<Recorded>,
    /// The requests of bulk read jobs.
    jobs: Vec<Value>,
}

impl StandIn {
    /// Starts both on free ports of 127.0.0.1.
    pub async fn start(rehearsal: Rehearsal) -> io::Result<Self> {
        let us = TcpListener::bind("127.0.0.1:0").await?;
        let eu = TcpListener::bind("127.0.0.1:0").await?;
        Self::on([us, eu], rehearsal)
    }

    /// Starts both on the given listeners, in the order of `DataCenter::PAIR`.
    pub fn on(listeners: [TcpListener; 2], rehearsal: Rehearsal) -> io::Result<Self> {
        let [us, eu] = &listeners;
        let places = DataCenter::PAIR.into_iter();
        let places = places.zip([addresses(us)?, addresses(eu)?]);
        let mut stand_in = Self::at(places.collect(), rehearsal);
        for (at, listener) in DataCenter::PAIR.into_iter().zip(listeners) {
            let router = stand_in.router(at);
            let server = axum::serve(listener, router).into_future();
            stand_in.running.spawn(server);
        }
        Ok(stand_in)
    }

    /// Plays every data center at Zoho's own addresses: the caller makes those names resolve to the `by_host` router.
    pub fn everywhere(rehearsal: Rehearsal) -> Self {
        let places = DataCenter::EVERYWHERE.map(|at| (at, at.addresses()));
        Self::at(places.to_vec(), rehearsal)
    }

    /// Listens nowhere: the caller serves the routers at these addresses.
    pub fn at(addresses: Vec<(DataCenter, Addresses)>, rehearsal: Rehearsal) -> Self {
        let secret = SecretString::from(shapes::client_secret());
        let other = if rehearsal.same_secret {
            secret.clone()
        } else {
            SecretString::from(shapes::client_secret())
        };
        let (client_id, secrets) = (shapes::client_id(), [secret, other]);
        let client = Client {
            kind: Kind::ServerBased,
            id: client_id.clone(),
            secrets: secrets.clone(),
            home: rehearsal.home,
            multi_dc: rehearsal.multi_dc,
            redirect_uris: Vec::new(),
        };
        let person_at = match rehearsal.failure {
            Some(Failure::NoAccountsServer) => client.home,
            Some(Failure::OtherDc) => DataCenter::Eu,
            _ => rehearsal.person_at,
        };
        let mut registry = Registry::new(person_at, vec![client]);
        registry.interval = rehearsal.interval;
        let state = State {
            registry,
            failure: rehearsal.failure,
            requests: Vec::new(),
            jobs: Vec::new(),
        };
        let world = World {
            client_id,
            home: rehearsal.home,
            secrets,
            addresses,
            state: Mutex::new(state),
        };
        Self {
            world: Arc::new(world),
            running: JoinSet::new(),
        }
    }

    /// Routes everything that one data center serves.
    pub fn router(&self, at: DataCenter) -> Router {
        site::router(Arc::clone(&self.world), at)
    }

    /// Routes everything that all data centers serve, each server only under its own host name.
    pub fn by_host(&self) -> Router {
        site::by_host(&self.world)
    }

    /// Adds a redirect URI to the client; it is compared character for character.
    pub fn register_redirect_uri(&self, redirect_uri: &str) {
        self.world
            .state()
            .registry
            .register_redirect_uri(redirect_uri);
    }

    /// The client ID, the same in every data center.
    pub fn client_id(&self) -> String {
        self.world.client_id.clone()
    }

    /// The client secret in the data center where it is registered; valid everywhere if `same_secret`.
    pub fn client_secret(&self) -> SecretString {
        self.client_secret_at(self.world.home)
    }

    /// The client secret of one data center.
    pub fn client_secret_at(&self, at: DataCenter) -> SecretString {
        self.world.secrets[usize::from(at != self.world.home)].clone()
    }

    /// The accounts server of a data center, without a path.
    pub fn accounts_url(&self, at: DataCenter) -> String {
        self.world.addresses(at).accounts_url.clone()
    }

    /// The API console's page of a data center on which clients are registered.
    pub fn console_url(&self, at: DataCenter) -> String {
        format!("{}{}", self.accounts_url(at), site::CLIENTS_PATH)
    }

    /// The API domain of a data center, without a path.
    pub fn api_domain(&self, at: DataCenter) -> String {
        self.world.addresses(at).api_domain.clone()
    }

    /// Creates a grant token as the API console does for a self client, in the data center of the person's account.
    pub fn self_client_code(&self, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let mut state = self.world.state();
        state
            .registry
            .self_client_code(&self.world.client_id, scopes, Instant::now())
    }

    /// Changes the failure from now on; the person's account stays where it is.
    pub fn fail(&self, failure: Option<Failure>) {
        self.world.state().failure = failure;
    }

    /// Every request so far, in order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.world.state().requests.clone()
    }
}

impl State {
    /// The failure being played, if it appears at this stage.
    fn failure_at(&self, stage: Stage) -> Option<Failure> {
        self.failure.filter(|failure| failure.stage() == stage)
    }
}

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn addresses(&self, at: DataCenter) -> &Addresses {
        let mut known = self.addresses.iter();
        let place = known.find(|(known, _)| *known == at);
        &place
            .expect("only a data center that is played is asked for")
            .1
    }
}

fn addresses(listener: &TcpListener) -> io::Result<Addresses> {
    let url = format!("http://{}", listener.local_addr()?);
    Ok(Addresses {
        accounts_url: url.clone(),
        api_domain: url,
    })
}
