//! What the token tests share: a stand-in, a home folder, and credentials in it.

use crate::hostile::zoho::Hostile;
use crate::program::{Ended, Program};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tempfile::{TempDir, tempdir};
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

/// The scopes of every grant token here.
pub const SCOPES: [&str; 3] = [
    "ZohoCRM.org.READ",
    "ZohoCRM.users.READ",
    "ZohoCRM.modules.READ",
];

/// A stand-in and a home folder.
pub struct Life {
    pub stand_in: StandIn,
    pub home: TempDir,
    secret: String,
    server: String,
}

impl Life {
    pub async fn new() -> Self {
        let stand_in = StandIn::start(Rehearsal::default()).await.unwrap();
        let secret = stand_in.client_secret().expose_secret().to_owned();
        let server = stand_in.accounts_url(DataCenter::Eu);
        Self {
            stand_in,
            home: tempdir().unwrap(),
            secret,
            server,
        }
    }

    /// Creates one with a profile `default` in the file.
    pub async fn with_profile() -> Self {
        let life = Self::new().await;
        let ended = life.exchange(&["--save", "--save-to", "file"]).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(0), ""),
            "{}",
            ended.stderr
        );
        life
    }

    /// Creates one with a profile at the test's own server and an access token that has not visibly expired.
    pub async fn at(zoho: &Hostile) -> Self {
        let life = Self::with_profile().await;
        let text = fs::read_to_string(life.profiles()).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        let profile = &mut document["profiles"]["default"];
        profile["accounts_url"] = zoho.url.as_str().into();
        profile["api_domain"] = zoho.url.as_str().into();
        profile["trust_api_domains"] = vec![zoho.url.as_str()].into();
        fs::write(life.profiles(), document.to_string()).unwrap();
        life
    }

    /// Variables for a person who has this home folder and no keyring.
    pub fn variables(&self) -> Vec<(&str, &str)> {
        let home = self.home.path().to_str().unwrap();
        let nowhere = "unix:path=/does/not/exist";
        vec![
            ("HOME", home),
            ("XDG_CONFIG_HOME", home),
            ("DBUS_SESSION_BUS_ADDRESS", nowhere),
        ]
    }

    /// Variables for the client and its data center.
    pub fn client(&self) -> Vec<(&str, String)> {
        vec![
            ("ZOHO_CLIENT_ID", self.stand_in.client_id()),
            ("ZOHO_CLIENT_SECRET", self.secret.clone()),
            ("ZOHO_ACCOUNTS_URL", self.server.clone()),
        ]
    }

    pub async fn run(&self, arguments: &[&str]) -> Ended {
        Program::start_in(&self.variables(), arguments).wait().await
    }

    pub async fn run_in(&self, more: &[(&str, &str)], arguments: &[&str]) -> Ended {
        let variables = [&self.variables()[..], more].concat();
        Program::start_in(&variables, arguments).wait().await
    }

    /// Runs the program this many times at once.
    pub async fn at_once(
        &self,
        how_many: usize,
        more: &[(&str, &str)],
        arguments: &[&str],
    ) -> Vec<Ended> {
        let variables = [&self.variables()[..], more].concat();
        let start = |_| Program::start_in(&variables, arguments);
        let programs: Vec<_> = (0..how_many).map(start).collect();
        let mut ended = Vec::new();
        for program in programs {
            ended.push(program.wait().await);
        }
        ended
    }

    /// Exchanges a new grant token.
    pub async fn exchange(&self, options: &[&str]) -> Ended {
        let code = self.stand_in.self_client_code(&SCOPES);
        self.exchange_text(&code, &[], options).await
    }

    /// Exchanges the text on standard input.
    pub async fn exchange_text(
        &self,
        text: &str,
        more: &[(&str, &str)],
        options: &[&str],
    ) -> Ended {
        let client = self.client();
        let mut variables = self.variables();
        variables.extend(client.iter().map(|(name, value)| (*name, value.as_str())));
        variables.extend(more);
        let domain = self.stand_in.api_domain(DataCenter::Eu);
        let arguments = [&["exchange", "--trust-api-domain", &domain], options].concat();
        Program::start_with(text, &variables, &arguments)
            .wait()
            .await
    }

    pub fn profiles(&self) -> PathBuf {
        self.home.path().join("zoho-grant/profiles.json")
    }

    /// The content of the profile `default` in the file.
    pub fn secrets(&self) -> Value {
        let text = fs::read_to_string(self.profiles()).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        document["profiles"]["default"]["secrets"].clone()
    }

    /// Changes one secret of the profile `default`.
    pub fn change(&self, name: &str, value: &str) {
        self.change_at(&format!("secrets/{name}"), value);
    }

    /// Changes the value at this place in the profile `default`.
    pub fn change_at(&self, place: &str, value: &str) {
        let text = fs::read_to_string(self.profiles()).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        let place = document.pointer_mut(&format!("/profiles/default/{place}"));
        *place.unwrap() = value.into();
        // Written in place, so that the mode stays.
        fs::write(self.profiles(), document.to_string()).unwrap();
    }

    /// The number of token requests of this kind.
    pub fn requests(&self, grant_type: &str) -> usize {
        let requests = self.stand_in.requests();
        requests
            .iter()
            .filter(|request| request.value("grant_type") == Some(grant_type))
            .count()
    }

    /// The number of refresh tokens that the stand-in was asked to revoke.
    pub fn revocations(&self) -> usize {
        let requests = self.stand_in.requests();
        requests
            .iter()
            .filter(|request| request.path == "/oauth/v2/token/revoke")
            .count()
    }
}
