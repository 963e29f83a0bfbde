//! A strict stand-in for Zoho, to test an integration against: two data centers on this machine, each with an accounts
//! server (consent page, token endpoint, device flow, revocation) and a CRM that tells whose tokens these are. It refuses
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
use clap::ValueEnum;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use failure::{Failure, Stage};
use recorded::Recorded;
use registry::{Client, Kind, Registry};

/// A data center of the stand-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DataCenter {
    /// United States: where the client is registered.
    Us,
    /// Europe.
    Eu,
}

impl DataCenter {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Us, Self::Eu];

    /// As in `location`: "eu".
    pub fn code(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
        }
    }

    /// "Europe".
    pub fn name(self) -> &'static str {
        match self {
            Self::Us => "United States",
            Self::Eu => "Europe",
        }
    }
}

/// What is played.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal {
    /// What goes wrong.
    pub failure: Option<Failure>,
    /// Where the person lives. `Failure::NoAccountsServer` has them live where the client is registered,
    /// `Failure::OtherDc` elsewhere.
    pub person_at: DataCenter,
    /// Whether the client is known in the data center where it was not registered.
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

/// Both data centers. When it is dropped they stop listening and close their connections, except where a client
/// still waits for an answer.
pub struct StandIn {
    world: Arc<World>,
    /// The drop ends them.
    running: JoinSet<io::Result<()>>,
}

/// What both data centers share.
struct World {
    client_id: String,
    secrets: [SecretString; 2],
    addresses: [Addresses; 2],
    state: Mutex<State>,
}

struct State {
    registry: Registry,
    failure: Option<Failure>,
    requests: Vec<Recorded>,
}

impl StandIn {
    /// Serves both on free ports of 127.0.0.1.
    pub async fn start(rehearsal: Rehearsal) -> io::Result<Self> {
        let us = TcpListener::bind("127.0.0.1:0").await?;
        let eu = TcpListener::bind("127.0.0.1:0").await?;
        Self::on([us, eu], rehearsal)
    }

    /// Serves both on the given listeners, in the order of `DataCenter::ALL`.
    pub fn on(listeners: [TcpListener; 2], rehearsal: Rehearsal) -> io::Result<Self> {
        let [us, eu] = &listeners;
        let mut stand_in = Self::at([addresses(us)?, addresses(eu)?], rehearsal);
        for (at, listener) in DataCenter::ALL.into_iter().zip(listeners) {
            let router = stand_in.router(at);
            let server = axum::serve(listener, router).into_future();
            stand_in.running.spawn(server);
        }
        Ok(stand_in)
    }

    /// Listens nowhere: whoever calls it serves the routers at these addresses.
    pub fn at(addresses: [Addresses; 2], rehearsal: Rehearsal) -> Self {
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
            home: DataCenter::Us,
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
        };
        let world = World {
            client_id,
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

    /// Adds a redirect URI to the client; it is compared character for character.
    pub fn register_redirect_uri(&self, redirect_uri: &str) {
        self.world
            .state()
            .registry
            .register_redirect_uri(redirect_uri);
    }

    /// The client's id, the same in both data centers.
    pub fn client_id(&self) -> String {
        self.world.client_id.clone()
    }

    /// The client's secret where it is registered, and everywhere when `same_secret`.
    pub fn client_secret(&self) -> SecretString {
        self.client_secret_at(DataCenter::Us)
    }

    /// The client's secret of one data center.
    pub fn client_secret_at(&self, at: DataCenter) -> SecretString {
        self.world.secrets[at as usize].clone()
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
        &self.addresses[at as usize]
    }
}

fn addresses(listener: &TcpListener) -> io::Result<Addresses> {
    let url = format!("http://{}", listener.local_addr()?);
    Ok(Addresses {
        accounts_url: url.clone(),
        api_domain: url,
    })
}
