//! Answering requests: from decisions to responses, and what they mean for the login.

use crate::event::{Event, Tell};
use crate::loopback::connections;
use crate::loopback::decide::{AuthorizationResponse, Decision, Expectation, Refusal, decide};
use crate::loopback::pages::Page;
use crate::loopback::pasted::{self, NotTaken};
use crate::loopback::strangers;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::AbortHandle;
use tower_http::set_header::SetResponseHeaderLayer;

/// How long a browser is waited for that never fetches the page.
const PAGE_PATIENCE: Duration = Duration::from_secs(5);

/// The running callback server of one login. Dropping it closes every connection.
pub struct Server {
    login: Arc<Login>,
    responses: mpsc::Receiver<AuthorizationResponse>,
    accepting: AbortHandle,
}

/// What every request sees of the login.
pub(super) struct Login {
    expected: Expectation,
    /// Zoho's consent page, where the start address leads once.
    consent: SecretString,
    started: AtomicBool,
    responses: mpsc::Sender<AuthorizationResponse>,
    /// A browser waits for the page.
    called_back: AtomicBool,
    /// Turns true when the page is there: callbacks wait for it.
    decided: watch::Sender<bool>,
    page: Mutex<Option<Page>>,
    delivered: Notify,
    rehearsal: bool,
    pub(super) tell: Tell,
}

/// What a request knows of its connection.
#[derive(Clone, Default)]
pub(super) struct Connection {
    /// It carries a callback of this login or its page, so it is never dropped for others.
    pub(super) ours: Arc<AtomicBool>,
    /// The page was handed to it.
    pub(super) carries_page: Arc<AtomicBool>,
}

impl Server {
    /// Serves on these listeners until dropped.
    pub(super) fn new(
        listeners: Vec<TcpListener>,
        expected: Expectation,
        consent: SecretString,
        rehearsal: bool,
        tell: Tell,
    ) -> Self {
        let (sender, responses) = mpsc::channel(1);
        let login = Arc::new(Login {
            expected,
            consent,
            started: AtomicBool::new(false),
            responses: sender,
            called_back: AtomicBool::new(false),
            decided: watch::Sender::new(false),
            page: Mutex::new(None),
            delivered: Notify::new(),
            rehearsal,
            tell,
        });
        let accepting =
            connections::accept(listeners, router(Arc::clone(&login)), Arc::clone(&login));
        Self {
            login,
            responses,
            accepting,
        }
    }

    /// The address for the opener: it leads to Zoho once, so that the state is on no command line.
    pub fn start_address(&self) -> String {
        let expected = &self.login.expected;
        let authority = expected.redirect_uri.authority();
        format!("http://{authority}{}", expected.start_path.expose_secret())
    }

    /// The response to this login's authorization request.
    pub async fn response(&mut self) -> AuthorizationResponse {
        match self.responses.recv().await {
            Some(response) => response,
            // `self.login` holds a sender as long as `self` lives.
            None => std::future::pending().await,
        }
    }

    /// Judges a pasted text by the rules of the callback.
    pub fn pasted(&self, text: &SecretString) -> Result<AuthorizationResponse, NotTaken> {
        pasted::judge(&self.login.expected, text)
    }

    /// Answers the waiting browser with the page, and returns when it is delivered: flushed, our half
    /// shut, the browser's close seen or 250 ms passed. Gives up after 5 s without a browser, and at once
    /// when none came because the response was pasted.
    pub async fn show(self, page: Page) {
        if !self.login.called_back.load(Ordering::Relaxed) {
            return;
        }
        if let Ok(mut place) = self.login.page.lock() {
            *place = Some(page);
        }
        self.login.decided.send_replace(true);
        let _ = tokio::time::timeout(PAGE_PATIENCE, self.login.delivered.notified()).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Login {
    /// The page, its last byte and our close are on their way.
    pub(super) fn page_delivered(&self) {
        self.delivered.notify_one();
    }

    fn start(&self) -> Response {
        if self.started.swap(true, Ordering::Relaxed) {
            (self.tell)(Event::StartedTwice);
            return respond(StatusCode::GONE, strangers::started_twice(self.rehearsal));
        }
        see_other(self.consent.expose_secret())
    }

    /// Hands the first response on and waits with every later one, such as a reload, for its page.
    async fn conclude(&self, response: AuthorizationResponse) -> Response {
        self.called_back.store(true, Ordering::Relaxed);
        let _ = self.responses.try_send(response);
        let mut decided = self.decided.subscribe();
        let _ = decided.wait_for(|decided| *decided).await;
        see_other(self.expected.page_path.expose_secret())
    }

    fn page(&self, connection: &Connection) -> Response {
        let page = self.page.lock().ok().and_then(|mut page| page.take());
        let Some(page) = page else {
            return respond(StatusCode::GONE, strangers::shown_already(self.rehearsal));
        };
        connection.ours.store(true, Ordering::Relaxed);
        connection.carries_page.store(true, Ordering::Relaxed);
        // Chromium keeps a page of status 200 for its back button, even one that must not be stored.
        let mut response = respond(StatusCode::CREATED, page);
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        response
    }

    fn refuse(&self, refusal: Refusal) -> Response {
        (self.tell)(Event::Refused(refusal));
        let (status, page) = strangers::refused(refusal, self.rehearsal);
        let mut response = respond(status, page);
        if refusal == Refusal::Method {
            let get = HeaderValue::from_static("GET");
            response.headers_mut().insert(header::ALLOW, get);
        }
        response
    }
}

async fn answer(
    State(login): State<Arc<Login>>,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    match decide(&login.expected, &head) {
        Decision::Start => login.start(),
        Decision::Page => login.page(&connection),
        Decision::Response(response) => {
            connection.ours.store(true, Ordering::Relaxed);
            login.conclude(response).await
        }
        Decision::Refused(refusal) => login.refuse(refusal),
    }
}

fn router(login: Arc<Login>) -> Router {
    let set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    Router::new()
        .fallback(answer)
        .with_state(login)
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::CACHE_CONTROL, "no-store"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ))
        .layer(set(
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ))
}

fn respond(status: StatusCode, page: Page) -> Response {
    let policy = HeaderValue::from_str(&page.content_security_policy)
        .expect("a policy is written here, in printable ASCII");
    // The body owns the page, which is wiped when it is sent.
    let body = Bytes::from_owner(Html(page.html));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (status, headers, body).into_response()
}

struct Html(zeroize::Zeroizing<String>);

impl AsRef<[u8]> for Html {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn see_other(address: &str) -> Response {
    let location = HeaderValue::from_str(address).expect("a URL is printable ASCII");
    let policy = HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    let headers = [
        (header::LOCATION, location),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
