//! Where credentials are read from and saved to: a profile, a file of variables, or the environment.

use crate::cli::folder;
use crate::cli::tokens::From;
use crate::cli::usage::Usage;
use crate::cli::variables::{Variables, profile_named};
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::handover::dotenv;
use zoho_grant::handover::format_options::Prefix;
use zoho_grant::profiles::error::ProfileError;
use zoho_grant::profiles::lock;
use zoho_grant::profiles::profile::{Backend, Name};
use zoho_grant::profiles::store::Profiles;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::crm::Identity;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::scopes::Scopes;
use zoho_grant::zoho::trust::AccountsServer;

/// Where credentials come from.
pub enum Source {
    /// A saved profile.
    Profile(Profiles, Name),
    /// A file of variables, with the prefix of their names.
    EnvFile(PathBuf, Prefix),
    /// The environment's variables, or those read from a pipe: nothing can be saved there.
    Variables(Variables),
}

impl Source {
    /// Options take precedence; then, as with other tools' keys, complete variables come before a profile's name.
    pub fn of(from: &From) -> Result<Self, Usage> {
        let prefix = &from.env_prefix;
        if let Some(path) = &from.env_file {
            // Follows a link, so that its target is locked and replaced. Anything but a regular file can only be read
            // once.
            return match dunce::canonicalize(path) {
                Ok(path) if path.is_file() => Ok(Self::EnvFile(path, prefix.clone())),
                _ => Ok(Self::Variables(Variables::of_file(path, prefix)?)),
            };
        }
        let environment = Variables::of_environment(prefix);
        if from.profile.is_none() && environment.are_complete() {
            return Ok(Self::Variables(environment));
        }
        let named = profile_named(from.profile.as_ref())?;
        let profiles = folder::profiles()?;
        let incomplete = named.is_none() && environment.hold_a_token();
        let name = named.unwrap_or_default();
        // In that case the missing variable is a more useful error than the missing profile.
        let is_there = || profiles.list().is_ok_and(|all| all.contains_key(&name));
        if incomplete && !is_there() {
            return Ok(Self::Variables(environment));
        }
        Ok(Self::Profile(profiles, name))
    }

    /// The same where the prefix may be meant for the output only: reads the default names, unless there is a client
    /// with the prefix.
    pub fn of_either(from: &From) -> Result<Self, Usage> {
        let own = Self::of(from)?;
        let has_client = own.variables()?.is_some_and(|own| own.hold_a_client());
        if has_client || from.env_prefix == Prefix::default() {
            return Ok(own);
        }
        let usual = From {
            env_prefix: Prefix::default(),
            ..from.clone()
        };
        Self::of(&usual)
    }

    /// The current variables; none for a profile.
    fn variables(&self) -> Result<Option<Variables>, Usage> {
        match self {
            Self::Profile(..) => Ok(None),
            Self::EnvFile(path, prefix) => Variables::of_file(path, prefix).map(Some),
            Self::Variables(variables) => Ok(Some(variables.clone())),
        }
    }

    /// The current credentials.
    pub fn load(&self) -> Result<Credentials, Usage> {
        match self {
            Self::Profile(profiles, name) => Ok(profiles.load(name).map_err(Error::Profile)?),
            Self::EnvFile(path, prefix) => kept(&Variables::of_file(path, prefix)?),
            Self::Variables(variables) => kept(variables),
        }
    }

    /// Returns an error if they are not worth writing: without a token, or if the accounts server would be a guess.
    pub fn is_worth_exporting(&self) -> Result<(), Usage> {
        let Some(variables) = self.variables()? else {
            return Ok(());
        };
        if !variables.hold_a_token() {
            return Err(variables.missing("ZOHO_REFRESH_TOKEN (or ZOHO_ACCESS_TOKEN)"));
        }
        let missing = || variables.missing("ZOHO_ACCOUNTS_URL (or ZOHO_DC)");
        variables.server()?.map(drop).ok_or_else(missing)
    }

    /// Waits up to this long until no other process refreshes the same credentials. None if neither we nor anyone else
    /// could save anything there; the attempt to save reports why.
    pub fn lock(&self, patience: Duration) -> Result<Option<File>, ProfileError> {
        let lock = match self {
            Self::Profile(profiles, name) => profiles.lock(name, patience),
            Self::EnvFile(path, _) => lock::beside(path, patience),
            Self::Variables(_) => return Ok(None),
        };
        match lock {
            Err(ProfileError::Lock(..) | ProfileError::Unwritable(..)) => Ok(None),
            lock => lock.map(Some),
        }
    }

    /// Takes the lock without waiting, if it is free.
    pub fn lock_at_once(&self) -> Option<File> {
        match self {
            Self::Profile(profiles, name) => profiles.lock_at_once(name),
            Self::EnvFile(path, _) => lock::at_once(path),
            Self::Variables(_) => None,
        }
    }

    /// Saves refreshed credentials, while the lock is held.
    pub fn put_back(&self, kept: &Credentials) -> Result<(), Error> {
        let done = match self {
            Self::Profile(profiles, name) => profiles.update(name, kept).map_err(reason),
            Self::EnvFile(path, prefix) => dotenv::put_back(path, prefix, Some(kept)),
            Self::Variables(_) => Ok(()),
        };
        done.map_err(Error::NotPutBack)
    }

    /// Removes the tokens here.
    pub fn forget(&self) -> Result<(), Error> {
        let forgotten = match self {
            Self::Profile(profiles, name) => profiles.forget(name).map_err(reason),
            Self::EnvFile(path, prefix) => dotenv::put_back(path, prefix, None),
            Self::Variables(_) => Ok(()),
        };
        forgotten.map_err(Error::NotForgotten)
    }

    /// The source's name in messages.
    pub fn shown(&self) -> String {
        match self {
            Self::Profile(_, name) => format!("profile {name}"),
            Self::EnvFile(path, _) => Untrusted::path(path).to_string(),
            Self::Variables(variables) => {
                let (prefix, place) = (variables.prefix.as_str(), &variables.place);
                format!("the {prefix}… variables of {place}")
            }
        }
    }

    /// A sentence that says what was removed here.
    pub fn forgotten(&self) -> String {
        let shown = self.shown();
        match self {
            Self::Profile(..) => format!("Removed {shown} from this machine."),
            Self::EnvFile(..) => format!("Removed the tokens from {shown}."),
            Self::Variables(variables) => {
                let names = ["REFRESH_TOKEN", "ACCESS_TOKEN"];
                let [refresh, access] = names.map(|name| variables.prefix.name(name));
                format!("Unset {refresh} and {access} now: they no longer work.")
            }
        }
    }

    /// The command to consent again to the same scopes.
    pub fn again(&self, kept: &Credentials) -> String {
        let scopes = kept.scopes.as_ref();
        let scopes = scopes.map(|scopes| format!(" --scope {}", scopes.joined(",")));
        let scopes = scopes.unwrap_or_default();
        match self {
            Self::Profile(profiles, name) => {
                let listed = profiles.list().unwrap_or_default();
                let place = match listed.get(name) {
                    Some(record) if record.kept == Backend::File => " --save-to file",
                    _ => "",
                };
                format!("zoho-grant login --profile {name}{scopes} --save{place}")
            }
            Self::EnvFile(path, prefix) => {
                let path = Untrusted::path(path);
                let prefix = match prefix.as_str() {
                    "ZOHO_" => String::new(),
                    prefix => format!(" --env-prefix {prefix}"),
                };
                format!(
                    "zoho-grant login --env-file {path}{scopes} --format dotenv --output {path}{prefix}"
                )
            }
            Self::Variables(_) => {
                let (id, server) = (kept.client.id(), &kept.accounts_server);
                let server = match server.data_center() {
                    Some(center) => format!("--dc {}", center.code),
                    None => format!("--accounts-url {server}"),
                };
                format!("zoho-grant login --client-id {id} {server}{scopes}")
            }
        }
    }
}

fn reason(trouble: ProfileError) -> String {
    let what = trouble.to_string();
    let cause = Error::Profile(trouble).explain().cause;
    format!("{what}. {}", cause.trim_end_matches('.'))
}

/// Reads one place only: its refresh token is unrelated to an access token from elsewhere.
fn kept(variables: &Variables) -> Result<Credentials, Usage> {
    let id = variables.parsed("ZOHO_CLIENT_ID", Id::new)?;
    let id = id.ok_or_else(|| variables.missing("ZOHO_CLIENT_ID"))?;
    let secret = variables.secret("ZOHO_CLIENT_SECRET")?;
    let secret = secret.ok_or_else(|| variables.missing("ZOHO_CLIENT_SECRET"))?;
    let server = variables.server()?;
    let server = server.unwrap_or_else(|| AccountsServer::of(&DATA_CENTERS[0]));
    let domain = variables.api_domain()?.map(|domain| domain.to_string());
    let known = server.data_center().map(|center| center.api_domain);
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
        api_domain: domain.or(known.map(str::to_owned)).map(Untrusted::new),
        token_type: Untrusted::new("Bearer"),
        identity: Identity::not_asked("export makes no requests"),
        redirect_uri: variables.find("ZOHO_REDIRECT_URI")?.map(str::to_owned),
        trusted: <_>::default(),
    })
}
