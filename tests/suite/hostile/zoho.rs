//! A Zoho that answers whatever a test wants, including what the strict stand-in would never send.

use super::login::{Login, at};
use super::wire::{Answer, soon};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::{Notify, watch};

/// How to answer a request.
pub enum Reply {
    /// Sends these bytes, then closes the connection.
    Bytes(Vec<u8>),
    /// Sends nothing, while the connection stays open.
    Never,
    /// Sends these bytes once released.
    Released(Arc<Notify>, Vec<u8>),
    /// These bytes, and the others once released.
    InTwo(Vec<u8>, Arc<Notify>, Vec<u8>),
}

/// Serves the accounts server and the API domain on one port.
pub struct Hostile {
    pub url: String,
    pub requests: watch::Receiver<Vec<String>>,
}

type Script = dyn Fn(&str) -> Option<Reply> + Send + Sync;

impl Hostile {
    /// Starts one. `script` receives method and path; if it returns none, the response is a valid one.
    pub async fn start(script: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self::on("127.0.0.1:0", script).await
    }

    /// Starts one on another address of this machine.
    pub async fn on(
        address: &str,
        script: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = watch::channel(Vec::new());
        let (script, sender): (Arc<Script>, _) = (Arc::new(script), Arc::new(sender));
        let domain = url.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = serve(
                    stream,
                    Arc::clone(&script),
                    Arc::clone(&sender),
                    domain.clone(),
                );
                tokio::spawn(answer);
            }
        });
        Self { url, requests }
    }

    /// Answers the token request with this body, and everything else correctly.
    pub async fn with_token(body: impl Into<Vec<u8>>) -> Self {
        let answer = ok(body);
        Self::start(move |request| {
            (request == "POST /oauth/v2/token").then(|| Reply::Bytes(answer.clone()))
        })
        .await
    }

    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = at(&self.url, "1000.CLIENT", more);
        command.args(["--trust-api-domain", &self.url, "--no-browser"]);
        command
    }

    pub async fn login(&self, more: &[&str]) -> Login {
        Login::of(&mut self.command(more)).await
    }

    /// Runs a whole login. Returns exit code, standard output, standard error and page.
    pub async fn whole(&self, more: &[&str]) -> Whole {
        Self::complete(self.login(more).await).await
    }

    /// Completes the login: callback, page and end.
    pub async fn complete(login: Login) -> Whole {
        let target = format!("/callback?code=1000.code&state={}", login.state());
        let answer = login.get(&target, "").await;
        let page = answer
            .header("location")
            .unwrap_or_else(|| panic!("{}", answer.0));
        let page = login.get(page, "").await;
        let ended = login.program.wait().await;
        let code = ended.code;
        Whole {
            code,
            stdout: ended.stdout,
            stderr: ended.stderr,
            page,
        }
    }

    /// Waits until a request of this kind has arrived.
    pub async fn arrived(&mut self, start: &str) {
        let is_there = |all: &Vec<String>| all.iter().any(|request| request.starts_with(start));
        soon(start, self.requests.wait_for(is_there)).await.unwrap();
    }

    pub fn count(&self, start: &str) -> usize {
        let all = self.requests.borrow();
        all.iter()
            .filter(|request| request.starts_with(start))
            .count()
    }
}

pub struct Whole {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub page: Answer,
}

/// A JSON response with status 200.
pub fn ok(body: impl Into<Vec<u8>>) -> Vec<u8> {
    let body = body.into();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<Script>,
    told: Arc<watch::Sender<Vec<String>>>,
    domain: String,
) {
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    let line = request.split(" HTTP").next().unwrap_or_default().to_owned();
    told.send_modify(|all| all.push(request));
    let bytes = match script(&line).unwrap_or_else(|| Reply::Bytes(good(&line, &domain))) {
        Reply::Bytes(bytes) => bytes,
        Reply::Never => std::future::pending().await,
        Reply::Released(when, bytes) => {
            when.notified().await;
            bytes
        }
        Reply::InTwo(first, when, rest) => {
            let _ = stream.write_all(&first).await;
            when.notified().await;
            rest
        }
    };
    let _ = stream.write_all(&bytes).await;
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let length = lines.find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                return Some(text.into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn good(line: &str, domain: &str) -> Vec<u8> {
    ok(match line {
        "POST /oauth/v2/token" => token(&format!(r#""api_domain":"{domain}""#)),
        "GET /crm/v8/org" => r#"{"org":[{"company_name":"Example","zgid":"1"}]}"#.to_owned(),
        "GET /crm/v8/users?type=CurrentUser" => {
            r#"{"users":[{"full_name":"Person","email":"p@example.com"}]}"#.to_owned()
        }
        _ => "{}".to_owned(),
    })
}

/// A token response with extra fields.
pub fn token(more: &str) -> String {
    format!(
        r#"{{"access_token":"1000.access","refresh_token":"1000.refresh","expires_in":3600,{more}}}"#
    )
}
