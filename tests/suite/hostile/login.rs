//! A login of the real binary, with everything that an attacker of the callback port could know.

use super::wire::{self, Answer, ask};
use crate::program::{self, Ended, Program};
use secrecy::ExposeSecret;
use tokio::process::Command;
use url::Url;
use zoho_stand_in::recorded::Recorded;
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

/// A login waiting for its callback.
pub struct Login {
    pub program: Program,
    /// The redirect URI, including its port.
    pub redirect_uri: Url,
    /// Zoho's consent page for this login.
    pub address: Url,
}

/// Where Zoho redirects the browser, and with which code.
pub struct Callback {
    pub url: Url,
    pub code: String,
}

/// A stand-in where the person's account is in the other data center.
pub async fn stand_in() -> StandIn {
    StandIn::start(Rehearsal::default()).await.unwrap()
}

/// The command for a login at the stand-in, with nothing from this process's environment.
pub fn command(zoho: &StandIn, more: &[&str]) -> Command {
    let mut command = at(&zoho.accounts_url(DataCenter::Us), &zoho.client_id(), more);
    for center in DataCenter::PAIR {
        command.args(["--trust-accounts-server", &zoho.accounts_url(center)]);
        command.args(["--trust-api-domain", &zoho.api_domain(center)]);
    }
    command.env("ZOHO_CLIENT_SECRET", zoho.client_secret().expose_secret());
    command
}

/// The command for a login at any accounts server.
pub fn at(accounts_url: &str, client_id: &str, more: &[&str]) -> Command {
    let secret = [("ZOHO_CLIENT_SECRET", "secret-of-the-client")];
    let mut command = program::command(&secret, &["login", "--accounts-url", accounts_url]);
    command.args(["--client-id", client_id]);
    if !more.contains(&"--redirect-uri") {
        command.args(["--redirect-uri", "http://localhost:0/callback"]);
    }
    command.args(more);
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

    /// Starts a command and waits until it prints its addresses.
    pub async fn of(command: &mut Command) -> Self {
        Self::heard(Program::spawn(command)).await
    }

    /// Wraps a started program, once it has printed its addresses.
    pub async fn heard(program: Program) -> Self {
        let mut login = Self::unheard(program);
        login.ready().await;
        login
    }

    /// Wraps a started program, whatever it will do.
    pub fn unheard(program: Program) -> Self {
        let nowhere: Url = "http://localhost/".parse().unwrap();
        Self {
            program,
            redirect_uri: nowhere.clone(),
            address: nowhere,
        }
    }

    /// Reads the addresses, which are printed once everything is ready.
    async fn ready(&mut self) {
        let told = self.program.told("/oauth/v2/auth?").await;
        let mut words = told.split_whitespace();
        let address = words.find(|word| word.contains("/oauth/v2/auth?"));
        self.address = address.unwrap().parse().unwrap();
        let redirect_uri = self.parameter("redirect_uri");
        self.redirect_uri = redirect_uri.parse().unwrap();
    }

    /// Opens the start address as the browser does, and reads the addresses from its redirect.
    pub async fn begin(&mut self, start: &Url) -> Answer {
        let answer = ask(start, "GET", "").await;
        self.address = answer.header("location").unwrap().parse().unwrap();
        self.redirect_uri = self.parameter("redirect_uri").parse().unwrap();
        answer
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

    /// Sends a plain GET to the callback port, with extra header lines.
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

    /// Sends the genuine callback. Returns the page it leads to.
    pub async fn complete(&self, callback: &Callback) -> Answer {
        let answer = ask(&callback.url, "GET", "").await;
        assert_eq!(answer.status(), "303", "{}", answer.0);
        let page = answer.header("location").unwrap().to_owned();
        self.get(&page, "").await
    }

    /// Asserts that the genuine callback, sent now, ends in exit 0 with one token request that carries the genuine
    /// code.
    pub async fn assert_alive(self, zoho: &StandIn) -> Ended {
        let callback = self.consent().await;
        let page = self.complete(&callback).await;
        assert_eq!(page.status(), "201", "{}", page.0);
        let ended = self.program.wait().await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stdout.contains("Refresh token:"), "{}", ended.stderr);
        assert_eq!(codes(zoho), [Some(callback.code)]);
        ended
    }

    /// Waits for it to end with this exit code. Returns standard error.
    pub async fn ends_with(self, code: i32) -> String {
        self.program.ends_with(code).await
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

/// The grant tokens in all token requests.
pub fn codes(zoho: &StandIn) -> Vec<Option<String>> {
    let is_token = |request: &Recorded| request.path == "/oauth/v2/token";
    let requests = zoho.requests();
    let requests = requests.iter().filter(|request| is_token(request));
    requests
        .map(|request| request.value("code").map(str::to_owned))
        .collect()
}
