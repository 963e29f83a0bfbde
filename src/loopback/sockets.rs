//! What Linux reveals about this machine's TCP sockets: sock_diag(7), or `/proc/net/tcp` if that fails.

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{
    AF_INET, AF_INET6, IPPROTO_TCP, TCP_ESTABLISHED, TCP_LISTEN,
};
use netlink_packet_sock_diag::inet::{
    ExtensionFlags, InetRequest, InetResponseHeader, SocketId, StateFlags,
};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket as Netlink, SocketAddr as NetlinkAddress};
use procfs::net::TcpNetEntry;
use std::io::{self, Error};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

/// Buffer size for one part of an answer: the most that the kernel sends at once (netlink(7)).
const PART: usize = 32 * 1024;

/// One socket of this machine, of any process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Socket {
    /// Its local address.
    pub(super) local: SocketAddr,
    /// Its remote address.
    pub(super) remote: SocketAddr,
    /// Whether it is listening and therefore has no remote address.
    pub(super) listens: bool,
    /// Whether neither end has closed.
    pub(super) established: bool,
    /// The user who created it; meaningless if there is no inode.
    pub(super) uid: u32,
    /// Its inode: 0 before a process accepts it and after the last process closes it.
    pub(super) inode: u64,
}

/// How to ask this system. The choice is made once, before anyone can disable the method, for example by exhausting
/// descriptors.
pub(super) enum Sockets {
    /// Through the kernel's own interface.
    Kernel(Mutex<Netlink>),
    /// Through `/proc/net/tcp`.
    Table,
    /// Not at all: the system reveals nothing.
    Untold,
}

impl Sockets {
    /// Chooses a method that finds our own listener on this port.
    pub(super) fn finding(port: u16) -> Self {
        let kernel = kernel().map(|kernel| Self::Kernel(Mutex::new(kernel)));
        let mut all = kernel.into_iter().chain([Self::Table]);
        let finds = |sockets: &Self| {
            let found = sockets.on_port(port);
            found.is_ok_and(|found| found.iter().any(|socket| socket.listens))
        };
        all.find(finds).unwrap_or(Self::Untold)
    }

    /// Finds the socket with exactly these two ends. Misses one that is bound to a device, which the kernel wants
    /// named.
    pub(super) fn between(
        &self,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> io::Result<Option<Socket>> {
        let exactly = SocketId {
            source_port: local.port(),
            destination_port: remote.port(),
            source_address: local.ip(),
            destination_address: remote.ip(),
            interface_id: 0,
            cookie: [0xff; 8],
        };
        let Self::Kernel(kernel) = self else {
            return self.search(local, remote);
        };
        let mut found = ask(kernel, NLM_F_REQUEST, exactly)?.into_iter();
        Ok(found.find(|socket| socket.is_between(local, remote)))
    }

    /// Finds the same socket by searching all sockets with that port: slower, but it misses none.
    pub(super) fn search(
        &self,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> io::Result<Option<Socket>> {
        let mut found = self.on_port(local.port())?.into_iter();
        Ok(found.find(|socket| socket.is_between(local, remote)))
    }

    /// All sockets whose local address has this port.
    pub(super) fn on_port(&self, port: u16) -> io::Result<Vec<Socket>> {
        let mut found = match self {
            Self::Kernel(kernel) => {
                let flags = NLM_F_REQUEST | NLM_F_DUMP;
                let source_port = port;
                let on_port = |any| SocketId { source_port, ..any };
                let v4 = ask(kernel, flags, on_port(SocketId::new_v4()))?;
                let v6 = ask(kernel, flags, on_port(SocketId::new_v6()))?;
                [v4, v6].concat()
            }
            Self::Table => table()?,
            Self::Untold => Vec::new(),
        };
        found.retain(|socket| socket.local.port() == port);
        Ok(found)
    }
}

impl Socket {
    fn is_between(&self, local: SocketAddr, remote: SocketAddr) -> bool {
        !self.listens && (self.local, self.remote) == (plain(local), plain(remote))
    }
}

fn kernel() -> io::Result<Netlink> {
    let mut kernel = Netlink::new(NETLINK_SOCK_DIAG)?;
    kernel.bind_auto()?;
    kernel.connect(&NetlinkAddress::new(0, 0))?;
    kernel.set_non_blocking(true)?;
    Ok(kernel)
}

/// Asks the kernel, whose answer is complete when sending returns. Leftovers of the answer to a failed query are
/// drained.
fn ask(kernel: &Mutex<Netlink>, flags: u16, socket_id: SocketId) -> io::Result<Vec<Socket>> {
    let kernel = kernel.lock().unwrap_or_else(PoisonError::into_inner);
    let mut part = Vec::with_capacity(PART);
    let answer = kernel.send(&message(flags, socket_id), 0).and_then(|_| {
        let mut found = Vec::new();
        loop {
            part.clear();
            kernel.recv(&mut part, 0)?;
            if read(&part, &mut found)? || flags & NLM_F_DUMP != NLM_F_DUMP {
                return Ok(found);
            }
        }
    });
    while answer.is_err() && kernel.recv(&mut part, 0).is_ok() {
        part.clear();
    }
    answer
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
        // TIME_WAIT sockets belong to no process, and there may be thousands.
        states: StateFlags::all().difference(StateFlags::TIME_WAIT),
        socket_id,
    });
    let mut message = NetlinkMessage::new(header, question.into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Adds the sockets from one part of the answer. Returns whether it was the last part.
fn read(mut part: &[u8], found: &mut Vec<Socket>) -> io::Result<bool> {
    while !part.is_empty() {
        let message = NetlinkMessage::<SockDiagMessage>::deserialize(part).map_err(Error::other)?;
        match message.payload {
            NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
                found.push(of_kernel(&response.header));
            }
            NetlinkPayload::Done(_) => return Ok(true),
            NetlinkPayload::Error(error) => match error.to_io() {
                // No such socket.
                none if none.kind() == io::ErrorKind::NotFound => return Ok(true),
                error => return Err(error),
            },
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
        inode: header.inode.into(),
    }
}

/// All sockets, from the text form of the same tables.
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

/// Unmaps an IPv4 address of a dual-stack socket, which reads `::ffff:127.0.0.1`.
fn plain(address: SocketAddr) -> SocketAddr {
    let ip: IpAddr = address.ip().to_canonical();
    SocketAddr::new(ip, address.port())
}
