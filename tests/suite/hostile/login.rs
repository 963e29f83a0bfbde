//! The real binary in a login, with everything at hand that an attacker of the callback port has.

use super::wire::{self, Answer, ask, soon};
use secrecy::ExposeSecret;
use std::fs::File;
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use url::Url;
use zoho_stand_in::recorded::Recorded;
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

pub const BINARY: &str = env!("CARGO_BIN_EXE_zoho-grant");

/// A login that waits for its callback.
pub struct Login {
    pub child: Child,
    pub stdout: watch::Receiver<String>,
    pub stderr: watch::Receiver<String>,
    readers: [AbortHandle; 2],
    /// With its port.
    pub redirect_uri: Url,
    /// Zoho's consent page for this login.
    pub address: Url,
}

/// A login that is over.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// Where Zoho brings the browser back to, and what it brings.
pub struct Callback {
    pub url: Url,
    pub code: String,
}

/// The stand-in of a person who lives in the other data center.
pub async fn stand_in() -> StandIn {
    StandIn::start(Rehearsal::default()).await.unwrap()
}

/// The command of a login at the stand-in, without anything of this process's environment.
pub fn command(zoho: &StandIn, more: &[&str]) -> Command {
    let mut command = at(&zoho.accounts_url(DataCenter::Us), &zoho.client_id(), more);
    for center in DataCenter::ALL {
        command.args(["--trust-accounts-server", &zoho.accounts_url(center)]);
        command.args(["--trust-api-domain", &zoho.api_domain(center)]);
    }
    command.env("ZOHO_CLIENT_SECRET", zoho.client_secret().expose_secret());
    command
}

/// The command of a login at any accounts server.
pub fn at(accounts_url: &str, client_id: &str, more: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    // Nothing is left behind in the home of the person who runs the tests.
    command.env("HOME", "/dev/null/nowhere");
    command.args(["login", "--accounts-url", accounts_url]);
    command.args(["--client-id", client_id]);
    if !more.contains(&"--redirect-uri") {
        command.args(["--redirect-uri", "http://localhost:0/callback"]);
    }
    command.args(more);
    command.env("ZOHO_CLIENT_SECRET", "secret-of-the-client");
    command
}

impl Login {
    /// A login at the stand-in that opens no browser.
    pub async fn start(zoho: &StandIn, more: &[&str]) -> Self {
        let mut login = Self::of(command(zoho, more).arg("--no-browser")).await;
        login.register(zoho);
        login.ready().await;
        login
    }

    /// Starts a command and waits until it tells its addresses.
    pub async fn of(command: &mut Command) -> Self {
        let mut login = Self::launch(command);
        login.ready().await;
        login
    }

    /// The same with another standard output.
    pub async fn writing_to(command: &mut Command, output: File) -> Self {
        let mut login = Self::spawn(command.stdout(output));
        login.ready().await;
        login
    }

    /// Starts a command, whatever it will do.
    pub fn launch(command: &mut Command) -> Self {
        Self::spawn(command.stdout(Stdio::piped()))
    }

    fn spawn(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).kill_on_drop(true);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (stdout, out) = collect(child.stdout.take());
        let (stderr, err) = collect(child.stderr.take());
        Self {
            stdout,
            stderr,
            readers: [out, err],
            child,
            redirect_uri: "http://localhost/".parse().unwrap(),
            address: "http://localhost/".parse().unwrap(),
        }
    }

    /// Reads the addresses that are told once all is ready.
    pub async fn ready(&mut self) {
        let told = self.told("/oauth/v2/auth?").await;
        let mut words = told.split_whitespace();
        let address = words.find(|word| word.contains("/oauth/v2/auth?"));
        self.address = address.unwrap().parse().unwrap();
        let redirect_uri = self.parameter("redirect_uri");
        self.redirect_uri = redirect_uri.parse().unwrap();
    }

    /// Opens the start address, as the browser does, and reads the addresses where it leads.
    pub async fn begin(&mut self, start: &Url) -> Answer {
        let answer = ask(start, "GET", "").await;
        self.address = answer.header("location").unwrap().parse().unwrap();
        self.redirect_uri = self.parameter("redirect_uri").parse().unwrap();
        answer
    }

    /// Waits until standard error holds the text.
    pub async fn told(&mut self, text: &str) -> String {
        let found = soon(
            text,
            self.stderr
                .wait_for(|all| all.contains(text) && all.ends_with('\n')),
        )
        .await;
        let said = found.map(|all| all.clone());
        said.unwrap_or_else(|_| panic!("the program never said {text:?}"))
    }

    pub fn register(&self, zoho: &StandIn) {
        zoho.register_redirect_uri(self.redirect_uri.as_str());
    }

    pub fn port(&self) -> u16 {
        self.redirect_uri.port().unwrap()
    }

    pub fn authority(&self) -> String {
        self.redirect_uri.authority().to_owned()
    }

    pub fn state(&self) -> String {
        self.parameter("state")
    }

    fn parameter(&self, name: &str) -> String {
        let mut pairs = self.address.query_pairs();
        pairs
            .find(|(known, _)| known == name)
            .unwrap()
            .1
            .into_owned()
    }

    pub fn process(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// A plain GET of a target on the callback port, with further header lines.
    pub async fn get(&self, target: &str, headers: &str) -> Answer {
        self.request("GET", target, headers).await
    }

    pub async fn request(&self, method: &str, target: &str, headers: &str) -> Answer {
        self.send(&self.head(method, target, headers)).await
    }

    pub fn head(&self, method: &str, target: &str, headers: &str) -> String {
        let authority = self.authority();
        format!(
            "{method} {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n{headers}\r\n"
        )
    }

    pub async fn send(&self, request: impl AsRef<[u8]>) -> Answer {
        wire::send(self.port(), request.as_ref()).await
    }

    /// Consents at the stand-in as a person does, and stops before the callback.
    pub async fn consent(&self) -> Callback {
        consent(&self.address).await
    }

    /// The genuine callback and its page; the page that was shown.
    pub async fn complete(&self, callback: &Callback) -> Answer {
        let answer = ask(&callback.url, "GET", "").await;
        assert_eq!(answer.status(), "303", "{}", answer.0);
        let page = answer.header("location").unwrap().to_owned();
        self.get(&page, "").await
    }

    /// The genuine callback sent now ends in exit 0, with one token request that carries the genuine code.
    pub async fn assert_alive(self, zoho: &StandIn) -> Ended {
        let callback = self.consent().await;
        let page = self.complete(&callback).await;
        assert_eq!(page.status(), "201", "{}", page.0);
        let ended = self.ended().await;
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
        assert!(ended.stdout.contains("Refresh token:"), "{}", ended.stderr);
        assert_eq!(codes(zoho), [Some(callback.code)]);
        ended
    }

    /// Closes the other end of both outputs.
    pub fn hang_up(&mut self) {
        for reader in &self.readers {
            reader.abort();
        }
    }

    pub fn signal(&self, name: &str) {
        let process = self.process().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", name, &process])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end. A panic anywhere is a defect.
    pub async fn ended(mut self) -> Ended {
        let status = soon("the end of the login", self.child.wait())
            .await
            .unwrap();
        let stderr = whole(self.stderr).await;
        assert!(!stderr.contains("panicked"), "{stderr}");
        Ended {
            status,
            stdout: whole(self.stdout).await,
            stderr,
        }
    }

    /// Waits for the end, which is to have this code; what standard error says.
    pub async fn ends_with(self, code: i32) -> String {
        let ended = self.ended().await;
        assert_eq!(ended.status.code(), Some(code), "{}", ended.stderr);
        ended.stderr
    }
}

/// Consents at Zoho's address as a person does, and stops before the callback.
pub async fn consent(address: &Url) -> Callback {
    let mut page = address.clone();
    let mut answer = ask(&page, "GET", "").await;
    while answer.status() == "302" {
        page = answer.header("location").unwrap().parse().unwrap();
        answer = ask(&page, "GET", "").await;
    }
    let (_, ticket) = answer
        .body()
        .split_once("name=\"ticket\" value=\"")
        .unwrap();
    let ticket = ticket.split('"').next().unwrap();
    let form = format!("ticket={ticket}&decision=accept");
    let answer = ask(&page.join("/consent").unwrap(), "POST", &form).await;
    let url: Url = answer.header("location").unwrap().parse().unwrap();
    let code = url.query_pairs().find(|(name, _)| name == "code");
    let code = code.map(|(_, code)| code.into_owned()).unwrap_or_default();
    Callback { url, code }
}

/// The grant tokens of all token requests.
pub fn codes(zoho: &StandIn) -> Vec<Option<String>> {
    let is_token = |request: &Recorded| request.path == "/oauth/v2/token";
    let requests = zoho.requests();
    let requests = requests.iter().filter(|request| is_token(request));
    requests
        .map(|request| request.value("code").map(str::to_owned))
        .collect()
}

fn collect(
    from: Option<impl AsyncRead + Send + Unpin + 'static>,
) -> (watch::Receiver<String>, AbortHandle) {
    let (sender, receiver) = watch::channel(String::new());
    let reader = tokio::spawn(async move {
        let Some(mut from) = from else { return };
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut bytes).await {
            let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
            sender.send_modify(|all| all.push_str(&text));
        }
    });
    (receiver, reader.abort_handle())
}

/// Closed when the last byte was read.
async fn whole(mut text: watch::Receiver<String>) -> String {
    soon("the last output", async {
        while text.changed().await.is_ok() {}
    })
    .await;
    text.borrow().clone()
}
