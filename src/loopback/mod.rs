//! The redirect URI on this machine: sockets, judgment, connections, responses.

pub mod bind;
pub(crate) mod connections;
pub mod decide;
pub mod notice;
pub mod pasted;
pub mod peer;
pub mod redirect_uri;
pub mod serve;
#[cfg(target_os = "linux")]
mod sockets;
#[cfg(not(target_os = "linux"))]
mod sockets {
    //! No safe crate reveals who is at the other end of a connection.

    pub(super) struct Sockets;

    impl Sockets {
        pub(super) fn finding(_: u16) -> Self {
            Self
        }
    }
}

use bind::{Bound, PortUnavailable};
use connections::Purpose;
use peer::{Persons, Watch};
use redirect_uri::RedirectUri;
use serve::{Server, Serving};
use std::sync::Arc;
use tokio::task::AbortHandle;

/// The bound redirect URI. From now on, no other process on this machine can receive its callbacks. Its clones share
/// the sockets; only one at a time may serve.
#[derive(Clone)]
pub struct Loopback {
    bound: Bound,
    redirect_uri: RedirectUri,
}

impl Loopback {
    /// Binds every loopback address of the redirect URI; port 0 becomes a free port. A redirect URI on another machine is
    /// not bound. On Linux, waits up to 2 s for connections that another process still holds on the port.
    pub async fn bind(redirect_uri: &RedirectUri) -> Result<Self, PortUnavailable> {
        let bound = bind::bind(redirect_uri).await?;
        let redirect_uri = if redirect_uri.port() == 0 {
            redirect_uri.with_port(bound.port)
        } else {
            redirect_uri.clone()
        };
        Ok(Self {
            bound,
            redirect_uri,
        })
    }

    /// The redirect URI, with its port.
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// A host under `localhost` with the redirect URI's port; none if another process holds the port in one address
    /// family, because a browser may try either.
    pub fn host_below_localhost(&self, name: &str) -> Option<String> {
        let port = match self.bound.port {
            80 => String::new(),
            port => format!(":{port}"),
        };
        let bound = self.bound.is_complete;
        bound.then(|| format!("{name}.localhost{port}"))
    }

    /// Determines who owns the connections on its port.
    pub(crate) fn watch(&self, persons: &Arc<Persons>) -> Arc<Watch> {
        Arc::new(Watch {
            sockets: Arc::clone(&self.bound.sockets),
            persons: Arc::clone(persons),
        })
    }

    /// Serves it until aborted, for a purpose other than a login.
    pub(crate) fn accept(self, purpose: &Purpose) -> AbortHandle {
        connections::accept(self.bound.listeners, purpose)
    }

    /// Serves it for one login.
    pub fn serve(self, serving: Serving) -> Server {
        Server::new(self.bound, serving)
    }
}
