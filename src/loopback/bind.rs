//! One bind on every loopback address of the redirect URI, kept to the end.

use crate::foreign::Foreign;
use crate::loopback::redirect_uri::RedirectUri;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use thiserror::Error;
use tokio::net::{TcpListener, TcpSocket};

/// Connections that may wait to be accepted; browsers open a handful, attackers many.
const BACKLOG: u32 = 1024;

/// How many free ports are tried until one is free in both families.
const FREE_PORT_TRIES: usize = 32;

/// The redirect URI's port cannot be had. There is no other port to fall back to: Zoho compares letter by letter.
#[derive(Debug, Error)]
#[error("port {port} on {address} cannot be had{}", holder.as_ref().map(|name| format!(": it is held by {name}")).unwrap_or_default())]
pub struct PortTaken {
    /// The address that was refused.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
    /// The process that holds it, where the system tells.
    pub holder: Option<Foreign>,
    /// The system's reason.
    #[source]
    pub reason: io::Error,
}

/// Listens on both loopback families for localhost, on exactly the literal otherwise.
/// A family that this machine does not have is left out.
pub(super) fn bind(uri: &RedirectUri) -> Result<(Vec<TcpListener>, u16), PortTaken> {
    let mut tries = FREE_PORT_TRIES;
    loop {
        tries -= 1;
        match bind_all(&uri.addresses(), uri.port()) {
            // The port that is free in one family may be taken in the other.
            Err(taken) if uri.port() == 0 && tries > 0 && is_taken(&taken.reason) => {}
            outcome => return outcome,
        }
    }
}

fn bind_all(addresses: &[IpAddr], mut port: u16) -> Result<(Vec<TcpListener>, u16), PortTaken> {
    let mut listeners = Vec::new();
    let mut absent = None;
    for address in addresses {
        match listen(SocketAddr::new(*address, port)) {
            Ok(listener) => {
                port = listener.local_addr().map_or(port, |local| local.port());
                listeners.push(listener);
            }
            Err(reason) if is_absent(&reason) => absent = Some((*address, reason)),
            Err(reason) => {
                // Ours on the other address must not be found when the holder is looked for.
                drop(listeners);
                return Err(taken(*address, port, reason));
            }
        }
    }
    match absent {
        Some((address, reason)) if listeners.is_empty() => Err(taken(address, port, reason)),
        _ => Ok((listeners, port)),
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    refuse_shadowed(address)?;
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // Lets the port be had again right after a login; on Windows it would let two processes share it.
    socket.set_reuseaddr(cfg!(unix))?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Linux refuses to listen beside a wildcard socket on the same port; other systems may allow it,
/// so there a connection tells whether somebody is listening already.
fn refuse_shadowed(address: SocketAddr) -> io::Result<()> {
    let patience = std::time::Duration::from_millis(200);
    let shadowed = !cfg!(target_os = "linux")
        && address.port() != 0
        && std::net::TcpStream::connect_timeout(&address, patience).is_ok();
    if shadowed {
        return Err(ErrorKind::AddrInUse.into());
    }
    Ok(())
}

fn is_taken(reason: &io::Error) -> bool {
    matches!(
        reason.kind(),
        ErrorKind::AddrInUse | ErrorKind::PermissionDenied
    )
}

/// The address family, or its loopback address, does not exist on this machine.
fn is_absent(reason: &io::Error) -> bool {
    const EAFNOSUPPORT: [i32; 3] = [97, 47, 10047];
    let unsupported = reason
        .raw_os_error()
        .is_some_and(|code| EAFNOSUPPORT.contains(&code));
    unsupported
        || matches!(
            reason.kind(),
            ErrorKind::AddrNotAvailable | ErrorKind::Unsupported
        )
}

fn taken(address: IpAddr, port: u16, reason: io::Error) -> PortTaken {
    PortTaken {
        address,
        port,
        holder: holder(address, port),
        reason,
    }
}

/// The process listening there, or on every address, as far as the system lets us see it.
fn holder(address: IpAddr, port: u16) -> Option<Foreign> {
    let all = listeners::get_all().ok()?;
    let holder = all.into_iter().find(|listener| {
        let at = listener.socket;
        at.port() == port
            && (at.ip() == address || at.ip().is_unspecified())
            && listener.protocol == listeners::Protocol::TCP
            && listener.state == listeners::SocketState::Listen
    })?;
    // Whoever starts a process names it.
    let name = format!("{} (process {})", holder.process.name, holder.process.pid);
    Some(Foreign::new(name))
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
        let (listeners, port) = bind(&uri("http://localhost:0/")).unwrap();
        assert_ne!(port, 0);
        for listener in &listeners {
            assert_eq!(listener.local_addr().unwrap().port(), port);
            assert!(listener.local_addr().unwrap().ip().is_loopback());
        }
        assert!(!listeners.is_empty());
    }

    #[tokio::test]
    async fn a_literal_is_listened_on_alone() {
        let (listeners, _) = bind(&uri("http://127.0.0.1:0/")).unwrap();
        assert_eq!(listeners.len(), 1);
    }

    #[tokio::test]
    async fn a_port_taken_anywhere_that_a_browser_may_go_is_refused() {
        for address in ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0", "[::]:0"] {
            let other = TcpListener::bind(address).await.unwrap();
            let port = other.local_addr().unwrap().port();
            let error = bind(&uri(&format!("http://localhost:{port}/"))).unwrap_err();
            let own = format!("(process {})", std::process::id());
            assert!(error.to_string().contains(&own), "{address}: {error}");
        }
    }
}
