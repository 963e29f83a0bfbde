//! Standard output, for writing credentials.

#[cfg(unix)]
use crate::signals;
use std::io::{self, Write};

/// Fails if standard output is closed: Rust opens `/dev/null` instead, which silently accepts everything. Also fails if
/// a signal arrives while nobody reads what was already written.
pub struct Output;

impl Write for Output {
    #[cfg(unix)]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if unix::leads_nowhere() {
            let why = "it is closed, or it is /dev/null";
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, why));
        }
        while !unix::has_room()? {
            if signals::first().borrow().is_some() {
                return Err(io::Error::other("nobody reads it"));
            }
        }
        let most = bytes.len().min(unix::ROOM);
        Ok(rustix::io::write(io::stdout(), &bytes[..most])?)
    }

    #[cfg(not(unix))]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

#[cfg(unix)]
mod unix {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
    use std::io;

    /// A pipe with room has room for this many bytes (POSIX: `_POSIX_PIPE_BUF`).
    pub const ROOM: usize = 512;

    /// How often to check for a signal.
    const LOOK: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 100_000_000,
    };

    /// Rust opens it for reading too; a shell opens `>/dev/null` for writing only.
    pub fn leads_nowhere() -> bool {
        let both_ways = fcntl_getfl(io::stdout()).is_ok_and(|flags| flags.contains(OFlags::RDWR));
        let (Ok(output), Ok(null)) = (fstat(io::stdout()), stat("/dev/null")) else {
            return false;
        };
        both_ways && output.st_rdev == null.st_rdev
    }

    /// Whether a write would not block; false after the interval.
    pub fn has_room() -> io::Result<bool> {
        let stdout = io::stdout();
        let mut output = [PollFd::new(&stdout, PollFlags::OUT)];
        match poll(&mut output, Some(&LOOK)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
