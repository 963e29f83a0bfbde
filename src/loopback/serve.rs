//! Answers requests: turns decisions into responses, and updates the login.

use crate::loopback::Loopback;
use crate::loopback::connections::{Connection, Purpose, Reply};
use crate::loopback::decide::{
    Answer, CLEAR, CLEARING, Decision, Expectation, Refusal, Site, SoFar, agent_has, decide,
    finds_names_below_localhost, told_at,
};
use crate::loopback::notice::{Notice, Occasion, TellNotice};
use crate::loopback::pasted::{self, NotTaken};
use crate::loopback::peer::Persons;
use axum::body::Body;
use axum::response::IntoResponse;
use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::http::request::Parts;
use hyper::{StatusCode, Uri};
use secrecy::{ExposeSecret, SecretString};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, SetOnce, mpsc};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

/// How long to wait for a browser that never fetches the page.
const PAGE_PATIENCE: Duration = Duration::from_secs(5);

/// Headers of every response.
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (RESOURCE_POLICY, "same-origin"),
];

/// Cross-Origin-Resource-Policy (Fetch).
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Content type of every page.
const HTML: &str = "text/html; charset=utf-8";

/// Clears site data (W3C Clear Site Data) for the responding origin.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Clears what an earlier app's cache would serve instead of us, without touching stored data.
const THE_CACHE: &str = "\"cache\"";

/// Clears an earlier app's service workers, which takes its stored data with them.
const CACHE_AND_STORAGE: &str = "\"cache\", \"storage\"";

/// A complete page and the policy to send with it.
pub struct Page {
    /// The document, which may contain secrets.
    pub html: Zeroizing<String>,
    /// The value of its `Content-Security-Policy` header.
    pub content_security_policy: String,
}

/// The running callback server of one login. Dropping it closes every connection.
pub struct Server {
    login: Arc<State>,
    /// The response to this login's authorization request.
    pub answers: mpsc::Receiver<Answer>,
    _accepting: JoinSet<()>,
}

/// Everything a server needs besides its sockets.
pub struct Serving {
    /// What requests are checked against.
    pub expected: Expectation,
    /// Zoho's consent page, where the start address redirects once.
    pub consent: SecretString,
    /// The users whose requests are accepted.
    pub persons: Arc<Persons>,
    /// Renders what a browser is shown instead of the result.
    pub draw: Draw,
    /// Receives notices.
    pub tell: TellNotice,
}

/// Renders a page for an occasion.
pub type Draw = Arc<dyn Fn(&Occasion) -> Page + Send + Sync>;

/// State of the login that all requests share.
struct State {
    serving: Serving,
    so_far: Mutex<SoFar>,
    started: AtomicBool,
    answers: mpsc::Sender<Answer>,
    /// Whether a browser is waiting for the page.
    called_back: AtomicBool,
    /// Callbacks wait for it; taken once.
    page: SetOnce<Mutex<Option<Page>>>,
    delivered: Arc<Notify>,
}

impl Server {
    /// Serves the redirect URI until dropped.
    pub fn new(loopback: Loopback, serving: Serving) -> Self {
        let (sender, answers) = mpsc::channel(1);
        let login = Arc::new(State {
            serving,
            so_far: Mutex::default(),
            started: AtomicBool::new(false),
            answers: sender,
            called_back: AtomicBool::new(false),
            page: SetOnce::new(),
            delivered: Arc::default(),
        });
        let answering = Arc::clone(&login);
        let purpose = Purpose {
            answer: Arc::new(move |request, connection| {
                let head = request.into_parts().0;
                Box::pin(answer(Arc::clone(&answering), head, connection))
            }),
            too_large: too_large(&(login.serving.draw)(&Occasion::HeadTooLarge)),
            tell: Arc::clone(&login.serving.tell),
        };
        Self {
            _accepting: loopback.accept(&login.serving.persons, &purpose),
            login,
            answers,
        }
    }

    /// The address for the opener. It redirects to Zoho once, so that the state appears on no command line.
    pub fn start_address(&self) -> String {
        self.login.start_address()
    }

    /// Whether a browser has fetched the start address.
    pub fn was_started(&self) -> bool {
        self.login.started.load(Ordering::Relaxed)
    }

    /// Judges pasted text by the rules of the callback. Once it is accepted, no other response is.
    pub fn pasted(&self, text: &SecretString) -> Result<Answer, NotTaken> {
        let answer = pasted::judge(&self.login.serving.expected, text)?;
        self.login.so_far().answer.get_or_insert(answer.digest);
        Ok(answer)
    }

    /// Answers the waiting browser with the page and returns once it is delivered: flushed, our half of the connection
    /// shut down, and the browser's close seen or 250 ms passed. Gives up after 5 s without a browser, and at once if
    /// none came because the response was pasted. Returns whether the page was delivered.
    pub async fn show(self, page: Page) -> bool {
        if !self.login.called_back.load(Ordering::Relaxed) {
            return false;
        }
        let _ = self.login.page.set(Mutex::new(Some(page)));
        let delivered = self.login.delivered.notified();
        tokio::time::timeout(PAGE_PATIENCE, delivered).await.is_ok()
    }
}

/// The only place where a request affects the login.
async fn answer(login: Arc<State>, head: Parts, connection: Connection) -> Reply {
    match login.judge(&head, &connection) {
        Ok(Decision::Start) => login.start(&head.headers),
        Ok(Decision::StartThroughWorker) => login.ask_about_worker(),
        Ok(Decision::Clear) => login.clear(&head.headers),
        Ok(Decision::ClearNow) => clear_now(),
        Ok(Decision::Page) => login.page(&connection),
        Ok(Decision::Response(answer)) => {
            let unseen = answer.unseen;
            // The channel has room: this is the only response sent.
            let _ = login.answers.try_send(answer);
            if unseen {
                // Nobody is waiting there. A legitimate browser that comes back gets the page.
                login.called_back.store(true, Ordering::Relaxed);
                return login.shown(StatusCode::GONE, &Occasion::ShownAlready);
            }
            login.conclude(&head.headers, &connection).await
        }
        Ok(Decision::Again) => login.conclude(&head.headers, &connection).await,
        Err(refusal) => login.refuse(refusal, &head.uri),
    }
}

impl State {
    fn so_far(&self) -> std::sync::MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_address(&self) -> String {
        let expected = &self.serving.expected;
        let path = expected.start_path.expose_secret();
        format!("http://{}{path}", expected.redirect_uri.authority())
    }

    fn judge(&self, head: &Parts, connection: &Connection) -> Result<Decision, Refusal> {
        let mut so_far = self.so_far();
        let decision = decide(&self.serving.expected, head, || connection.peer(), *so_far)?;
        if let Decision::Response(answer) = &decision {
            so_far.answer = Some(answer.digest);
        }
        Ok(decision)
    }

    fn start(&self, headers: &HeaderMap) -> Reply {
        if self.started.swap(true, Ordering::Relaxed) {
            (self.serving.tell)(Notice::StartedTwice);
            return self.shown(StatusCode::GONE, &Occasion::StartedTwice);
        }
        if self.site_for(headers) == Site::RedirectUri {
            (self.serving.tell)(Notice::WillClearAppData);
        }
        clearing(see_other(self.serving.consent.expose_secret()), THE_CACHE)
    }

    /// Asks first: nothing of another app is erased unless the person clicks.
    fn ask_about_worker(&self) -> Reply {
        let start = self.serving.expected.start_path.expose_secret();
        let clear = format!("{start}{CLEAR}");
        self.shown(StatusCode::OK, &Occasion::WorkerAtStart { clear })
    }

    /// Chromium hangs when the answer to a navigation clears the worker that the navigation came through, but what a
    /// sandboxed page loads does not go through the worker. Firefox clears nothing for what such a page loads, but does
    /// not hang.
    fn clear(&self, headers: &HeaderMap) -> Reply {
        let start = self.start_address();
        let now = format!("{start}{CLEARING}");
        let page = self.shown(StatusCode::OK, &Occasion::Clearing { now, start });
        if agent_has(headers, "Firefox/") {
            clearing(page, CACHE_AND_STORAGE)
        } else {
            page
        }
    }

    /// Holds the accepted response, and any repeat of it, until its page is ready.
    async fn conclude(&self, headers: &HeaderMap, connection: &Connection) -> Reply {
        connection.keep();
        self.called_back.store(true, Ordering::Relaxed);
        let site = *self.so_far().page_at.get_or_insert(self.site_for(headers));
        self.page.wait().await;
        let path = self.serving.expected.page_path.expose_secret();
        match &self.serving.expected.page_host {
            Some(host) if site == Site::PageHost => see_other(&format!("http://{host}{path}")),
            _ => clearing(see_other(path), CACHE_AND_STORAGE),
        }
    }

    /// Where this browser finds the page.
    fn site_for(&self, headers: &HeaderMap) -> Site {
        if self.serving.expected.page_host.is_some() && finds_names_below_localhost(headers) {
            Site::PageHost
        } else {
            Site::RedirectUri
        }
    }

    fn page(&self, connection: &Connection) -> Reply {
        let page = self.page.get().and_then(|page| page.lock().ok()?.take());
        let Some(page) = page else {
            return self.shown(StatusCode::GONE, &Occasion::ShownAlready);
        };
        connection.carry_page(&self.delivered);
        // Chromium keeps a page with status 200 for its back button, even one marked no-store.
        respond(StatusCode::CREATED, page)
    }

    fn shown(&self, status: StatusCode, occasion: &Occasion) -> Reply {
        respond(status, (self.serving.draw)(occasion))
    }

    /// Told at once, and shown where the address bar holds neither code nor state.
    fn refuse(&self, refusal: Refusal, asked: &Uri) -> Reply {
        let told_at = told_at(refusal);
        if told_at != Some(asked.path()) {
            (self.serving.tell)(Notice::Refused(refusal));
            if let Some(path) = told_at {
                return see_other(path);
            }
        }
        let reply = self.shown(status(refusal), &Occasion::Refused(refusal));
        match refusal {
            Refusal::Method => ([(header::ALLOW, "GET")], reply).into_response(),
            _ => reply,
        }
    }
}

fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::Path => StatusCode::NOT_FOUND,
        Refusal::Host
        | Refusal::OtherHost
        | Refusal::Metadata
        | Refusal::Worker
        | Refusal::Neighbor { .. }
        | Refusal::Unseen => StatusCode::FORBIDDEN,
        Refusal::Method => StatusCode::METHOD_NOT_ALLOWED,
        Refusal::Used => StatusCode::GONE,
        Refusal::Repeated | Refusal::ForeignState | Refusal::Bare | Refusal::UntiedError => {
            StatusCode::BAD_REQUEST
        }
    }
}

/// The answer to a head that is too large, written by hand, because the HTTP library read no request that it could
/// answer.
pub(crate) fn too_large(page: &Page) -> Bytes {
    let (html, policy) = (page.html.as_str(), &page.content_security_policy);
    let always = ALWAYS.map(|(name, value)| format!("{name}: {value}\r\n"));
    let always = always.concat();
    let response = format!(
        "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n{always}Content-Type: {HTML}\r\n\
         Content-Security-Policy: {policy}\r\nContent-Length: {}\r\n\r\n{html}",
        html.len()
    );
    response.into()
}

pub(crate) fn respond(status: StatusCode, page: Page) -> Reply {
    let headers = [
        (header::CONTENT_TYPE, HTML.to_owned()),
        (
            header::CONTENT_SECURITY_POLICY,
            page.content_security_policy,
        ),
    ];
    // The body owns the page, which is wiped once it is sent.
    let body = Body::from(Bytes::from_owner(page.html));
    (status, ALWAYS, headers, body).into_response()
}

pub(crate) fn see_other(address: &str) -> Reply {
    let policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let headers = [
        (header::LOCATION, address),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (StatusCode::SEE_OTHER, ALWAYS, headers).into_response()
}

/// The sandboxed page has an origin of its own, so there is nothing to read.
fn clear_now() -> Reply {
    let any = [(RESOURCE_POLICY, "cross-origin")];
    // The last in the tuple would come first, and so be overwritten.
    clearing((StatusCode::NO_CONTENT, ALWAYS, any, ()), CACHE_AND_STORAGE)
}

fn clearing(reply: impl IntoResponse, what: &'static str) -> Reply {
    ([(CLEAR_SITE_DATA, what)], reply).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sandboxed_page_loads_may_come_from_here() {
        let reply = clear_now();
        assert_eq!(reply.status(), StatusCode::NO_CONTENT);
        let headers = reply.headers();
        assert_eq!(headers[RESOURCE_POLICY], "cross-origin");
        assert_eq!(headers[CLEAR_SITE_DATA], CACHE_AND_STORAGE);
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    }
}
