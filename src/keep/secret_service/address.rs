//! Where the person's session bus is, and how this process is let in (D-Bus specification, "Server Addresses" and
//! "Authentication Protocol").

use percent_encoding::percent_decode_str;
use std::env;
use std::ffi::OsString;
use std::io::{Error, ErrorKind, Result};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::PathBuf;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio_dbus::{Connection, ConnectionBuilder};

/// "30" is the digit 0 in hexadecimal.
const ROOTS_GREETING: &[u8] = b"\0AUTH EXTERNAL 30\r\n";

/// The connection to the bus that the environment names, or to the one at the place that systemd gives it
/// (sd_bus_open_user(3)).
pub(super) async fn connection() -> tokio_dbus::Result<Connection> {
    let address = env::var("DBUS_SESSION_BUS_ADDRESS").unwrap_or_default();
    let stream = if address.is_empty() {
        let folder = env::var_os("XDG_RUNTIME_DIR").ok_or(missing())?;
        UnixStream::connect(PathBuf::from(folder).join("bus"))?
    } else {
        first(&address)?
    };
    if rustix::process::getuid().is_root() {
        return as_root(stream).await;
    }
    ConnectionBuilder::new().build_with_stream(stream)
}

/// The first of the places that lets us in; else why the last does not.
fn first(address: &str) -> Result<UnixStream> {
    let mut outcome = Err(missing());
    for place in places(address) {
        outcome = UnixStream::connect_addr(&place?);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Those of the places that are sockets of this machine.
fn places(address: &str) -> impl Iterator<Item = Result<SocketAddr>> {
    address.split(';').filter_map(|place| {
        let pairs = place.strip_prefix("unix:")?;
        let value = |key: &str| {
            let mut values = pairs.split(',').filter_map(|pair| pair.strip_prefix(key));
            values
                .next()
                .map(|text| percent_decode_str(text).collect::<Vec<u8>>())
        };
        if let Some(path) = value("path=") {
            return Some(SocketAddr::from_pathname(OsString::from_vec(path)));
        }
        #[cfg(target_os = "linux")]
        if let Some(name) = value("abstract=") {
            use std::os::linux::net::SocketAddrExt;
            return Some(SocketAddr::from_abstract_name(name));
        }
        None
    })
}

fn missing() -> Error {
    Error::new(ErrorKind::NotFound, "the environment names no session bus")
}

/// tokio-dbus 0.2 sends root's user ID 0 as a zero byte instead of the digit. So the bus is greeted here, and the library
/// takes over behind that.
async fn as_root(stream: UnixStream) -> tokio_dbus::Result<Connection> {
    stream.set_nonblocking(true)?;
    let mut bus = tokio::net::UnixStream::from_std(stream)?;
    bus.write_all(ROOTS_GREETING).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n") {
        answer.push(bus.read_u8().await?);
    }
    if !answer.starts_with(b"OK ") {
        return Err(Error::new(ErrorKind::PermissionDenied, "the bus does not accept root").into());
    }
    let (mut ours, library) = tokio::net::UnixStream::pair()?;
    tokio::spawn(async move {
        // With this byte the library begins a conversation that has begun.
        let _ = ours.read_u8().await;
        copy_bidirectional(&mut ours, &mut bus).await
    });
    let mut unauthenticated = ConnectionBuilder::new();
    unauthenticated
        .no_auth()
        .build_with_stream(library.into_std()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(address: &str) -> Vec<String> {
        let places = places(address).map(|place| format!("{:?}", place.unwrap()));
        places.collect()
    }

    #[test]
    fn sockets_of_this_machine_are_found_wherever_they_stand_in_the_address() {
        assert_eq!(
            shown("unix:path=/run/user/1/bus"),
            [r#""/run/user/1/bus" (pathname)"#]
        );
        assert_eq!(
            shown(
                "tcp:host=x,port=1;unix:guid=0,path=/a%2db%20c;unix:runtime=yes;unix:path=/d,guid=1"
            ),
            [r#""/a-b c" (pathname)"#, r#""/d" (pathname)"#]
        );
        assert!(shown("autolaunch:").is_empty() && shown("/run/bus").is_empty());
        #[cfg(target_os = "linux")]
        assert_eq!(
            shown("unix:abstract=/tmp/dbus-x,guid=0"),
            [r#""/tmp/dbus-x" (abstract)"#]
        );
    }

    #[test]
    fn the_next_place_is_tried_when_one_does_not_let_us_in() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("bus");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let there = socket.display();
        assert!(first(&format!("unix:path=/does/not/exist;unix:path={there}")).is_ok());
        let error = first("unix:path=/does/not/exist").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(first("autolaunch:").is_err());
    }
}
