//! Where credentials come from and go back to: a profile, a file of variables, or the environment.

use crate::cli::life::From;
use crate::cli::usage::Usage;
use crate::cli::variables::{Layer, Variables};
use crate::cli::{folder, keep, options};
use crate::commands::Stop;
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use zoho_grant::error::Error;
use zoho_grant::foreign::Foreign;
use zoho_grant::keep::env_file;
use zoho_grant::keep::kept::Kept;
use zoho_grant::keep::lock::Lock;
use zoho_grant::keep::profile::Name;
use zoho_grant::keep::profiles::Profiles;
use zoho_grant::keep::trouble::Trouble;
use zoho_grant::zoho::client::{self, Client, Id};
use zoho_grant::zoho::scopes::Scopes;

/// Where credentials come from.
pub enum Source {
    /// A kept profile.
    Profile(Profiles, Name),
    /// A file of variables.
    EnvFile(PathBuf),
    /// The environment: nothing can be put back there.
    Environment,
}

impl Source {
    /// Options first; then, as with other tools' keys, tokens in the environment before the name of a profile.
    pub fn chosen(from: &From) -> Result<Self, Usage> {
        if let Some(path) = &from.env_file {
            return Ok(Self::EnvFile(path.clone()));
        }
        let variables = read(None)?;
        let given = |name| variables.find(name).is_some();
        let tokens = given("ZOHO_REFRESH_TOKEN") || given("ZOHO_ACCESS_TOKEN");
        if from.profile.is_none() && tokens {
            return Ok(Self::Environment);
        }
        let name = keep::name(from.profile.as_deref(), &variables)?;
        Ok(Self::Profile(folder::profiles()?, name))
    }

    /// What is there now.
    pub fn load(&self) -> Result<Kept, Stop> {
        match self {
            Self::Profile(profiles, name) => Ok(profiles.load(name).map_err(Error::Profile)?),
            Self::EnvFile(path) => Ok(kept(&read(Some(path))?, Layer::File)?),
            Self::Environment => Ok(kept(&read(None)?, Layer::Environment)?),
        }
    }

    /// Waits until no other process refreshes the same. Where no lock can be had nothing can be put back
    /// either, and that is told with its reason.
    pub fn lock(&self) -> Option<Lock> {
        match self {
            Self::Profile(profiles, name) => profiles.lock(name).ok(),
            Self::EnvFile(path) => Lock::beside(path).ok(),
            Self::Environment => None,
        }
    }

    /// The same without waiting, if the lock is free.
    pub fn lock_at_once(&self) -> Option<Lock> {
        match self {
            Self::Profile(profiles, name) => profiles.lock_at_once(name),
            Self::EnvFile(path) => Lock::at_once(path),
            Self::Environment => None,
        }
    }

    /// Puts back what a refresh brought, while the lock is held.
    pub fn put_back(&self, kept: &Kept) -> Result<(), Error> {
        let done = match self {
            Self::Profile(profiles, name) => profiles
                .update(name, kept)
                .map_err(|trouble| reason(&trouble)),
            Self::EnvFile(path) => env_file::put_back(path, kept),
            Self::Environment => Ok(()),
        };
        done.map_err(Error::NotPutBack)
    }

    /// Takes the tokens away here.
    pub fn forget(&self) -> Result<(), Error> {
        let forgotten = match self {
            Self::Profile(profiles, name) => {
                profiles.forget(name).map_err(|trouble| reason(&trouble))
            }
            Self::EnvFile(path) => env_file::forget(path),
            Self::Environment => Ok(()),
        };
        forgotten.map_err(Error::NotForgotten)
    }

    /// What it is called in messages.
    pub fn shown(&self) -> String {
        match self {
            Self::Profile(_, name) => format!("profile {name}"),
            Self::EnvFile(path) => Foreign::new(path.display().to_string()).to_string(),
            Self::Environment => "the ZOHO_… variables".to_owned(),
        }
    }

    /// The command that consents anew.
    pub fn again(&self, kept: &Kept) -> String {
        let (id, server) = (kept.client.id(), &kept.accounts_server);
        let server = match server.data_center() {
            Some(center) => format!("--dc {}", center.code),
            None => format!("--accounts-url {server}"),
        };
        let goal = match self {
            Self::Profile(_, name) => format!(" --save {name}"),
            Self::EnvFile(path) => {
                let path = Foreign::new(path.display().to_string());
                format!(" --env-file {path} --format dotenv --output {path}")
            }
            Self::Environment => String::new(),
        };
        format!("zoho-grant login --client-id {id} {server}{goal}")
    }
}

fn reason(trouble: &Trouble) -> String {
    format!("{trouble}. {}", trouble.cause().trim_end_matches('.'))
}

fn read(path: Option<&Path>) -> Result<Variables, Usage> {
    Variables::of_file_or_environment(path)
}

/// Tokens of one layer only: a file's refresh token has nothing to do with an access token in the environment.
fn kept(variables: &Variables, layer: Layer) -> Result<Kept, Usage> {
    let find = |name: &str| {
        let found = variables.find(name).filter(|(_, of)| *of == layer);
        found.map(|(value, _)| value)
    };
    let needed = |name: &str| {
        let found = variables.find(name).map(|(value, _)| value);
        found.ok_or_else(|| Usage {
            what: format!("{name} is missing."),
            cause: "Tokens can be refreshed only with the client that they belong to.".to_owned(),
            remedy: format!(
                "Set {name}, or keep the credentials in a profile: zoho-grant login --save."
            ),
            exit_code: 2,
        })
    };
    let token = |name: &'static str| -> Result<Option<SecretString>, Usage> {
        let token = find(name).map(|text| client::token(&text)).transpose();
        token.map_err(|not| Usage::new(name, not, "Copy it again, whole and alone."))
    };
    let id = Id::new(&needed("ZOHO_CLIENT_ID")?);
    let secret = needed("ZOHO_CLIENT_SECRET")?;
    let client = id.and_then(|id| Client::new(id, secret.as_str().into()));
    let remedy = "Copy them again, whole and alone.";
    Ok(Kept {
        client: client
            .map_err(|not| Usage::new("ZOHO_CLIENT_ID and ZOHO_CLIENT_SECRET", not, remedy))?,
        accounts_server: options::home(None, None, variables)?,
        refresh_token: token("ZOHO_REFRESH_TOKEN")?,
        access_token: token("ZOHO_ACCESS_TOKEN")?,
        expires_at: find("ZOHO_ACCESS_TOKEN_EXPIRES_AT")
            .map(|text| moment(&text))
            .transpose()?,
        scopes: find("ZOHO_SCOPE").and_then(|scope| Scopes::parse(&scope).ok()),
        api_domain: find("ZOHO_API_DOMAIN").map(|domain| Foreign::new(domain.as_str())),
        organization: None,
        person: None,
    })
}

fn moment(text: &str) -> Result<SystemTime, Usage> {
    humantime::parse_rfc3339(text).map_err(|not| {
        let remedy = "Write it as in 2026-11-23T11:35:58Z, or leave it out.";
        Usage::new("ZOHO_ACCESS_TOKEN_EXPIRES_AT", not, remedy)
    })
}
