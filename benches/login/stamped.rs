//! A stream that records when it was last written to and when it last received a POST.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::SystemTime;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The beginning of a POST request, such as one that sends a code.
const POST: &[u8] = b"POST ";

/// The times of the last events on any of its streams, in nanoseconds since 1970 on this machine's clock; 0 if none
/// yet.
#[derive(Clone, Default)]
pub struct Stamps {
    written: Arc<AtomicU64>,
    posted: Arc<AtomicU64>,
}

impl Stamps {
    /// The times of the last write and the last POST.
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

/// Sits above TLS, so that closing a connection does not count as a write, but a response of the stand-in does.
pub struct Stamped<S> {
    /// The stream to write to.
    pub stream: S,
    /// Where to record the times.
    pub last: Stamps,
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stamped<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // Before, not after: the receiver may run before this returns.
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
