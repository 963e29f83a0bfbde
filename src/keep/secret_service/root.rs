//! The way to the bus for root, whose user ID 0 tokio-dbus 0.2 sends as a zero byte instead of the digit. So the bus is
//! greeted here (D-Bus specification, "Authentication Protocol"), and the library takes over behind that.

use std::env;
use std::io::{Error, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::UnixStream;
use tokio_dbus::{Connection, ConnectionBuilder};

/// "30" is the digit 0 in hexadecimal.
const GREETING: &[u8] = b"\0AUTH EXTERNAL 30\r\n";

/// With the bus at the path that the environment names.
pub(super) async fn connection() -> tokio_dbus::Result<Connection> {
    let mut bus = UnixStream::connect(path()?).await?;
    bus.write_all(GREETING).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n") {
        answer.push(bus.read_u8().await?);
    }
    if !answer.starts_with(b"OK ") {
        return Err(Error::new(ErrorKind::PermissionDenied, "the bus does not accept root").into());
    }
    let (mut ours, library) = UnixStream::pair()?;
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

fn path() -> Result<String, Error> {
    let address = env::var("DBUS_SESSION_BUS_ADDRESS").unwrap_or_default();
    let paths = address
        .split(';')
        .filter_map(|one| one.strip_prefix("unix:path="));
    let path = paths
        .map(|rest| rest.split_once(',').map_or(rest, |(path, _)| path))
        .next();
    let missing = "DBUS_SESSION_BUS_ADDRESS names no bus at a path";
    path.map(str::to_owned)
        .ok_or_else(|| Error::new(ErrorKind::NotFound, missing))
}
