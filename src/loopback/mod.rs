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

use redirect_uri::RedirectUri;
use sockets::Sockets;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The bound redirect URI. From now on, no other process on this machine can receive its callbacks. Its clones share
/// the sockets; only one at a time may serve.
#[derive(Clone)]
pub struct Loopback {
    redirect_uri: RedirectUri,
    listeners: Vec<Arc<TcpListener>>,
    /// Whether a browser that tries any loopback address with this port reaches us or nothing at all.
    is_complete: bool,
    /// Looks up the other ends of their connections.
    sockets: Arc<Sockets>,
}

impl Loopback {
    /// The redirect URI, with its port.
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// A host under `localhost` with the redirect URI's port; none if another process holds the port in one address
    /// family, because a browser may try either.
    pub fn host_below_localhost(&self, name: &str) -> Option<String> {
        let uri = &self.redirect_uri;
        let port = uri.authority().strip_prefix(uri.host())?;
        self.is_complete.then(|| format!("{name}.localhost{port}"))
    }
}
