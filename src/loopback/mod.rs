//! The redirect URI on this machine: sockets, judgement, connections, pages.

pub mod bind;
mod connections;
pub mod decide;
pub mod pages;
pub mod pasted;
pub mod redirect_uri;
pub mod serve;
mod strangers;

use crate::event::Tell;
use bind::PortTaken;
use decide::Expectation;
use redirect_uri::RedirectUri;
use secrecy::SecretString;
use serve::Server;
use tokio::net::TcpListener;

/// The bound redirect URI. From here on no other process of this machine can receive its callbacks.
pub struct Loopback {
    listeners: Vec<TcpListener>,
    redirect_uri: RedirectUri,
}

impl Loopback {
    /// Binds every loopback address of the redirect URI; port 0 becomes one that is free. One that leads
    /// elsewhere is bound nowhere.
    pub fn bind(redirect_uri: &RedirectUri) -> Result<Self, PortTaken> {
        let (listeners, port) = bind::bind(redirect_uri)?;
        let redirect_uri = if redirect_uri.port() == 0 {
            redirect_uri.with_port(port)
        } else {
            redirect_uri.clone()
        };
        Ok(Self {
            listeners,
            redirect_uri,
        })
    }

    /// The redirect URI, with its port.
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Serves it for one login; `consent` is where the one-time start address leads.
    pub fn serve(
        self,
        expected: Expectation,
        consent: SecretString,
        rehearsal: bool,
        tell: Tell,
    ) -> Server {
        Server::new(self.listeners, expected, consent, rehearsal, tell)
    }
}
