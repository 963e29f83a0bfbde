//! The stand-in Zoho: two data centres with consent page, token endpoint and CRM, strict where Zoho is strict.
//! `zoho-grant demo` logs in there, and so do the tests. It behaves as Zoho documents (zoho.com/accounts/protocol/oauth,
//! zoho.com/crm/developer/docs/api/v8), as the code that Zoho ships expects, and as users report; where all are silent,
//! a comment says so and the strictest course is taken.

pub mod failure;
pub mod pages;
mod parameters;
pub mod recorded;
mod registry;
mod shapes;
mod site;
#[cfg(test)]
mod tests;
pub mod visitor;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use failure::Failure;
use recorded::Recorded;
use registry::{Client, Registry};

/// A data centre of the stand-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Whether the client is known in the data centre where it was not registered.
    pub multi_dc: bool,
    /// "Use the same OAuth credentials for all data centers".
    pub same_secret: bool,
    /// Between two polls of a device.
    pub interval: Duration,
}

impl Default for Rehearsal {
    /// A good login that moves from one data centre to the other.
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

/// Where one data centre is reached.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Without a path: "http://127.0.0.1:40001".
    pub accounts_url: String,
    /// Without a path.
    pub api_domain: String,
}

/// Until accepting is tried again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Both data centres. They stop when it is dropped.
pub struct StandIn {
    world: Arc<World>,
    /// The drop ends them.
    running: JoinSet<()>,
}

/// What both data centres share.
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
            stand_in.running.spawn(serve(listener, router));
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

    /// Everything that one data centre answers.
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

    /// The client's id, the same in both data centres.
    pub fn client_id(&self) -> String {
        self.world.client_id.clone()
    }

    /// The client's secret where it is registered, and everywhere when `same_secret`.
    pub fn client_secret(&self) -> SecretString {
        self.client_secret_at(DataCenter::Us)
    }

    /// The client's secret of one data centre.
    pub fn client_secret_at(&self, at: DataCenter) -> SecretString {
        self.world.secrets[at as usize].clone()
    }

    /// The accounts server of a data centre, without a path.
    pub fn accounts_url(&self, at: DataCenter) -> String {
        self.world.addresses(at).accounts_url.clone()
    }

    /// The API domain of a data centre, without a path.
    pub fn api_domain(&self, at: DataCenter) -> String {
        self.world.addresses(at).api_domain.clone()
    }

    /// A grant token as the API console makes them for a self client, of the data centre where the person lives.
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

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn addresses(&self, at: DataCenter) -> &Addresses {
        &self.addresses[at as usize]
    }
}

/// Serves until it is dropped, each connection as the callback's are: another kind of server would be more code.
async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // The system has no file descriptors left.
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        while connections.try_join_next().is_some() {}
    }
}

fn addresses(listener: &TcpListener) -> io::Result<Addresses> {
    let url = format!("http://{}", listener.local_addr()?);
    Ok(Addresses {
        accounts_url: url.clone(),
        api_domain: url,
    })
}
