//! A strict stand-in for Zoho, to test an integration against: two data centers on this machine, each with an accounts
//! server (consent page, token endpoint, device flow, revocation) and a CRM with a few records. It refuses
//! what Zoho refuses: a code works once and for a minute, at its own data center, with its own redirect URI and PKCE
//! verifier. It plays [failures](failure::Failure) on request and remembers [what it was asked](StandIn::requests).
//!
//! It behaves as Zoho documents (zoho.com/accounts/protocol/oauth, zoho.com/crm/developer/docs/api/v8), as the code that
//! Zoho ships expects, and as users report; where all are silent, a comment says so and the strictest course is taken.
//!
//! # Testing an integration
//!
//! Give your code the stand-in's addresses and client in place of Zoho's. Here `organization` is the code under test;
//! it exchanges a self client's grant token and asks the CRM for the name of the organization.
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
//! A login with a browser begins at `/oauth/v2/auth`, with a redirect URI that was
//! [registered](StandIn::register_redirect_uri); [`visitor::consent`] plays the person. Code in other languages starts
//! the program `zoho-stand-in`, which prints the same addresses and client.
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
use registry::{Client, Registry};

/// What is played.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal {
    /// What goes wrong.
    pub failure: Option<Failure>,
    /// Where the client is registered.
    pub home: DataCenter,
    /// Where the person lives. `Failure::NoAccountsServer` has them live where the client is registered,
    /// `Failure::OtherDc` elsewhere.
    pub person_at: DataCenter,
    /// Whether the client is known in data centers where it was not registered.
    pub multi_dc: bool,
    /// "Use the same OAuth credentials for all data centers".
    pub same_secret: bool,
    /// Between two polls of a device.
    pub interval: Duration,
}

impl Default for Rehearsal {
    /// A good login that moves from one data center to the other.
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

/// Where one data center is reached.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Without a path: "http://127.0.0.1:40001".
    pub accounts_url: String,
    /// Without a path.
    pub api_domain: String,
}

/// The data centers. When it is dropped they stop listening and close their connections, except where a client
/// still waits for an answer.
pub struct StandIn {
    world: Arc<World>,
    /// The drop ends them.
    running: JoinSet<io::Result<()>>,
}

/// What the data centers share.
struct World {
    client_id: String,
    home: DataCenter,
    /// That of the client's home, and that of everywhere else.
    secrets: [SecretString; 2],
    /// Of those that are played.
    addresses: Vec<(DataCenter, Addresses)>,
    state: Mutex<State>,
}

struct State {
    registry: Registry,
    failure: Option<Failure>,
    requests: Vec<Recorded>,
    /// What bulk read jobs were asked for.
    jobs: Vec<Value>,
}

impl StandIn {
    /// Serves the United States and Europe on free ports of 127.0.0.1.
    pub async fn start(rehearsal: Rehearsal) -> io::Result<Self> {
        let us = TcpListener::bind("127.0.0.1:0").await?;
        let eu = TcpListener::bind("127.0.0.1:0").await?;
        Self::on([us, eu], rehearsal)
    }

    /// Serves both on the given listeners, in the order of `DataCenter::PAIR`.
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

    /// Every data center, at Zoho's own addresses: whoever calls it has those names lead to `by_host`.
    pub fn everywhere(rehearsal: Rehearsal) -> Self {
        let places = DataCenter::EVERYWHERE.map(|at| (at, at.addresses()));
        Self::at(places.to_vec(), rehearsal)
    }

    /// Listens nowhere: whoever calls it serves the routers at these addresses.
    pub fn at(addresses: Vec<(DataCenter, Addresses)>, rehearsal: Rehearsal) -> Self {
        let secret = SecretString::from(shapes::client_secret());
        let other = if rehearsal.same_secret {
            secret.clone()
        } else {
            SecretString::from(shapes::client_secret())
        };
        let (client_id, secrets) = (shapes::client_id(), [secret, other]);
        let client = Client {
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
        registry.poll_every(rehearsal.interval);
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

    /// Everything that one data center answers.
    pub fn router(&self, at: DataCenter) -> Router {
        site::router(Arc::clone(&self.world), at)
    }

    /// Everything that all of them answer, each server at its own host name alone.
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

    /// The client's id, the same in every data center.
    pub fn client_id(&self) -> String {
        self.world.client_id.clone()
    }

    /// The client's secret where it is registered, and everywhere when `same_secret`.
    pub fn client_secret(&self) -> SecretString {
        self.client_secret_at(self.world.home)
    }

    /// The client's secret of one data center.
    pub fn client_secret_at(&self, at: DataCenter) -> SecretString {
        self.world.secrets[usize::from(at != self.world.home)].clone()
    }

    /// The accounts server of a data center, without a path.
    pub fn accounts_url(&self, at: DataCenter) -> String {
        self.world.addresses(at).accounts_url.clone()
    }

    /// The API domain of a data center, without a path.
    pub fn api_domain(&self, at: DataCenter) -> String {
        self.world.addresses(at).api_domain.clone()
    }

    /// A grant token as the API console makes them for a self client, of the data center where the person lives.
    pub fn self_client_code(&self, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let mut state = self.world.state();
        state
            .registry
            .self_client_code(&self.world.client_id, scopes, Instant::now())
    }

    /// Changes what goes wrong from now on; the person stays where they live.
    pub fn fail(&self, failure: Option<Failure>) {
        self.world.state().failure = failure;
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.world.state().requests.clone()
    }
}

impl State {
    /// The failure that is played, if it shows itself there.
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
