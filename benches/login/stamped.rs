//! A stream that remembers when it was last written to, and when something was last posted to it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::SystemTime;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How a request begins that posts something, such as a code.
const POST: &[u8] = b"POST ";

/// When something last happened on any of its streams; nanoseconds since 1970 on this machine's clock, 0 before.
#[derive(Clone, Default)]
pub struct Stamps {
    written: Arc<AtomicU64>,
    posted: Arc<AtomicU64>,
}

impl Stamps {
    /// The last write, and the last post.
    pub fn nanoseconds(&self) -> [u64; 2] {
        [&self.written, &self.posted].map(|stamp| stamp.load(Ordering::Relaxed))
    }
}

fn stamp(at: &AtomicU64) {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let now = u64::try_from(now.as_nanos()).unwrap_or_default();
    at.store(now, Ordering::Relaxed);
}

/// Lies above TLS, so that the end of a connection is no write; an answer of the stand-in is one.
pub struct Stamped<S> {
    /// Where it writes to.
    pub stream: S,
    /// Where it remembers.
    pub last: Stamps,
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stamped<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // Before, not after: the reader may run before this returns.
        stamp(&self.last.written);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stamped<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, into);
        if into.filled()[before..].starts_with(POST) {
            stamp(&self.last.posted);
        }
        polled
    }
}
