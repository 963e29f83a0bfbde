//! Standard output, for writing credentials.

use std::io::{self, Write};

/// Fails if standard output is closed: Rust opens `/dev/null` instead, which silently accepts everything. Also fails if
/// a signal arrives while nobody reads what was already written.
pub struct Output;

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        cfg_select! {
            unix => unix::write(bytes),
            _ => io::stdout().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

#[cfg(unix)]
mod unix {
    use crate::prompt::is_ready;
    use crate::signals;
    use rustix::event::PollFlags;
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
    use std::io;
    use std::time::Duration;

    /// A pipe with room has room for this many bytes (POSIX: `_POSIX_PIPE_BUF`).
    const ROOM: usize = 512;

    /// How often to check for a signal.
    const LOOK: Duration = Duration::from_millis(100);

    pub fn write(bytes: &[u8]) -> io::Result<usize> {
        if leads_nowhere() {
            let why = "it is closed, or it is /dev/null";
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, why));
        }
        while is_ready(io::stdout(), PollFlags::OUT, LOOK).is_none() {
            if signals::first().borrow().is_some() {
                return Err(io::Error::other("nobody reads it"));
            }
        }
        let most = bytes.len().min(ROOM);
        Ok(rustix::io::write(io::stdout(), &bytes[..most])?)
    }

    /// Rust opens it for reading too; a shell opens `>/dev/null` for writing only.
    fn leads_nowhere() -> bool {
        let both_ways = fcntl_getfl(io::stdout()).is_ok_and(|flags| flags.contains(OFlags::RDWR));
        let (Ok(output), Ok(null)) = (fstat(io::stdout()), stat("/dev/null")) else {
            return false;
        };
        both_ways && output.st_rdev == null.st_rdev
    }
}
