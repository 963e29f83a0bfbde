//! Connections: accepted, limited in time and number, closed so that a page is never cut.

use crate::event::Event;
use crate::loopback::serve::{Connection, Login};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::{sleep, timeout};

/// Connections at once; the oldest that is not ours makes room for a newer one.
const CONNECTIONS: usize = 32;

/// Until a request's head must be whole; a browser sends it at once.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);

/// Room for a request's head: the cookies of every other application on localhost come along.
const HEAD_BYTES: usize = 128 * 1024;

/// After our close, how long the browser's is waited for, so that no reset cuts the page.
const CLOSE_PATIENCE: Duration = Duration::from_millis(250);

/// Until accepting is tried again when the system has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// The first bytes of a TLS handshake record.
const TLS_HELLO: [u8; 2] = [0x16, 0x03];

/// Accepts on all listeners until aborted; every connection ends with it.
pub(super) fn accept(
    listeners: Vec<TcpListener>,
    router: Router,
    login: Arc<Login>,
) -> AbortHandle {
    tokio::spawn(async move {
        let mut accepting = JoinSet::new();
        for listener in listeners {
            accepting.spawn(accept_on(listener, router.clone(), Arc::clone(&login)));
        }
        accepting.join_all().await;
    })
    .abort_handle()
}

async fn accept_on(listener: TcpListener, router: Router, login: Arc<Login>) {
    let mut connections = JoinSet::new();
    let mut open = VecDeque::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                make_room(&mut open);
                let connection = Connection::default();
                let task = serve(
                    stream,
                    router.clone(),
                    Arc::clone(&login),
                    connection.clone(),
                );
                open.push_back((connections.spawn(task), connection));
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
        if let Some((task, _)) = open.iter().position(strange).and_then(|at| open.remove(at)) {
            task.abort();
        }
    }
}

async fn serve(stream: TcpStream, router: Router, login: Arc<Login>, connection: Connection) {
    let _ = stream.set_nodelay(true);
    match timeout(HEAD_DEADLINE, speaks_tls(&stream)).await {
        Ok(false) => {}
        Ok(true) => return (login.tell)(Event::SpokeTls),
        Err(_) => return,
    }
    let service = TowerToHyperService::new(router.layer(Extension(connection.clone())));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .max_buf_size(HEAD_BYTES)
        // A browser that closes as soon as it has asked has asked: else its callback could be dropped unjudged.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .without_shutdown()
        .await;
    if let Ok(parts) = served {
        let _ = close(parts.io.into_inner()).await;
    }
    if connection.carries_page.load(Ordering::Relaxed) {
        login.page_delivered();
    }
}

/// A browser that insists on https begins with a TLS handshake; nothing else begins so.
async fn speaks_tls(stream: &TcpStream) -> bool {
    let mut first = [0; 2];
    matches!(stream.peek(&mut first).await, Ok(2)) && first == TLS_HELLO
}

/// Closing while unread bytes wait makes the system send a reset, which can overtake the page.
async fn close(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut rest = [0; 1024];
    let drained = async { while !matches!(stream.read(&mut rest).await, Ok(0) | Err(_)) {} };
    let _ = timeout(CLOSE_PATIENCE, drained).await;
    Ok(())
}
