//! Connections: accepted, limited in time, number and memory, closed so that a page is never cut.

use crate::loopback::notice::{Notice, TellNotice};
use crate::loopback::peer::{Ends, Peer, Watch};
use bytes::Bytes;
use http_body_util::Full;
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
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf, join};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::{sleep, timeout};

/// Connections at once on each listener; the oldest of another user, or else that is not ours, makes room
/// for a newer one.
const CONNECTIONS: usize = 32;

/// Until a request's head must be whole; a browser sends it at once.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);

/// Room for a head: browsers keep some 180 cookies of 4 KiB for localhost, and send them all to every port.
const HEAD_BYTES: usize = 768 * 1024;

/// As much of a head as every connection has room for; more is taken from what all share.
const OWN_BYTES: usize = 64 * 1024;

/// What all connections share for heads that are larger, so that hundreds of them hold some megabytes.
const SHARED_BYTES: usize = 4 * 1024 * 1024;

/// After our close, how long the browser's is waited for, so that no reset cuts the page.
const CLOSE_PATIENCE: Duration = Duration::from_millis(250);

/// Until accepting is tried again when the system has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// The first bytes of a TLS handshake record.
const TLS_HELLO: [u8; 2] = [0x16, 0x03];

/// An answer with its whole body.
pub(crate) type Reply = Response<Full<Bytes>>;

/// What a request knows of its connection.
#[derive(Clone)]
pub(crate) struct Connection {
    ends: Ends,
    watch: Arc<Watch>,
    /// Who was at the other end when it was accepted.
    accepted_from: Peer,
    /// It carries a callback of this login or its page, so it is never dropped for others.
    ours: Arc<AtomicBool>,
    /// The page was handed to it.
    carries_page: Arc<AtomicBool>,
}

impl Connection {
    fn new(ends: Ends, watch: &Arc<Watch>) -> Self {
        Self {
            ends,
            accepted_from: watch.at_accept(ends),
            watch: Arc::clone(watch),
            ours: Arc::default(),
            carries_page: Arc::default(),
        }
    }

    /// Who is at the other end, now and when it was accepted.
    pub(crate) fn peer(&self) -> Peer {
        self.accepted_from.and_later(self.watch.now(self.ends))
    }

    fn is_neighbors(&self) -> bool {
        matches!(self.accepted_from, Peer::Neighbor(_))
    }

    /// Keeps it open, however many others come.
    pub(super) fn keep(&self) {
        self.ours.store(true, Ordering::Relaxed);
    }

    /// Its close is the delivery of the page.
    pub(super) fn carry_page(&self) {
        self.carries_page.store(true, Ordering::Relaxed);
        self.keep();
    }
}

/// Answers a request. Each connection carries one.
pub(crate) type Answer = Arc<dyn Fn(Request<Incoming>, Connection) -> BoxFuture + Send + Sync>;

/// The answer, once it is there.
pub(crate) type BoxFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// What connections are accepted for.
#[derive(Clone)]
pub(crate) struct Purpose {
    pub(crate) answer: Answer,
    /// The whole answer, bytes as they are sent, to a request whose head is too large to be read.
    pub(crate) too_large: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
    /// Says whose connections are the person's.
    pub(crate) watch: Arc<Watch>,
    /// Told when the page's last byte and our close are on their way.
    pub(crate) delivered: Arc<Notify>,
    /// Told what a browser did wrong.
    pub(crate) tell: TellNotice,
}

/// Accepts on all listeners until aborted; every connection ends with it.
pub(super) fn accept(listeners: Vec<Arc<TcpListener>>, purpose: &Purpose) -> AbortHandle {
    let room = Arc::new(Semaphore::new(SHARED_BYTES));
    let mut accepting = JoinSet::new();
    for listener in listeners {
        accepting.spawn(accept_on(listener, purpose.clone(), Arc::clone(&room)));
    }
    tokio::spawn(accepting.join_all()).abort_handle()
}

async fn accept_on(listener: Arc<TcpListener>, purpose: Purpose, room: Arc<Semaphore>) {
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
                let connection = Connection::new(ends, &purpose.watch);
                let serving = serve(
                    stream,
                    Arc::clone(&room),
                    purpose.clone(),
                    connection.clone(),
                );
                open.push_back((connections.spawn(serving), connection));
                while connections.try_join_next().is_some() {}
                // Each gets its turn to be read before newer ones can push it out.
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

async fn serve(stream: TcpStream, room: Arc<Semaphore>, purpose: Purpose, connection: Connection) {
    let neighbor = connection.is_neighbors();
    let _ = stream.set_nodelay(true);
    match timeout(HEAD_DEADLINE, speaks_tls(&stream)).await {
        Ok(false) => {}
        Ok(true) if neighbor => return,
        Ok(true) => return (purpose.tell)(Notice::SpokeTls),
        Err(_) => return,
    }
    let service = service_fn(|request: Request<Incoming>| {
        let answer = (purpose.answer)(request, connection.clone());
        Box::pin(async { Ok::<_, Infallible>(answer.await) })
    });
    let (from, to) = stream.into_split();
    let head = Head {
        from,
        read: 0,
        // Room that all share is not for who would only hold it.
        room: Some(room).filter(|_| !neighbor),
        held: None,
        too_large: false,
    };
    let mut served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        // Ours is reached first, and answers with a page.
        .max_buf_size(2 * HEAD_BYTES)
        .keep_alive(false)
        // A browser that closes as soon as it has asked has asked: else its callback could be dropped unjudged.
        .half_close(true)
        .serve_connection(TokioIo::new(join(head, to)), service);
    let outcome = poll_fn(|context| served.poll_without_shutdown(context)).await;
    let (head, mut to) = served.into_parts().io.into_inner().into_inner();
    if head.too_large {
        if !neighbor {
            (purpose.tell)(Notice::HeadTooLarge);
        }
        let _ = to.write_all(&(purpose.too_large)()).await;
    }
    if outcome.is_ok() || head.too_large {
        let _ = close(head.from, to).await;
    }
    if connection.carries_page.load(Ordering::Relaxed) {
        purpose.delivered.notify_one();
    }
}

/// A browser that insists on https begins with a TLS handshake; nothing else begins so.
async fn speaks_tls(stream: &TcpStream) -> bool {
    let mut first = [0; 2];
    matches!(stream.peek(&mut first).await, Ok(2)) && first == TLS_HELLO
}

/// Closing while unread bytes wait makes the system send a reset, which can overtake the page.
async fn close(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<()> {
    to.shutdown().await?;
    let mut rest = vec![0; 16 * 1024];
    let drained = async { while !matches!(from.read(&mut rest).await, Ok(0) | Err(_)) {} };
    let _ = timeout(CLOSE_PATIENCE, drained).await;
    Ok(())
}

/// What comes on a connection, counted. No request has a body but a form of the set-up page, which is small: all of it
/// is taken for head.
struct Head {
    from: OwnedReadHalf,
    read: usize,
    /// What all connections share, for one that may take from it.
    room: Option<Arc<Semaphore>>,
    held: Option<OwnedSemaphorePermit>,
    too_large: bool,
}

impl Head {
    /// Whether there is room for what was read so far.
    fn has_room(&mut self) -> bool {
        let held = self.held.as_ref();
        let held = held.map_or(0, OwnedSemaphorePermit::num_permits);
        if self.read <= OWN_BYTES + held {
            return true;
        }
        // In large steps: the memory behind it doubles as well.
        let more = u32::try_from(self.read.next_multiple_of(OWN_BYTES) - OWN_BYTES - held);
        let more = more.ok().filter(|_| self.read <= HEAD_BYTES);
        let room = self.room.clone();
        let taken = room.and_then(|room| room.try_acquire_many_owned(more?).ok());
        match (taken, &mut self.held) {
            (None, _) => return false,
            (Some(taken), Some(held)) => held.merge(taken),
            (Some(taken), held) => *held = Some(taken),
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
