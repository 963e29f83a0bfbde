//! What Linux tells of the TCP sockets of this machine: sock_diag(7), and `/proc/net/tcp` where that fails.

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{
    AF_INET, AF_INET6, IPPROTO_TCP, TCP_ESTABLISHED, TCP_LISTEN, TCP_TIME_WAIT,
};
use netlink_packet_sock_diag::inet::{
    ExtensionFlags, InetRequest, InetResponseHeader, SocketId, StateFlags,
};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket as Netlink, SocketAddr as NetlinkAddress};
use procfs::net::TcpNetEntry;
use std::io::{self, Error};
use std::net::{IpAddr, SocketAddr};

/// Room for one part of an answer: what the kernel sends at most at once (netlink(7)).
const PART: usize = 32 * 1024;

/// One socket of this machine, of whichever process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Socket {
    /// Its own end.
    pub(super) local: SocketAddr,
    /// The other end.
    pub(super) remote: SocketAddr,
    /// Whether it listens, and has no other end.
    pub(super) listens: bool,
    /// Whether neither end has closed.
    pub(super) established: bool,
    /// The user who made it; means nothing when there is no inode.
    pub(super) uid: u32,
    /// 0 once no process holds it, and while no process has accepted it.
    pub(super) inode: u64,
}

/// The socket with exactly these two ends.
pub(super) fn between(local: SocketAddr, remote: SocketAddr) -> io::Result<Option<Socket>> {
    let exactly = SocketId {
        source_port: local.port(),
        destination_port: remote.port(),
        source_address: local.ip(),
        destination_address: remote.ip(),
        interface_id: 0,
        cookie: [0xff; 8],
    };
    let found = ask(NLM_F_REQUEST, exactly).or_else(|_| table())?;
    let same = |socket: &Socket| {
        !socket.listens && (socket.local, socket.remote) == (plain(local), plain(remote))
    };
    Ok(found.into_iter().find(same))
}

/// All sockets whose own end has this port.
pub(super) fn on_port(port: u16) -> io::Result<Vec<Socket>> {
    let all = |any: SocketId| {
        let socket_id = SocketId {
            source_port: port,
            ..any
        };
        ask(NLM_F_REQUEST | NLM_F_DUMP, socket_id)
    };
    let both = all(SocketId::new_v4()).and_then(|v4| Ok([v4, all(SocketId::new_v6())?].concat()));
    let mut found = both.or_else(|_| table())?;
    found.retain(|socket| socket.local.port() == port);
    Ok(found)
}

/// Asks the kernel, which has answered when sending returns.
fn ask(flags: u16, socket_id: SocketId) -> io::Result<Vec<Socket>> {
    let mut kernel = Netlink::new(NETLINK_SOCK_DIAG)?;
    kernel.bind_auto()?;
    kernel.connect(&NetlinkAddress::new(0, 0))?;
    kernel.set_non_blocking(true)?;
    kernel.send(&message(flags, socket_id), 0)?;
    let mut found = Vec::new();
    loop {
        let mut part = Vec::with_capacity(PART);
        kernel.recv(&mut part, 0)?;
        if read(&part, &mut found)? || flags & NLM_F_DUMP != NLM_F_DUMP {
            return Ok(found);
        }
    }
}

fn message(flags: u16, socket_id: SocketId) -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.flags = flags;
    let question = SockDiagMessage::InetRequest(InetRequest {
        family: if socket_id.source_address.is_ipv4() {
            AF_INET
        } else {
            AF_INET6
        },
        protocol: IPPROTO_TCP,
        extensions: ExtensionFlags::empty(),
        states: StateFlags::all(),
        socket_id,
    });
    let mut message = NetlinkMessage::new(header, question.into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Adds the sockets of one part of the answer; whether it was the last part.
fn read(mut part: &[u8], found: &mut Vec<Socket>) -> io::Result<bool> {
    while !part.is_empty() {
        let message = NetlinkMessage::<SockDiagMessage>::deserialize(part).map_err(Error::other)?;
        match message.payload {
            NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
                found.push(of_kernel(&response.header));
            }
            NetlinkPayload::Done(_) => return Ok(true),
            NetlinkPayload::Error(error) => {
                let error = error.to_io();
                // There is no such socket.
                return if error.kind() == io::ErrorKind::NotFound {
                    Ok(true)
                } else {
                    Err(error)
                };
            }
            _ => {}
        }
        let length = usize::try_from(message.header.length).unwrap_or(usize::MAX);
        part = part.get(length.max(1)..).unwrap_or_default();
    }
    Ok(false)
}

fn of_kernel(header: &InetResponseHeader) -> Socket {
    let id = &header.socket_id;
    Socket {
        local: plain(SocketAddr::new(id.source_address, id.source_port)),
        remote: plain(SocketAddr::new(id.destination_address, id.destination_port)),
        listens: header.state == TCP_LISTEN,
        established: header.state == TCP_ESTABLISHED,
        uid: header.uid,
        inode: u64::from(if header.state == TCP_TIME_WAIT {
            0
        } else {
            header.inode
        }),
    }
}

/// Every socket, from the text form of the same tables.
fn table() -> io::Result<Vec<Socket>> {
    let (v4, v6) = (procfs::net::tcp(), procfs::net::tcp6());
    // A machine without IPv6 has no table for it.
    let entries = [v4.map_err(Error::other)?, v6.unwrap_or_default()].concat();
    Ok(entries.iter().map(of_table).collect())
}

fn of_table(entry: &TcpNetEntry) -> Socket {
    use procfs::net::TcpState;
    Socket {
        local: plain(entry.local_address),
        remote: plain(entry.remote_address),
        listens: entry.state == TcpState::Listen,
        established: entry.state == TcpState::Established,
        uid: entry.uid,
        inode: entry.inode,
    }
}

/// An IPv4 address of a socket for both families reads `::ffff:127.0.0.1`.
fn plain(address: SocketAddr) -> SocketAddr {
    let ip: IpAddr = address.ip().to_canonical();
    SocketAddr::new(ip, address.port())
}
