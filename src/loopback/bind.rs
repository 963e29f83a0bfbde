//! Binds every loopback address of the redirect URI once and keeps the sockets until the login ends.

use crate::loopback::Loopback;
#[cfg(target_os = "linux")]
use crate::loopback::peer::user;
use crate::loopback::redirect_uri::RedirectUri;
use crate::loopback::sockets::Sockets;
use crate::untrusted::Untrusted;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::{TcpListener, TcpSocket};

/// Backlog of connections waiting to be accepted; browsers open a handful, attackers many.
const BACKLOG: u32 = 4096;

/// How many free ports to try to find one that is free in both address families.
const FREE_PORT_TRIES: usize = 32;

/// The redirect URI's port is unavailable. No other port will do: Zoho compares the redirect URI character by
/// character.
#[derive(Debug, Error)]
#[error("port {port} on {address} is unavailable{holder}")]
pub struct PortUnavailable {
    /// The address that could not be bound.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
    /// The process that holds it, or its user, if the system reveals it: ": it is held by nginx (process 12)".
    pub holder: String,
    /// Why it is unavailable.
    pub reason: PortReason,
}

/// Why a port is unavailable.
#[derive(Debug)]
pub enum PortReason {
    /// The system refuses to listen on the port.
    Refused(io::Error),
    /// A process that listened there before still holds a browser's connection, through which the browser would send
    /// the grant token.
    ConnectionKept,
}

impl Loopback {
    /// Binds every loopback address of the redirect URI: both families for localhost, otherwise exactly the literal
    /// address, plus the other family if it is free, for the page's host name. A family that this machine lacks is
    /// skipped. Port 0 becomes a free port. A redirect URI on another machine is not bound. On Linux, waits up to 2 s for
    /// connections that another process still holds on the port.
    pub async fn bind(uri: &RedirectUri) -> Result<Self, PortUnavailable> {
        let addresses = uri.addresses();
        let mut tries = FREE_PORT_TRIES;
        let (mut listeners, port) = loop {
            tries -= 1;
            match bind_all(&addresses, uri.port()) {
                // A port that is free in one family may be taken in the other.
                Err(_) if uri.port() == 0 && tries > 0 => {}
                outcome => break outcome.map_err(|(at, reason)| taken(at, reason))?,
            }
        };
        let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()];
        let mut is_complete = !addresses.is_empty();
        let others = both.into_iter().filter(|other| !addresses.contains(other));
        for other in others.take_while(|_| !addresses.is_empty()) {
            match listen(SocketAddr::new(other, port)) {
                Ok(listener) => listeners.push(listener),
                Err(reason) if is_absent(&reason) => {}
                Err(_) => is_complete = false,
            }
        }
        let sockets = Sockets::finding(port);
        #[cfg(target_os = "linux")]
        kept::none_on(&sockets, port).await?;
        Ok(Self {
            redirect_uri: match uri.port() {
                0 => uri.with_port(port),
                _ => uri.clone(),
            },
            listeners: listeners.into_iter().map(Arc::new).collect(),
            is_complete,
            sockets: Arc::new(sockets),
        })
    }
}

/// Listens on each address that this machine has; port 0 becomes the first one's free port.
fn bind_all(
    addresses: &[IpAddr],
    mut port: u16,
) -> Result<(Vec<TcpListener>, u16), (SocketAddr, io::Error)> {
    let mut listeners = Vec::new();
    let mut absent = None;
    for address in addresses {
        let at = SocketAddr::new(*address, port);
        match listen(at) {
            Ok(listener) => {
                port = listener.local_addr().map_or(port, |local| local.port());
                listeners.push(listener);
            }
            Err(reason) if is_absent(&reason) => absent = Some((at, reason)),
            Err(reason) => return Err((at, reason)),
        }
    }
    match absent {
        Some(absent) if listeners.is_empty() => Err(absent),
        _ => Ok((listeners, port)),
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    // Linux refuses to listen beside a wildcard socket on the same port, even with address reuse, which allows binding
    // the port again right after a login.
    if cfg!(target_os = "linux") {
        return listen_with(address, true);
    }
    // Other systems may let a second process share a port bound with address reuse, so this binds without it first. They
    // may also allow a socket beside one on all addresses, so this connects to see whether anything listens.
    let patience = Duration::from_millis(200);
    if address.port() != 0 && TcpStream::connect_timeout(&address, patience).is_ok() {
        return Err(ErrorKind::AddrInUse.into());
    }
    match listen_with(address, false) {
        // Nothing answers there: only an earlier connection is still closing.
        Err(reason) if cfg!(unix) && reason.kind() == ErrorKind::AddrInUse => {
            listen_with(address, true)
        }
        outcome => outcome,
    }
}

fn listen_with(address: SocketAddr, reuse: bool) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(reuse)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The address family, or its loopback address, does not exist on this machine.
fn is_absent(reason: &io::Error) -> bool {
    const EAFNOSUPPORT: [Option<i32>; 3] = [Some(97), Some(47), Some(10047)];
    EAFNOSUPPORT.contains(&reason.raw_os_error())
        || matches!(
            reason.kind(),
            ErrorKind::AddrNotAvailable | ErrorKind::Unsupported
        )
}

/// Must be called without a listener of our own on another address, which would be mistaken for the holder.
fn taken(at: SocketAddr, reason: io::Error) -> PortUnavailable {
    let (address, port) = (at.ip(), at.port());
    let is_there =
        |socket: SocketAddr| socket == at || socket.port() == port && socket.ip().is_unspecified();
    let process = holder(|socket, listens| listens && is_there(socket));
    // An ordinary user cannot see another user's process, but can see that the user listens there.
    #[cfg(target_os = "linux")]
    let process = process.or_else(|| {
        let found = Sockets::finding(port).on_port(port).ok()?;
        let theirs = found
            .into_iter()
            .find(|socket| socket.listens && is_there(socket.local))?;
        Some(Untrusted::new(format!("a process of {}", user(theirs.uid))))
    });
    PortUnavailable {
        address,
        port,
        holder: process.map_or_else(String::new, |process| format!(": it is held by {process}")),
        reason: PortReason::Refused(reason),
    }
}

/// The process that has such a socket, if the system lets us see it.
fn holder(has: impl Fn(SocketAddr, bool) -> bool) -> Option<Untrusted> {
    use listeners::{Protocol, SocketState};
    let all = listeners::get_all().ok()?;
    let holder = all.into_iter().find(|found| {
        let at = SocketAddr::new(found.socket.ip().to_canonical(), found.socket.port());
        found.protocol == Protocol::TCP && has(at, found.state == SocketState::Listen)
    })?;
    // The user who starts a process chooses its name, so it is untrusted.
    let name = format!("{} (process {})", holder.process.name, holder.process.pid);
    Some(Untrusted::new(name))
}

/// Connections that a process still holds from when it owned the port: it closed its listener, but the browser's idle
/// connection still leads to it.
#[cfg(target_os = "linux")]
mod kept {
    use super::{PortReason, PortUnavailable, holder};
    use crate::loopback::peer;
    use crate::loopback::sockets::{Socket, Sockets};
    use std::time::Duration;
    use tokio::time::{Instant, sleep};

    /// How long to wait: a dev server that was just killed with its tab open releases its connections within
    /// milliseconds.
    const PATIENCE: Duration = Duration::from_secs(2);

    /// Pause between two checks.
    const PAUSE: Duration = Duration::from_millis(20);

    /// Waits until no process holds a connection on the port, for two seconds at most.
    pub(super) async fn none_on(sockets: &Sockets, port: u16) -> Result<(), PortUnavailable> {
        let until = Instant::now() + PATIENCE;
        while let Some(kept) = on(sockets, port) {
            if Instant::now() >= until {
                return Err(unavailable(&kept));
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Our own connections have no inode before they are accepted, and a harmless leftover no longer has one. Finds
    /// nothing where the system reveals nothing.
    fn on(sockets: &Sockets, port: u16) -> Option<Socket> {
        let all = sockets.on_port(port).unwrap_or_default();
        let mut all = all.into_iter();
        all.find(|socket| !socket.listens && socket.inode != 0 && socket.local.ip().is_loopback())
    }

    fn unavailable(kept: &Socket) -> PortUnavailable {
        let process = holder(|socket, listens| !listens && socket == kept.local);
        let process = process.map_or_else(|| "a process".to_owned(), |name| name.to_string());
        let user = peer::user(kept.uid);
        PortUnavailable {
            address: kept.local.ip(),
            port: kept.local.port(),
            holder: format!(": a connection on it is held by {process} of {user}"),
            reason: PortReason::ConnectionKept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_free_port_is_the_same_in_both_families() {
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            let bound = Loopback::bind(&uri(&format!("http://{host}:0/")))
                .await
                .unwrap();
            assert_ne!(bound.redirect_uri.port(), 0);
            assert!(bound.is_complete && !bound.listeners.is_empty());
            for listener in &bound.listeners {
                let local = listener.local_addr().unwrap();
                assert_eq!(local.port(), bound.redirect_uri.port());
                assert!(local.ip().is_loopback());
            }
        }
    }

    #[tokio::test]
    async fn a_literal_does_without_a_family_that_another_process_holds() {
        let other = TcpListener::bind("[::1]:0").await.unwrap();
        let port = other.local_addr().unwrap().port();
        let bound = Loopback::bind(&uri(&format!("http://127.0.0.1:{port}/")))
            .await
            .unwrap();
        assert!(!bound.is_complete);
        assert_eq!(bound.listeners.len(), 1);
    }

    #[tokio::test]
    async fn a_port_taken_anywhere_that_a_browser_may_go_is_refused() {
        for address in ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0", "[::]:0"] {
            let other = TcpListener::bind(address).await.unwrap();
            let port = other.local_addr().unwrap().port();
            let own = format!("(process {})", std::process::id());
            // A program that another test starts holds it, too, for the moment between fork and exec.
            let mut is_named = false;
            for _ in 0..1000 {
                let bound = Loopback::bind(&uri(&format!("http://localhost:{port}/"))).await;
                is_named = bound.err().unwrap().to_string().contains(&own);
                if is_named {
                    break;
                }
            }
            assert!(is_named, "{address}");
        }
    }
}
