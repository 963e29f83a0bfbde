//! Finds out who is at the other end of a connection: the person running this program, or another user of this machine.
#![cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "nothing can be asked there")
)]

#[cfg(target_os = "linux")]
use crate::loopback::sockets::Socket;
use crate::loopback::sockets::Sockets;
use crate::untrusted::Untrusted;
use std::net::SocketAddr;
use std::sync::Arc;

/// Who owns the other end, as far as the system reveals it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Peer {
    /// The person running this program, or root.
    Person,
    /// Another user of this machine, by user ID.
    Neighbor(u32),
    /// The connection closed before its owner could be determined.
    Gone,
    /// The connection is open, but the system does not reveal its owner: not Linux, or a relay (WSL).
    Untold,
}

impl Peer {
    /// Combines two looks at the same connection. If either shows another user, that user counts, because whoever
    /// opened the connection may have passed it on.
    pub(super) fn and_later(self, later: Self) -> Self {
        match (self, later) {
            (Self::Neighbor(user), _) | (_, Self::Neighbor(user)) => Self::Neighbor(user),
            (Self::Person, _) | (_, Self::Person) => Self::Person,
            (_, later) => later,
        }
    }
}

/// The users whose connections count as the person's.
#[derive(Clone, Debug)]
pub struct Persons(Vec<u32>);

impl Persons {
    /// The user this program runs as, the users who started it (`SUDO_UID`, if the caller knows it, and the one who
    /// logged in), and root, who relays for everyone (sshd, WSL) and can read everything anyway.
    pub fn of_this_process(behind_sudo: Option<u32>) -> Self {
        #[cfg(target_os = "linux")]
        {
            use rustix::process::{geteuid, getuid};
            /// The kernel's login user ID for a process that nobody logged in for (`INVALID_UID`).
            const NOBODY_LOGGED_IN: u32 = u32::MAX;
            let process = procfs::process::Process::myself();
            let logged_in = process.and_then(|process| process.loginuid()).ok();
            let logged_in = logged_in.filter(|uid| *uid != NOBODY_LOGGED_IN);
            let mut own = vec![0, geteuid().as_raw(), getuid().as_raw()];
            if sees_some_users_alike() {
                own.retain(|uid| *uid != UNMAPPED);
            }
            own.extend(behind_sudo.into_iter().chain(logged_in));
            Self(own)
        }
        #[cfg(not(target_os = "linux"))]
        Self(behind_sudo.into_iter().collect())
    }
}

/// The user ID that the kernel shows for every user without a mapping in a user namespace (user_namespaces(7)).
#[cfg(target_os = "linux")]
const UNMAPPED: u32 = 65534;

/// Whether this is a container's own user namespace, where all other users of the machine share one ID that identifies
/// nobody. Without `/proc`, assumes the default ID.
#[cfg(target_os = "linux")]
fn sees_some_users_alike() -> bool {
    let map = std::fs::read_to_string("/proc/self/uid_map");
    map.is_ok_and(|map| !map.split_whitespace().eq(["0", "0", "4294967295"]))
}

/// The two ends of an accepted connection, as this program sees them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// Our end.
    pub(super) local: SocketAddr,
    /// The browser's end.
    pub(super) remote: SocketAddr,
}

/// Determines who is at the other end of a connection.
pub(crate) struct Watch {
    pub(super) sockets: Arc<Sockets>,
    pub(super) persons: Arc<Persons>,
}

#[cfg(target_os = "linux")]
impl Watch {
    /// Takes a quick look when a connection is accepted.
    pub(super) fn at_accept(&self, ends: Ends) -> Peer {
        match self.sockets.between(ends.remote, ends.local) {
            Ok(Some(theirs)) => self.who(theirs),
            Ok(None) => Peer::Untold,
            Err(_) => Peer::Gone,
        }
    }

    /// Looks again when a request is judged. If the system reveals owners but this one cannot be determined quickly, it
    /// is not trusted.
    pub(super) fn now(&self, ends: Ends) -> Peer {
        if matches!(*self.sockets, Sockets::Untold) {
            return Peer::Untold;
        }
        let Ends { local, remote } = ends;
        let mut theirs = self.sockets.between(remote, local);
        if matches!(theirs, Ok(None)) {
            theirs = self.sockets.search(remote, local);
        }
        match theirs {
            Ok(Some(theirs)) => self.who(theirs),
            Ok(None) => match self.sockets.between(local, remote) {
                Ok(Some(ours)) if ours.established => Peer::Untold,
                // After a reset neither end is found, although its request can still be read.
                _ => Peer::Gone,
            },
            Err(_) => Peer::Gone,
        }
    }

    fn who(&self, theirs: Socket) -> Peer {
        // Check this before the uid, which is 0 (root's) for a socket that its process has closed.
        if theirs.inode == 0 {
            Peer::Gone
        } else if self.persons.0.contains(&theirs.uid) {
            Peer::Person
        } else {
            Peer::Neighbor(theirs.uid)
        }
    }
}

/// No safe crate reveals it on other systems: SECURITY.md explains the consequences.
#[cfg(not(target_os = "linux"))]
impl Watch {
    pub(super) fn at_accept(&self, _: Ends) -> Peer {
        Peer::Untold
    }

    pub(super) fn now(&self, _: Ends) -> Peer {
        Peer::Untold
    }
}

/// A user for display: "user nobody (65534)".
pub fn user(uid: u32) -> Untrusted {
    #[cfg(target_os = "linux")]
    if let Some(user) = uzers::get_user_by_uid(uid) {
        return Untrusted::new(format!("user {} ({uid})", user.name().to_string_lossy()));
    }
    Untrusted::new(format!("user {uid}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Peer::{Gone, Neighbor, Person, Untold};

    #[test]
    fn another_user_at_either_time_is_another_user() {
        for (first, later, both) in [
            (Person, Neighbor(7), Neighbor(7)),
            (Neighbor(7), Person, Neighbor(7)),
            (Neighbor(7), Gone, Neighbor(7)),
            (Gone, Neighbor(7), Neighbor(7)),
            (Person, Gone, Person),
            (Untold, Person, Person),
            (Gone, Gone, Gone),
            (Untold, Gone, Gone),
            (Untold, Untold, Untold),
        ] {
            assert_eq!(first.and_later(later), both, "{first:?}, then {later:?}");
        }
    }

    #[cfg(target_os = "linux")]
    mod linux {
        use super::*;
        use std::net::{TcpListener, TcpStream};

        fn connected(address: &str, to: &str) -> (TcpStream, TcpStream) {
            let listener = TcpListener::bind(address).unwrap();
            let port = listener.local_addr().unwrap().port();
            let theirs = TcpStream::connect((to, port)).unwrap();
            (theirs, listener.accept().unwrap().0)
        }

        fn peer(ours: &TcpStream, persons: Persons) -> Peer {
            let port = TcpListener::bind("127.0.0.1:0").unwrap();
            let watch = Watch {
                sockets: Arc::new(Sockets::finding(port.local_addr().unwrap().port())),
                persons: Arc::new(persons),
            };
            let (first, later) = (watch.at_accept(ends(ours)), watch.now(ends(ours)));
            assert_eq!(first, later);
            later
        }

        fn ends(ours: &TcpStream) -> Ends {
            Ends {
                local: ours.local_addr().unwrap(),
                remote: ours.peer_addr().unwrap(),
            }
        }

        #[test]
        fn our_own_connections_are_the_persons_in_either_family() {
            for (address, to) in [
                ("127.0.0.1:0", "127.0.0.1"),
                ("[::1]:0", "::1"),
                ("127.0.0.1:0", "::ffff:127.0.0.1"),
            ] {
                let (_theirs, ours) = connected(address, to);
                assert_eq!(peer(&ours, persons()), Person, "{to}");
            }
        }

        #[test]
        fn a_connection_that_is_closed_is_nobodys() {
            let (theirs, ours) = connected("127.0.0.1:0", "127.0.0.1");
            drop(theirs);
            assert_eq!(peer(&ours, persons()), Gone);
        }

        #[test]
        fn who_is_not_among_the_persons_is_a_neighbor() {
            let (_theirs, ours) = connected("[::1]:0", "::1");
            let own = rustix::process::geteuid().as_raw();
            assert_eq!(peer(&ours, Persons(vec![own + 1])), Neighbor(own));
        }

        #[test]
        fn the_one_behind_sudo_is_a_person_and_nobody_logged_in_is_not() {
            assert!(Persons::of_this_process(Some(4321)).0.contains(&4321));
            assert!(!persons().0.contains(&u32::MAX));
            assert!(persons().0.contains(&0));
        }

        fn persons() -> Persons {
            Persons::of_this_process(None)
        }
    }
}
