//! The layers that settings come from: options, the file of `--env-file`, the environment, a kept profile. What belongs
//! together, client and server, comes from one of them.

use crate::cli::tokens::Keep;
use crate::cli::usage::Usage;
use crate::cli::variables::Variables;
use crate::cli::{Registered, Servers, folder, options, saving};
use secrecy::SecretString;
use zeroize::Zeroizing;
use zoho_grant::error::Error;
use zoho_grant::profiles::profile::Name;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain};

const ID: &str = "ZOHO_CLIENT_ID";
const SECRET: &str = "ZOHO_CLIENT_SECRET";

/// The layers below the options.
pub struct Layers {
    /// The strongest first; a profile is one where it is asked at all.
    variables: Vec<Variables>,
    /// The servers that the profile's login was told to trust.
    pub trusted: (Vec<AccountsServer>, Vec<ApiDomain>),
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

impl Layers {
    /// Reads them. A profile is asked when it is named, or when nothing else tells the client.
    pub fn new(
        registered: &Registered,
        keep: &Keep,
        warnings: &mut Vec<String>,
    ) -> Result<Self, Usage> {
        let file = registered.env_file.as_deref();
        let mut layers = Self {
            variables: Vec::from_iter(file.map(Variables::of_file).transpose()?),
            trusted: <_>::default(),
        };
        layers.variables.push(Variables::of_environment());
        let id = layers.any(registered.client_id.as_deref(), ID)?;
        if id.is_none() || keep.profile.is_some() {
            layers.add_profile(id, keep, warnings)?;
        }
        Ok(layers)
    }

    /// An option's value, or that of the strongest layer.
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

    /// The profile that is meant.
    pub fn profile_name(&self, option: Option<&str>) -> Result<Name, Usage> {
        saving::name(self.any(option, "ZOHO_PROFILE")?)
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
        let first = |has: &dyn Fn(&Variables) -> bool| self.variables.iter().position(has);
        let of_secret = first(&|layer| layer.hold(SECRET));
        let of_client = first(&|layer| layer.hold(ID) || id.is_some() && layer.hold(SECRET));
        let of_client = of_client.or(of_secret);
        let secret = of_client.map(|at| self.variables[at].secret(SECRET));
        let mut secret = secret.transpose()?.flatten();
        if registered.client_secret_file.is_some() {
            secret = None;
        } else if let (None, Some(other), Some(client)) = (&secret, of_secret, of_client) {
            return Err(self.apart("client secret", other, client, "--client-secret-file"));
        }
        let home = match given {
            Some(given) => given,
            None => self.home(of_client.filter(|_| secret.is_some()))?,
        };
        let id = self.any(id, ID)?;
        Ok(Registration { id, secret, home })
    }

    /// The server of the layer that the secret is of, which none may contradict; where the person gives the secret now,
    /// that of the strongest layer. One that is overridden may be as it will.
    fn home(&self, of_secret: Option<usize>) -> Result<AccountsServer, Usage> {
        let own = of_secret.map(|at| self.variables[at].server());
        let own = own.transpose()?.flatten();
        for (at, layer) in self.variables.iter().enumerate() {
            if Some(at) == of_secret && own.is_some() {
                break;
            }
            match (layer.server()?, of_secret) {
                (Some(server), None) => return Ok(server),
                (server, Some(secret)) if server.is_some() && server != own => {
                    return Err(self.apart("server", at, secret, "--dc or --accounts-url"));
                }
                _ => {}
            }
        }
        Ok(own.unwrap_or_else(|| AccountsServer::of(&DATA_CENTERS[0])))
    }

    /// What belongs together stands in two places.
    fn apart(&self, what: &str, other: usize, client: usize, option: &str) -> Usage {
        let [other, client] = [other, client].map(|at| &self.variables[at].place);
        Usage {
            what: format!("The {what} of {other} cannot be used."),
            cause: format!(
                "The client is that of {client}, and a secret never goes to a server that another place names."
            ),
            remedy: format!(
                "Give it with {option}, or put client ID, secret and server in one place."
            ),
            exit_code: 2,
        }
    }

    /// What is kept under the name that is meant. One that is about to be saved need not be there.
    fn add_profile(
        &mut self,
        id: Option<Zeroizing<String>>,
        keep: &Keep,
        warnings: &mut Vec<String>,
    ) -> Result<(), Usage> {
        let named = keep.profile.as_deref();
        let name = self.profile_name(named)?;
        let Ok(profiles) = folder::profiles() else {
            return Ok(());
        };
        match profiles.load(&name) {
            // The secret of another client than the one that is given is of no use.
            Ok(kept) if id.is_some_and(|id| id.as_str() != kept.client.id()) => {}
            Ok(kept) => {
                warnings.push(format!(
                    "What was not given is taken from profile {name}: client {}.",
                    kept.client.id()
                ));
                self.variables.push(Variables::of_profile(&name, &kept));
                self.trusted = kept.trusted;
            }
            Err(trouble) if named.is_some() && keep.save.is_none() => {
                return Err(Usage::from(&Error::Profile(trouble)));
            }
            Err(_) => {}
        }
        Ok(())
    }
}
