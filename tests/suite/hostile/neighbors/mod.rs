//! Rows 24 to 27: another user of the machine, and what an earlier app left on the port, learn nothing from a login.

mod cache;
pub mod earlier_app;
mod honest;
mod kept;
mod users;
mod ways_out;
mod workers;

use super::login::{Callback, Login, codes, command, consent};
use super::missing;
use super::wire::{self, Answer, ask, soon};
use crate::browser::value;
use crate::opener::Opener;
use crate::program::{Ended, Program, through};
use secrecy::ExposeSecret;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use url::{Host, Position, Url};
use zoho_stand_in::StandIn;

/// Declares a test for each case of a function.
macro_rules! cases {
    ($function:ident { $($case:ident($($argument:expr),*))+ }) => {
        mod $function {
            #[allow(unused_imports, reason = "not every case needs more than its words")]
            use super::*;
            $(#[tokio::test]
            async fn $case() {
                super::$function($($argument),*).await;
            })+
        }
    };
}
use cases;

/// The second user: nobody.
const SECOND_USER: &str = "65534";

/// A third user, neither root nor nobody.
const THIRD_USER: &str = "65533";

/// How the program reports that another user connected.
const SOMEBODY_ELSE: &str = "Another user of this machine";

/// A command run as another user, with nothing from our environment.
fn as_user(user: &str, program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", user]);
    command.args(["--clear-groups", program]);
    command.env_clear().env("PATH", "/usr/bin:/bin");
    command.current_dir("/").kill_on_drop(true);
    command
}

/// Whether there can be a second user, which requires root.
pub fn second_user() -> bool {
    let able = rustix::process::geteuid().is_root();
    if !able {
        missing("a second user needs root");
    }
    able
}

/// Another user of the machine, as a relay to and from the callback port: bytes sent to `port` arrive there from that
/// user's socket.
pub struct Neighbor {
    pub port: u16,
    /// Whether this user shuts down sending right after each request.
    pub stops_sending: bool,
    pub process: Child,
    orders: ChildStdin,
    words: Lines<BufReader<ChildStdout>>,
    /// Everything this user has received.
    pub loot: String,
}

impl Neighbor {
    /// Connects to a redirect URI.
    pub async fn of(redirect_uri: &Url) -> Self {
        Self::by(redirect_uri, "relay").await
    }

    /// Connects in one of the ways that `relay.py` knows.
    pub async fn by(redirect_uri: &Url, way: &str) -> Self {
        let there = [host(redirect_uri), "", way];
        let to = redirect_uri.port().unwrap();
        Self::between(SECOND_USER, ("127.0.0.1", 0), to, there).await
    }

    /// Listens at an address as this user and relays to a port: the target's address, the user's source address, and
    /// the way.
    pub async fn between(
        user: &str,
        (here, port): (&str, u16),
        to: u16,
        [there, source, way]: [&str; 3],
    ) -> Self {
        let mut command = as_user(user, "python3");
        command.args(["-c", include_str!("relay.py"), here, &port.to_string()]);
        command.args([there, &to.to_string(), source, way]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut neighbor = Self {
            port: 0,
            stops_sending: false,
            orders: process.stdin.take().unwrap(),
            words: BufReader::new(process.stdout.take().unwrap()).lines(),
            process,
            loot: String::new(),
        };
        neighbor.port = neighbor.word().await.parse().unwrap();
        neighbor
    }

    /// Stops listening, but keeps every open connection.
    pub async fn stop_listening(&mut self) {
        self.orders.write_all(b"\n").await.unwrap();
        while self.word().await != "closed" {}
    }

    /// Waits until a connection has been accepted.
    pub async fn accepts(&mut self) {
        while self.word().await != "accepted" {}
    }

    /// Takes back a hidden connection.
    pub async fn find(&mut self) {
        self.orders.write_all(b"\n").await.unwrap();
    }

    /// Sends a GET and reads the response.
    pub async fn get(&mut self, address: &Url) -> Answer {
        let mut stream = wire::connect(self.port).await;
        stream.write_all(get(address).as_bytes()).await.unwrap();
        if self.stops_sending {
            stream.shutdown().await.unwrap();
        }
        let answer = wire::read(&mut stream).await;
        self.loot += &answer.0;
        answer
    }

    /// Sends a GET and ends the connection in this user's usual way.
    pub async fn send(&self, address: &Url) {
        let mut stream = wire::connect(self.port).await;
        stream.write_all(get(address).as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        // The relay closes its side when everything is done.
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    }

    /// Delivers a response of Zoho's, and opens the page that it leads to.
    pub async fn bring(&mut self, callback: &Url) {
        let answer = self.get(callback).await;
        if let Some(page) = answer.header("location") {
            self.get(&callback.join(page).unwrap()).await;
        }
    }

    async fn word(&mut self) -> String {
        let word = soon("a word of the neighbor", self.words.next_line()).await;
        word.unwrap().expect("he runs")
    }
}

/// The person whose login is attacked.
pub struct Victim {
    pub login: Login,
    /// The address that the browser was given to open.
    pub start: Url,
    /// Where the start address redirected, once opened.
    zohos_address: Option<Url>,
    pub zoho: StandIn,
    _opener: Opener,
}

impl Victim {
    /// Starts a login and waits until it has opened the browser.
    pub async fn start(zoho: StandIn, redirect_uri: &Url) -> Self {
        Self::start_through(&[], zoho, redirect_uri).await
    }

    /// Starts one through another program.
    pub async fn start_through(words: &[&str], zoho: StandIn, redirect_uri: &Url) -> Self {
        let victim = Self::try_start(words, zoho, redirect_uri).await;
        victim.unwrap_or_else(|ended| panic!("{}", ended.stderr))
    }

    /// Starts one through another program. Returns how it ended if it ends before it opens anything.
    pub async fn try_start(
        words: &[&str],
        zoho: StandIn,
        redirect_uri: &Url,
    ) -> Result<Self, Ended> {
        zoho.register_redirect_uri(redirect_uri.as_str());
        let mut opener = Opener::new();
        let mut command = command(&zoho, &["--redirect-uri", redirect_uri.as_str()]);
        command.env("BROWSER", &opener.browser);
        let program = Program::spawn(&mut through(words, &command));
        let mut login = Login::unheard(program);
        login.redirect_uri = redirect_uri.clone();
        let start = tokio::select! {
            address = opener.opened() => address,
            _ = login.program.exit() => return Err(login.program.wait().await),
        };
        Ok(Self {
            login,
            start,
            zohos_address: None,
            zoho,
            _opener: opener,
        })
    }

    /// Opens the start address, which redirects to Zoho.
    pub async fn zohos_address(&mut self) -> Url {
        if self.zohos_address.is_none() {
            let answer = ask(&self.start, "GET", "").await;
            let Some(address) = answer.header("location") else {
                panic!("the start address is used up: {}", answer.heading())
            };
            self.zohos_address = Some(address.parse().unwrap());
        }
        self.zohos_address.clone().unwrap()
    }

    /// Opens the start address and consents, but stops before the callback.
    pub async fn consent(&mut self) -> Callback {
        consent(&self.zohos_address().await).await
    }

    /// Asserts that what an attacker received contains no secret.
    pub fn assert_nothing_stolen(&self, loot: &str) {
        assert_nothing_stolen(&self.zoho, &self.login.program.printed(), loot);
    }

    /// Asserts that the attacker has nothing, and that the person's login still succeeds. Returns what the program
    /// said.
    pub async fn assert_unharmed(mut self, loot: &str) -> String {
        self.assert_nothing_stolen(loot);
        let callback = self.consent().await;
        let page = self.complete(&callback.url).await;
        assert_eq!(page.status(), "201", "{}", page.heading());
        self.assert_ended_with(&callback.code, loot).await
    }

    /// Goes from Zoho's response to the page.
    pub async fn complete(&self, callback: &Url) -> Answer {
        let answer = ask(callback, "GET", "").await;
        let Some(page) = answer.header("location") else {
            panic!("{} {}", answer.status(), answer.heading())
        };
        ask(&callback.join(page).unwrap(), "GET", "").await
    }

    /// Asserts that the login succeeds with exactly this grant token, and that the attacker has nothing of it. Returns
    /// what the program said.
    pub async fn assert_ended_with(self, code: &str, loot: &str) -> String {
        let ended = self.login.program.wait().await;
        assert_nothing_stolen(&self.zoho, &ended.stdout, loot);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(codes(&self.zoho), [Some(code.to_owned())]);
        ended.stderr
    }
}

/// Asserts that what an attacker received contains nothing that the login printed, nor its client secret.
fn assert_nothing_stolen(zoho: &StandIn, stdout: &str, loot: &str) {
    let secret = zoho.client_secret().expose_secret().to_owned();
    let mut secrets = vec![("Client secret", secret)];
    for label in ["Access token", "Refresh token"] {
        if stdout.contains(label) {
            secrets.push((label, value(stdout, label).to_owned()));
        }
    }
    secrets.retain(|(_, value)| loot.contains(value));
    let stolen: Vec<_> = secrets.into_iter().map(|(label, _)| label).collect();
    assert!(stolen.is_empty(), "STOLEN: {}", stolen.join(", "));
}

/// A redirect URI for this host, on a port that is currently free.
pub fn free(host: &str) -> Url {
    let port = super::port::free_port();
    format!("http://{host}:{port}/callback").parse().unwrap()
}

fn get(address: &Url) -> String {
    let (target, host) = (
        &address[Position::BeforePath..Position::AfterQuery],
        address.authority(),
    );
    format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

/// The host as a socket address: for localhost, the one that this machine always has.
fn host(address: &Url) -> &'static str {
    match address.host() {
        Some(Host::Ipv6(_)) => "::1",
        _ => "127.0.0.1",
    }
}
