//! Where credentials come from and go back to: a profile, a file of variables, or the environment.

use crate::cli::folder;
use crate::cli::tokens::From;
use crate::cli::usage::Usage;
use crate::cli::variables::Variables;
use std::path::{Path, PathBuf};
use std::time::Duration;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::handover::dotenv;
use zoho_grant::handover::file::{Existing, PrivateFile};
use zoho_grant::handover::format_options::Prefix;
use zoho_grant::profiles::error::ProfileError;
use zoho_grant::profiles::lock::Lock;
use zoho_grant::profiles::profile::Name;
use zoho_grant::profiles::store::Profiles;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::crm::Identity;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::scopes::Scopes;
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain};

/// Where credentials come from.
pub enum Source {
    /// A kept profile.
    Profile(Profiles, Name),
    /// A file of variables, with the prefix of their names.
    EnvFile(PathBuf, Prefix),
    /// Those of the environment, or of a pipe that was read: nothing can be put back there.
    Variables(Variables),
}

impl Source {
    /// Options first; then, as with other tools' keys, complete variables before the name of a profile.
    pub fn of(from: &From) -> Result<Self, Usage> {
        if let Some(path) = &from.env_file {
            return Self::file(path, &from.env_prefix);
        }
        let environment = Variables::of_environment(&from.env_prefix);
        let mut named = from.profile.clone();
        if named.is_none() {
            if environment.are_complete() {
                return Ok(Self::Variables(environment));
            }
            // It names a profile of ours, and no program's variables.
            let ours = Variables::of_environment(&Prefix::default());
            named = ours.parsed("ZOHO_PROFILE", str::parse)?;
        }
        let profiles = folder::profiles()?;
        let incomplete = named.is_none() && environment.hold_a_token();
        let name = named.unwrap_or_default();
        // Then what is missing among the variables is worth more than that there is no profile.
        let is_there = || profiles.list().is_ok_and(|all| all.contains_key(&name));
        if incomplete && !is_there() {
            return Ok(Self::Variables(environment));
        }
        Ok(Self::Profile(profiles, name))
    }

    /// A link is followed, so that what it leads to is locked and replaced. What is no file can be read only once.
    fn file(path: &Path, prefix: &Prefix) -> Result<Self, Usage> {
        match path.canonicalize() {
            Ok(path) if path.is_file() => Ok(Self::EnvFile(path, prefix.clone())),
            _ => Ok(Self::Variables(Variables::of_file(path, prefix)?)),
        }
    }

    /// The same where the prefix may be meant for what is written alone: the usual names are read, unless there is a
    /// client with the prefix.
    pub fn of_either(from: &From) -> Result<Self, Usage> {
        let own = Self::of(from)?;
        let holds = match &own {
            Self::Profile(..) => false,
            Self::EnvFile(path, prefix) => Variables::of_file(path, prefix)?.hold_a_client(),
            Self::Variables(variables) => variables.hold_a_client(),
        };
        if holds || from.env_prefix == Prefix::default() {
            return Ok(own);
        }
        let usual = From {
            env_prefix: Prefix::default(),
            ..from.clone()
        };
        Self::of(&usual)
    }

    /// What is there now.
    pub fn load(&self) -> Result<Credentials, Usage> {
        match self {
            Self::Profile(profiles, name) => Ok(profiles.load(name).map_err(Error::Profile)?),
            Self::EnvFile(path, prefix) => kept(&Variables::of_file(path, prefix)?),
            Self::Variables(variables) => kept(variables),
        }
    }

    /// An error when it is not worth writing down: without a token, or where the accounts server would be a guess.
    pub fn is_worth_exporting(&self) -> Result<(), Usage> {
        let variables = match self {
            Self::Profile(..) => return Ok(()),
            Self::EnvFile(path, prefix) => &Variables::of_file(path, prefix)?,
            Self::Variables(variables) => variables,
        };
        if !variables.hold_a_token() {
            return Err(variables.missing("ZOHO_REFRESH_TOKEN (or ZOHO_ACCESS_TOKEN)"));
        }
        let missing = || variables.missing("ZOHO_ACCOUNTS_URL (or ZOHO_DC)");
        variables.server()?.map(drop).ok_or_else(missing)
    }

    /// Waits so long until no other process refreshes the same. None where nobody else could put anything back, nor
    /// can we: that is told with its reason when it is tried.
    pub fn lock(&self, patience: Duration) -> Result<Option<Lock>, ProfileError> {
        let lock = match self {
            Self::Profile(profiles, name) => profiles.lock(name, patience),
            Self::EnvFile(path, _) => Lock::beside(path, patience),
            Self::Variables(_) => return Ok(None),
        };
        match lock {
            Err(ProfileError::Lock { .. } | ProfileError::Unwritable { .. }) => Ok(None),
            lock => lock.map(Some),
        }
    }

    /// The same without waiting, if the lock is free.
    pub fn lock_at_once(&self) -> Option<Lock> {
        match self {
            Self::Profile(profiles, name) => profiles.lock_at_once(name),
            Self::EnvFile(path, _) => Lock::at_once(path),
            Self::Variables(_) => None,
        }
    }

    /// Tries whether something could be put back.
    pub fn try_out(&self) -> Result<(), Error> {
        let tried = match self {
            Self::EnvFile(path, _) => PrivateFile::prepare(path, Existing::Merge).map(drop),
            Self::Profile(..) | Self::Variables(_) => Ok(()),
        };
        tried.map_err(|unusable| Error::NotPutBack(unusable.to_string()))
    }

    /// Puts back what a refresh brought, while the lock is held.
    pub fn put_back(&self, kept: &Credentials) -> Result<(), Error> {
        let done = match self {
            Self::Profile(profiles, name) => profiles.update(name, kept).map_err(reason),
            Self::EnvFile(path, prefix) => dotenv::put_back(path, prefix, Some(kept)),
            Self::Variables(_) => Ok(()),
        };
        done.map_err(Error::NotPutBack)
    }

    /// Takes the tokens away here.
    pub fn forget(&self) -> Result<(), Error> {
        let forgotten = match self {
            Self::Profile(profiles, name) => profiles.forget(name).map_err(reason),
            Self::EnvFile(path, prefix) => dotenv::put_back(path, prefix, None),
            Self::Variables(_) => Ok(()),
        };
        forgotten.map_err(Error::NotForgotten)
    }

    /// What it is called in messages.
    pub fn shown(&self) -> String {
        match self {
            Self::Profile(_, name) => format!("profile {name}"),
            Self::EnvFile(path, _) => Untrusted::new(path.display().to_string()).to_string(),
            Self::Variables(variables) => {
                let (prefix, place) = (variables.prefix.as_str(), &variables.place);
                format!("the {prefix}… variables of {place}")
            }
        }
    }

    /// What is gone with its tokens, as a sentence.
    pub fn forgotten(&self) -> String {
        let shown = self.shown();
        match self {
            Self::Profile(..) => format!("Removed {shown} from this machine."),
            Self::EnvFile(..) => format!("Took the tokens out of {shown}."),
            Self::Variables(variables) => {
                let names = ["REFRESH_TOKEN", "ACCESS_TOKEN"];
                let [refresh, access] = names.map(|name| variables.prefix.name(name));
                format!("Unset {refresh} and {access} now: they are of no use any more.")
            }
        }
    }

    /// The command that consents anew.
    pub fn again(&self, kept: &Credentials) -> String {
        let (id, server) = (kept.client.id(), &kept.accounts_server);
        let server = match server.data_center() {
            Some(center) => format!("--dc {}", center.code),
            None => format!("--accounts-url {server}"),
        };
        let goal = match self {
            Self::Profile(_, name) => format!(" --save {name}"),
            Self::EnvFile(path, prefix) => {
                let path = Untrusted::new(path.display().to_string());
                let prefix = match prefix.as_str() {
                    "ZOHO_" => String::new(),
                    prefix => format!(" --env-prefix {prefix}"),
                };
                format!(" --env-file {path} --format dotenv --output {path}{prefix}")
            }
            Self::Variables(_) => String::new(),
        };
        format!("zoho-grant login --client-id {id} {server}{goal}")
    }
}

fn reason(trouble: ProfileError) -> String {
    let what = trouble.to_string();
    let cause = Error::Profile(trouble).explain().cause;
    format!("{what}. {}", cause.trim_end_matches('.'))
}

/// One place's alone: its refresh token has nothing to do with an access token of another.
fn kept(variables: &Variables) -> Result<Credentials, Usage> {
    let id = variables.parsed("ZOHO_CLIENT_ID", Id::new)?;
    let id = id.ok_or_else(|| variables.missing("ZOHO_CLIENT_ID"))?;
    let secret = variables.secret("ZOHO_CLIENT_SECRET")?;
    let secret = secret.ok_or_else(|| variables.missing("ZOHO_CLIENT_SECRET"))?;
    let server = variables.server()?;
    let server = server.unwrap_or_else(|| AccountsServer::of(&DATA_CENTERS[0]));
    let domain = variables.api_domain()?;
    let domain = domain.or_else(|| server.data_center().map(ApiDomain::of));
    let end = "ZOHO_ACCESS_TOKEN_EXPIRES_AT";
    Ok(Credentials {
        client: Client::new(id, secret)
            .map_err(|not| Usage::new("ZOHO_CLIENT_SECRET", not, "Copy it again."))?,
        data_center: server.data_center(),
        accounts_server: server,
        refresh_token: variables.secret("ZOHO_REFRESH_TOKEN")?,
        access_token: variables.secret("ZOHO_ACCESS_TOKEN")?,
        expires_at: variables.parsed(end, humantime::parse_rfc3339)?,
        scopes: variables.parsed("ZOHO_SCOPE", Scopes::parse)?,
        api_domain: domain.map(|domain| Untrusted::new(domain.as_str())),
        token_type: Untrusted::new("Bearer"),
        identity: Identity::not_asked("export asks nobody"),
        redirect_uri: variables
            .find("ZOHO_REDIRECT_URI")?
            .map(|uri| uri.to_string()),
        trusted: <_>::default(),
    })
}
