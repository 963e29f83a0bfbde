//! What the tests of the tokens' life share: a stand-in, a home of their own, and credentials in it.

use crate::program::{Ended, Program};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tempfile::{TempDir, tempdir};
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

/// Scopes of every grant token here.
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

    /// With a profile `default` in the file.
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

    /// Variables of a person who has this home, and no keyring.
    pub fn variables(&self) -> Vec<(&str, &str)> {
        let home = self.home.path().to_str().unwrap();
        let nowhere = "unix:path=/does/not/exist";
        vec![
            ("HOME", home),
            ("XDG_CONFIG_HOME", home),
            ("DBUS_SESSION_BUS_ADDRESS", nowhere),
        ]
    }

    /// The client and its data centre besides.
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

    /// Exchanges a fresh grant token.
    pub async fn exchange(&self, options: &[&str]) -> Ended {
        let code = self.stand_in.self_client_code(&SCOPES);
        self.exchange_text(&code, &[], options).await
    }

    /// Exchanges what stands on standard input.
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

    /// What the file holds of the profile `default`.
    pub fn secrets(&self) -> Value {
        let text = fs::read_to_string(self.profiles()).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        document["profiles"]["default"]["secrets"].clone()
    }

    /// Changes one secret of the profile `default`.
    pub fn change(&self, name: &str, value: &str) {
        self.change_at(&format!("secrets/{name}"), value);
    }

    /// Changes what the file holds of the profile `default` at this place.
    pub fn change_at(&self, place: &str, value: &str) {
        let text = fs::read_to_string(self.profiles()).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        let place = document.pointer_mut(&format!("/profiles/default/{place}"));
        *place.unwrap() = value.into();
        // In place, so that the mode stays.
        fs::write(self.profiles(), document.to_string()).unwrap();
    }

    /// How many token requests of this kind have come.
    pub fn requests(&self, grant_type: &str) -> usize {
        let requests = self.stand_in.requests();
        requests
            .iter()
            .filter(|request| request.value("grant_type") == Some(grant_type))
            .count()
    }

    /// How many refresh tokens were given to the stand-in to be revoked.
    pub fn revocations(&self) -> usize {
        let requests = self.stand_in.requests();
        requests
            .iter()
            .filter(|request| request.path == "/oauth/v2/token/revoke")
            .count()
    }
}
