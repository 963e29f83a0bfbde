//! The redirect URI on this machine: sockets, judgment, connections, pages.

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
    //! No safe crate tells who is at the other end of a connection.

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

/// The bound redirect URI. From here on no other process of this machine can receive its callbacks. Its clones share
/// the sockets: one at a time may serve.
#[derive(Clone)]
pub struct Loopback {
    bound: Bound,
    redirect_uri: RedirectUri,
}

impl Loopback {
    /// Binds every loopback address of the redirect URI; port 0 becomes one that is free. One that leads
    /// elsewhere is bound nowhere. On Linux, connections that another process still keeps on the port are waited
    /// for, 2 s at most.
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

    /// A host below `localhost` with the redirect URI's port; none when another process holds the port in one address
    /// family, because a browser may try either.
    pub fn host_below_localhost(&self, name: &str) -> Option<String> {
        let port = match self.bound.port {
            80 => String::new(),
            port => format!(":{port}"),
        };
        let bound = self.bound.is_complete;
        bound.then(|| format!("{name}.localhost{port}"))
    }

    /// Says whose the connections on its port are.
    pub(crate) fn watch(&self, persons: &Arc<Persons>) -> Arc<Watch> {
        Arc::new(Watch {
            sockets: Arc::clone(&self.bound.sockets),
            persons: Arc::clone(persons),
        })
    }

    /// Answers on it until aborted, for another purpose than a login.
    pub(crate) fn accept(self, purpose: &Purpose) -> AbortHandle {
        connections::accept(self.bound.listeners, purpose)
    }

    /// Serves it for one login.
    pub fn serve(self, serving: Serving) -> Server {
        Server::new(self.bound, serving)
    }
}
