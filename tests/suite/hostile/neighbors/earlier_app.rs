//! An app that used to run on the redirect URI's port, and the spy that its scripts report to.

use crate::browsers::Tab;
use crate::hostile::wire::soon;
use axum::Router;
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use url::{Host, Url};

/// An app's file: path, headers and content.
pub type File = (
    &'static str,
    &'static [(&'static str, &'static str)],
    String,
);

/// An app on a redirect URI's port.
pub struct EarlierApp {
    ends: Vec<oneshot::Sender<()>>,
    serving: JoinSet<()>,
    url: Url,
}

impl EarlierApp {
    /// Serves these files.
    pub async fn at(redirect_uri: &Url, files: Vec<File>) -> Self {
        let hosts: &[&str] = match redirect_uri.host().unwrap() {
            Host::Domain(_) => &["127.0.0.1", "::1"],
            Host::Ipv4(_) => &["127.0.0.1"],
            Host::Ipv6(_) => &["::1"],
        };
        let (mut ends, mut serving) = (Vec::new(), JoinSet::new());
        for host in hosts {
            let listener = TcpListener::bind((*host, redirect_uri.port().unwrap())).await;
            let (end, ended) = oneshot::channel::<()>();
            ends.push(end);
            let served = axum::serve(listener.unwrap(), router(files.clone()));
            let served = served.with_graceful_shutdown(async {
                let _ = ended.await;
            });
            serving.spawn(async { served.await.unwrap() });
        }
        Self {
            ends,
            serving,
            url: redirect_uri.join("/").unwrap(),
        }
    }

    /// Waits while a browser visits until its page is done there, then ends the app.
    pub async fn visited(self, tab: &mut Tab) {
        tab.go(self.url.as_str()).await;
        tab.js("ready").await;
        self.end().await;
    }

    /// Ends the app and closes all its connections.
    pub async fn end(self) {
        drop(self.ends);
        soon("the end of the app", self.serving.join_all()).await;
    }
}

fn router(files: Vec<File>) -> Router {
    Router::new().fallback(async move |address: Uri| {
        let found = files.into_iter().find(|(path, ..)| *path == address.path());
        let Some((_, headers, body)) = found else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let mut response = ([(header::CONTENT_TYPE, "text/html")], body).into_response();
        for (name, value) in headers {
            response.headers_mut().insert(*name, value.parse().unwrap());
        }
        response
    })
}

/// Opens an address in a window and reports what it can read there. `looked` resolves when done.
const LOOK: &str = "
    let end;
    const looked = new Promise((resolve) => end = resolve);
    function look(address) {
        const other = open(address);
        const peek = () => {
            try {
                if (other.closed) return end('closed');
                const { readyState, documentElement } = other.document;
                if (readyState === 'complete' && documentElement.querySelector('h1'))
                    return tell(documentElement.outerHTML).then(() => end('read'));
                setTimeout(peek, 20);
            } catch (error) {
                end(error.name);
            }
        };
        peek();
    }";

/// The spy that an earlier app's scripts report to.
pub struct Spy {
    /// The address it listens on.
    pub address: String,
    /// Code to put before a script: defines `tell(text)` and `look(address)`.
    pub script: String,
    heard: watch::Receiver<String>,
    _serving: JoinSet<()>,
}

impl Spy {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let (told, heard) = watch::channel(String::new());
        let router = Router::new().fallback(async move |body: String| {
            told.send_modify(|all| *all += &(body + "\n"));
            // A page on a site of its own, from which a browser can be led elsewhere.
            Html("<!doctype html><link rel=icon href=data:,>")
        });
        let mut serving = JoinSet::new();
        serving.spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            script: format!(
                "const tell = (body) => fetch('{address}', {{ method: 'POST', mode: 'no-cors', body }});{LOOK}"
            ),
            address,
            heard,
            _serving: serving,
        }
    }

    /// The callback's address, once a script has reported it.
    pub async fn callback(&mut self) -> Url {
        let told = self.heard.wait_for(|all| all.contains("/callback?"));
        let all = soon("the address of the callback", told).await.unwrap();
        let mut lines = all.lines();
        let line = lines.find(|line| line.contains("/callback?"));
        line.unwrap().parse().unwrap()
    }

    /// Everything reported so far.
    pub fn heard(&self) -> String {
        self.heard.borrow().clone()
    }
}
