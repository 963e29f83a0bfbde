//! Connections: accepted, limited in time, number and memory, and closed so that a page is never cut off.

use crate::loopback::Loopback;
use crate::loopback::notice::{Notice, TellNotice};
use crate::loopback::peer::{Ends, Peer, Persons, Watch};
use axum::body::Body;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf, copy, join, sink};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::{sleep, timeout};

/// Simultaneous connections per listener. A newer one replaces the oldest of another user, otherwise the oldest that
/// does not belong to this login.
const CONNECTIONS: usize = 32;

/// Time limit for a complete request head; a browser sends it at once.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);

/// Room for a head: browsers keep some 180 cookies of 4 KiB for localhost, and send them all to every port.
const HEAD_BYTES: usize = 768 * 1024;

/// How much of a head every connection has room for; more comes from the shared budget, in steps of this size.
const OWN_BYTES: usize = 64 * 1024;

/// The budget that all connections share for larger heads, so that hundreds of them use only a few megabytes.
const SHARED_BYTES: usize = 4 * 1024 * 1024;

/// How long to wait for the browser to close after we do, so that no reset cuts off the page.
const CLOSE_PATIENCE: Duration = Duration::from_millis(250);

/// Pause before accepting again when the system is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// The first bytes of a TLS handshake record.
const TLS_HELLO: [u8; 2] = [0x16, 0x03];

/// A response with its complete body.
pub(crate) type Reply = Response<Body>;

/// What a request knows about its connection.
#[derive(Clone)]
pub(crate) struct Connection {
    ends: Ends,
    watch: Arc<Watch>,
    /// Who was at the other end when it was accepted.
    accepted_from: Peer,
    /// It carries this login's callback or page, so it is never dropped for others.
    ours: Arc<AtomicBool>,
    /// Notified when the page's last byte and our close have been sent, if it carries the page.
    page_delivered: Arc<OnceLock<Arc<Notify>>>,
}

impl Connection {
    /// Who is at the other end, now and when it was accepted.
    pub(crate) fn peer(&self) -> Peer {
        self.accepted_from.and_later(self.watch.now(self.ends))
    }

    fn is_neighbors(&self) -> bool {
        matches!(self.accepted_from, Peer::Neighbor(_))
    }

    /// Keeps it open, however many others arrive.
    pub(super) fn keep(&self) {
        self.ours.store(true, Ordering::Relaxed);
    }

    /// Marks that closing it completes the delivery of the page.
    pub(super) fn carry_page(&self, delivered: &Arc<Notify>) {
        let _ = self.page_delivered.set(Arc::clone(delivered));
        self.keep();
    }
}

/// The future response.
pub(crate) type BoxFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// How connections are served.
#[derive(Clone)]
pub(crate) struct Purpose {
    /// Answers a request. Each connection carries one.
    pub(crate) answer: Arc<dyn Fn(Request<Incoming>, Connection) -> BoxFuture + Send + Sync>,
    /// The complete response, as raw bytes, to a request whose head is too large to read.
    pub(crate) too_large: Bytes,
    /// Notified of a browser's mistakes.
    pub(crate) tell: TellNotice,
}

impl Loopback {
    /// Serves it for a purpose until the returned tasks are dropped, which also ends every connection.
    pub(crate) fn accept(self, persons: &Arc<Persons>, purpose: &Purpose) -> JoinSet<()> {
        let watch = Arc::new(Watch {
            sockets: self.sockets,
            persons: Arc::clone(persons),
        });
        let room = Arc::new(Semaphore::new(SHARED_BYTES / OWN_BYTES));
        let accept_on = |listener| {
            let (watch, room) = (Arc::clone(&watch), Arc::clone(&room));
            accept_on(listener, watch, room, purpose.clone())
        };
        self.listeners.into_iter().map(accept_on).collect()
    }
}

async fn accept_on(
    listener: Arc<TcpListener>,
    watch: Arc<Watch>,
    room: Arc<Semaphore>,
    purpose: Purpose,
) {
    let mut connections = JoinSet::new();
    let mut open = VecDeque::new();
    loop {
        let accepted = listener.accept().await;
        let ends = accepted.and_then(|(stream, remote)| {
            let local = stream.local_addr()?;
            Ok((stream, Ends { local, remote }))
        });
        match ends {
            Ok((stream, ends)) => {
                make_room(&mut open);
                let connection = Connection {
                    ends,
                    accepted_from: watch.at_accept(ends),
                    watch: Arc::clone(&watch),
                    ours: Arc::default(),
                    page_delivered: Arc::default(),
                };
                let (room, purpose) = (Arc::clone(&room), purpose.clone());
                let serving = serve(stream, connection.clone(), room, purpose);
                open.push_back((connections.spawn(serving), connection));
                while connections.try_join_next().is_some() {}
                // Each is read once before newer ones can replace it.
                yield_now().await;
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

fn make_room(open: &mut VecDeque<(AbortHandle, Connection)>) {
    open.retain(|(task, _)| !task.is_finished());
    if open.len() >= CONNECTIONS {
        let strange = |(_, connection): &(_, Connection)| !connection.ours.load(Ordering::Relaxed);
        let neighbors = open
            .iter()
            .position(|(_, connection)| connection.is_neighbors());
        let oldest = neighbors.or_else(|| open.iter().position(strange));
        if let Some((task, _)) = oldest.and_then(|at| open.remove(at)) {
            task.abort();
        }
    }
}

async fn serve(stream: TcpStream, connection: Connection, room: Arc<Semaphore>, purpose: Purpose) {
    let neighbor = connection.is_neighbors();
    let _ = stream.set_nodelay(true);
    match timeout(HEAD_DEADLINE, speaks_tls(&stream)).await {
        Ok(false) => {}
        Ok(true) if !neighbor => return (purpose.tell)(Notice::SpokeTls),
        _ => return,
    }
    let service = service_fn(|request: Request<Incoming>| {
        let answer = (purpose.answer)(request, connection.clone());
        Box::pin(async { Ok::<_, Infallible>(answer.await) })
    });
    let (from, to) = stream.into_split();
    let head = Head {
        from,
        read: 0,
        // The shared budget is not for connections that would only hold it.
        room: Some(room).filter(|_| !neighbor),
        held: Vec::new(),
        too_large: false,
    };
    let mut served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        // Our own limit is reached first, and answers with a page.
        .max_buf_size(2 * HEAD_BYTES)
        .keep_alive(false)
        // A request counts even if the browser closes right after it; else a callback could be dropped unjudged.
        .half_close(true)
        .serve_connection(TokioIo::new(join(head, to)), service);
    let outcome = poll_fn(|context| served.poll_without_shutdown(context)).await;
    let (mut head, mut to) = served.into_parts().io.into_inner().into_inner();
    if head.too_large {
        if !neighbor {
            (purpose.tell)(Notice::HeadTooLarge);
        }
        let _ = to.write_all(&purpose.too_large).await;
    }
    if (outcome.is_ok() || head.too_large) && to.shutdown().await.is_ok() {
        // Reads what is left: closing with unread bytes makes the system send a reset, which can overtake the page.
        let _ = timeout(CLOSE_PATIENCE, copy(&mut head.from, &mut sink())).await;
    }
    if let Some(delivered) = connection.page_delivered.get() {
        delivered.notify_one();
    }
}

/// Whether a browser insists on https: only a TLS handshake begins like this.
async fn speaks_tls(stream: &TcpStream) -> bool {
    let mut first = [0; 2];
    matches!(stream.peek(&mut first).await, Ok(2)) && first == TLS_HELLO
}

/// A connection whose received bytes are counted. Only forms of the setup page have a body, and they are small, so all
/// bytes count as head.
struct Head {
    from: OwnedReadHalf,
    read: usize,
    /// The shared budget, if this connection may use it.
    room: Option<Arc<Semaphore>>,
    /// What it took of that budget.
    held: Vec<OwnedSemaphorePermit>,
    too_large: bool,
}

impl Head {
    /// Whether there is room for what was read so far.
    fn has_room(&mut self) -> bool {
        // In large steps, because the underlying buffer doubles too.
        let steps = self.read.saturating_sub(1) / OWN_BYTES;
        while self.held.len() < steps {
            let room = self.room.clone().filter(|_| self.read <= HEAD_BYTES);
            match room.map(Semaphore::try_acquire_owned) {
                Some(Ok(taken)) => self.held.push(taken),
                _ => return false,
            }
        }
        true
    }
}

impl AsyncRead for Head {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.from).poll_read(context, into))?;
        self.read += into.filled().len() - before;
        self.too_large = !self.has_room();
        Poll::Ready(if self.too_large {
            Err(io::ErrorKind::OutOfMemory.into())
        } else {
            Ok(())
        })
    }
}
