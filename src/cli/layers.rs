//! The layers that settings come from: options, the file of `--env-file`, the environment, a kept profile. What belongs
//! together, client and server, comes from one of them.

use crate::cli::life::Keep;
use crate::cli::usage::Usage;
use crate::cli::variables::Variables;
use crate::cli::{Registered, Servers, folder, keep, options};
use secrecy::SecretString;
use zeroize::Zeroizing;
use zoho_grant::error::Error;
use zoho_grant::keep::kept::Kept;
use zoho_grant::keep::profile::Name;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain};

/// The layers below the options, the strongest first.
pub struct Layers {
    /// The file and the environment.
    variables: Vec<Variables>,
    /// The profile, where it is asked at all.
    profile: Option<(Name, Kept)>,
}

/// The client and where it is registered, as far as the layers tell.
pub struct Registration {
    /// The client ID.
    pub id: Option<Zeroizing<String>>,
    /// The client secret; an option's is not read yet.
    pub secret: Option<SecretString>,
    /// The accounts server where the login begins.
    pub home: AccountsServer,
}

/// What one layer tells of a client.
struct Told<'a> {
    place: String,
    id: Option<Zeroizing<String>>,
    secret: Option<SecretString>,
    /// Read when it is needed: one that is overridden may be as it will.
    server: Server<'a>,
}

enum Server<'a> {
    Of(&'a Variables),
    Kept(&'a AccountsServer),
}

impl Told<'_> {
    fn server(&self) -> Result<Option<AccountsServer>, Usage> {
        match self.server {
            Server::Of(variables) => variables.server(),
            Server::Kept(server) => Ok(Some(server.clone())),
        }
    }
}

impl Layers {
    /// Reads them. A profile is asked when it is named, or when nothing else tells the client.
    pub fn new(
        registered: &Registered,
        keep: &Keep,
        warnings: &mut Vec<String>,
    ) -> Result<Self, Usage> {
        let file = registered.env_file.as_deref();
        let mut variables = Vec::from_iter(file.map(Variables::of_file).transpose()?);
        variables.push(Variables::of_environment());
        let mut layers = Self {
            variables,
            profile: None,
        };
        let client = layers.any(registered.client_id.as_deref(), "ZOHO_CLIENT_ID")?;
        let named = keep.profile.as_deref();
        if client.is_none() || named.is_some() {
            layers.profile = layers.profile(named, keep.save.is_some(), warnings)?;
        }
        Ok(layers)
    }

    /// An option's value, or that of the strongest layer of variables.
    pub fn any(
        &self,
        option: Option<&str>,
        name: &str,
    ) -> Result<Option<Zeroizing<String>>, Usage> {
        if let Some(given) = option {
            return Ok(Some(Zeroizing::new(given.to_owned())));
        }
        let mut found = self.variables.iter().map(|layer| layer.find(name));
        found.find_map(Result::transpose).transpose()
    }

    /// The same for scopes, which a profile keeps too.
    pub fn scopes(&self, option: Option<&str>) -> Result<Option<Zeroizing<String>>, Usage> {
        let kept = self.kept().and_then(|kept| kept.scopes.as_ref());
        let kept = kept.map(|scopes| Zeroizing::new(scopes.joined(",")));
        Ok(self.any(option, "ZOHO_SCOPE")?.or(kept))
    }

    /// The same for the redirect URI.
    pub fn redirect_uri(&self, option: Option<&str>) -> Result<Option<Zeroizing<String>>, Usage> {
        let kept = self.kept().and_then(|kept| kept.redirect_uri.clone());
        Ok(self
            .any(option, "ZOHO_REDIRECT_URI")?
            .or(kept.map(Zeroizing::new)))
    }

    /// The servers that the profile's login was told to trust.
    pub fn trusted(&self) -> (Vec<AccountsServer>, Vec<ApiDomain>) {
        self.kept()
            .map_or_else(Default::default, |kept| kept.trusted.clone())
    }

    /// The profile that is meant.
    pub fn profile_name(&self, option: Option<&str>) -> Result<Name, Usage> {
        keep::name(self.any(option, "ZOHO_PROFILE")?)
    }

    /// Client ID, secret and server of the first layer that has a client ID. Options replace any of them; beside that, a
    /// secret never goes to a server that another layer named.
    pub fn registration(
        &self,
        registered: &Registered,
        servers: &Servers,
    ) -> Result<Registration, Usage> {
        let given = options::server(servers)?;
        let id = registered.client_id.as_deref();
        let asked = registered.client_secret_file.is_some();
        let mut told = self.told(id)?;
        let of_client = |told: &Told| told.id.is_some() || id.is_some() && told.secret.is_some();
        let first = told.iter().position(of_client);
        let secrets = told.iter().position(|told| told.secret.is_some());
        let base = first.or(secrets);
        if !asked && let Some(other) = secrets.filter(|other| Some(*other) != base) {
            let base = base
                .map(|base| &told[base])
                .filter(|base| base.secret.is_none());
            if let Some(base) = base {
                return Err(apart(
                    "client secret",
                    &told[other],
                    base,
                    "--client-secret-file",
                ));
            }
        }
        let of_secret = base.filter(|base| !asked && told[*base].secret.is_some());
        let home = match given {
            Some(given) => given,
            None => home(&told, of_secret)?,
        };
        let base = base.map(|base| told.swap_remove(base));
        let (base_id, secret) = base.map_or((None, None), |base| (base.id, base.secret));
        Ok(Registration {
            id: id.map(|id| Zeroizing::new(id.to_owned())).or(base_id),
            secret: secret.filter(|_| !asked),
            home,
        })
    }

    fn kept(&self) -> Option<&Kept> {
        self.profile.as_ref().map(|(_, kept)| kept)
    }

    /// The remembered secret of another client than the one that is given is of no use.
    fn told(&self, id: Option<&str>) -> Result<Vec<Told<'_>>, Usage> {
        let variables = self.variables.iter().map(|variables| {
            Ok(Told {
                place: variables.place.clone(),
                id: variables.find("ZOHO_CLIENT_ID")?,
                secret: variables.secret("ZOHO_CLIENT_SECRET")?,
                server: Server::Of(variables),
            })
        });
        let mut told = variables.collect::<Result<Vec<_>, Usage>>()?;
        let profile = self.profile.as_ref();
        let profile = profile.filter(|(_, kept)| id.is_none_or(|id| id == kept.client.id()));
        told.extend(profile.map(|(name, kept)| Told {
            place: format!("profile {name}"),
            id: Some(Zeroizing::new(kept.client.id().to_owned())),
            secret: Some(kept.client.secret().clone()),
            server: Server::Kept(&kept.accounts_server),
        }));
        Ok(told)
    }

    /// What is kept under the name. One that is about to be saved need not be there.
    fn profile(
        &self,
        named: Option<&str>,
        saves: bool,
        warnings: &mut Vec<String>,
    ) -> Result<Option<(Name, Kept)>, Usage> {
        let name = self.profile_name(named)?;
        let Ok(profiles) = folder::profiles() else {
            return Ok(None);
        };
        match profiles.load(&name) {
            Ok(kept) => {
                warnings.push(format!(
                    "What was not given is taken from profile {name}: client {}.",
                    kept.client.id()
                ));
                Ok(Some((name, kept)))
            }
            Err(trouble) if named.is_some() && !saves => {
                let error = Error::Profile(trouble);
                Err(Usage {
                    what: error.to_string(),
                    cause: error.cause(),
                    remedy: error.remedy(),
                    exit_code: error.exit_code(),
                })
            }
            Err(_) => Ok(None),
        }
    }
}

/// The server of the layer that the secret is of, which no other may contradict; where the person gives the secret
/// now, that of the strongest layer.
fn home(told: &[Told], of_secret: Option<usize>) -> Result<AccountsServer, Usage> {
    let own = of_secret.map(|at| told[at].server()).transpose()?.flatten();
    for (at, other) in told.iter().enumerate() {
        if Some(at) == of_secret && own.is_some() {
            break;
        }
        match (other.server()?, of_secret) {
            (Some(server), None) => return Ok(server),
            (server, Some(at)) if server.is_some() && server != own => {
                return Err(apart("server", other, &told[at], "--dc or --accounts-url"));
            }
            _ => {}
        }
    }
    Ok(own.unwrap_or_else(|| AccountsServer::of(&DATA_CENTERS[0])))
}

/// What belongs together stands in two places.
fn apart(what: &str, other: &Told, base: &Told, option: &str) -> Usage {
    Usage {
        what: format!("The {what} of {} cannot be used.", other.place),
        cause: format!(
            "The client is that of {}, and a secret never goes to a server that another place names.",
            base.place
        ),
        remedy: format!("Give it with {option}, or put client ID, secret and server in one place."),
        exit_code: 2,
    }
}
