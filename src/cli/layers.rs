//! The layers that settings come from: options, the file of `--env-file`, the environment, a saved profile. Values that
//! belong together, client and server, come from the same layer.

use crate::cli::usage::Usage;
use crate::cli::variables::{Variables, one_server};
use crate::cli::{Grant, Registered, Servers, folder};
use secrecy::SecretString;
use std::fmt::Display;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::profiles::error::ProfileError;
use zoho_grant::profiles::profile::Name;
use zoho_grant::zoho::client::Id;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::scopes::Scopes;
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain};

/// The variable of the client ID.
const ID: &str = "ZOHO_CLIENT_ID";
/// The variable of the client secret.
pub const SECRET: &str = "ZOHO_CLIENT_SECRET";

/// The layers below the options.
#[derive(Default)]
pub struct Layers {
    /// The strongest first; a profile is one of them if it is read at all.
    variables: Vec<Variables>,
    /// The servers that the profile's login trusted, and those that the options add.
    pub trusted: (Vec<AccountsServer>, Vec<ApiDomain>),
    /// What a profile contributes, as a sentence.
    pub note: Option<String>,
    /// Warnings to show in advance, one sentence each.
    pub warnings: Vec<String>,
}

impl Layers {
    /// Reads the layers. A profile is read if it is named, or if no other layer has a client.
    pub fn new(grant: &Grant) -> Result<Self, Usage> {
        let prefix = &grant.result.env_prefix;
        let mut layers = Self::default();
        if let Some(path) = &grant.client.env_file {
            let of_file = Variables::of_file(path, prefix)?;
            layers.variables.push(of_file.or_usual());
        }
        let of_environment = Variables::of_environment(prefix);
        layers.variables.push(of_environment.or_usual());
        let id = layers.id(&grant.client)?;
        if id.is_none() || grant.keep.profile.is_some() {
            layers.add_profile(id, grant)?;
        }
        let (servers, domains) = &mut layers.trusted;
        servers.extend_from_slice(&grant.servers.trust_accounts_server);
        domains.extend_from_slice(&grant.servers.trust_api_domain);
        Ok(layers)
    }

    /// An option's value, otherwise the strongest layer's.
    pub fn any<T, E: Display>(
        &self,
        option: Option<T>,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Usage> {
        if option.is_some() {
            return Ok(option);
        }
        let mut layers = self.variables.iter();
        let found = layers.find_map(|layer| layer.parsed(name, &parse).transpose());
        found.transpose()
    }

    /// The client ID.
    pub fn id(&self, client: &Registered) -> Result<Option<Id>, Usage> {
        self.any(client.client_id.clone(), ID, Id::new)
    }

    /// The scopes.
    pub fn scopes(&self, given: Option<Scopes>) -> Result<Option<Scopes>, Usage> {
        self.any(given, "ZOHO_SCOPE", Scopes::parse)
    }

    /// Whether a layer sets the variable.
    pub fn hold(&self, name: &str) -> bool {
        self.variables.iter().any(|layer| layer.hold(name))
    }

    /// Whether an option or a layer names a data center or a server.
    pub fn name_a_server(&self, options: &Servers) -> bool {
        let mut names = ["ZOHO_DC", "ZOHO_ACCOUNTS_URL", "ZOHO_API_DOMAIN"].iter();
        let given = options.dc.is_some() || options.accounts_url.is_some();
        given || names.any(|name| self.hold(name))
    }

    /// The name of the profile to use.
    pub fn profile_name(&self, option: Option<&Name>) -> Result<Name, Usage> {
        let named = self.any(option.cloned(), "ZOHO_PROFILE", str::parse)?;
        Ok(named.unwrap_or_default())
    }

    /// The server where the client is registered. Options replace any other; otherwise it is the server of the layer that
    /// the secret comes from, which no other layer may contradict: a secret never goes to a server that another layer
    /// named. If the person passes the secret now, it is the strongest layer's server.
    pub fn home(&self, grant: &Grant) -> Result<AccountsServer, Usage> {
        let (dc, url) = (grant.servers.dc, grant.servers.accounts_url.as_ref());
        let given = one_server("--dc", dc, "--accounts-url", url)?;
        let of_secret = self.secret(&grant.client)?.map(|(at, _)| at);
        if let Some(given) = given {
            return Ok(given);
        }
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

    /// The client secret of the first layer that has a client ID, and that layer's index. None if the person passes the
    /// secret, or no layer has one.
    pub fn secret(&self, client: &Registered) -> Result<Option<(usize, SecretString)>, Usage> {
        let first = |has: &dyn Fn(&Variables) -> bool| self.variables.iter().position(has);
        let passed = client.client_secret_file.is_some() || client.typed_secret.is_some();
        let Some(of_secret) = first(&|layer| !passed && layer.hold(SECRET)) else {
            return Ok(None);
        };
        let has_id = client.client_id.is_some();
        let of_client = first(&|layer| layer.hold(ID) || has_id && layer.hold(SECRET));
        let of_client = of_client.unwrap_or(of_secret);
        let option = "--client-secret-file";
        let missing = || self.apart("client secret", of_secret, of_client, option);
        let secret = self.variables[of_client].secret(SECRET)?;
        Ok(Some((of_client, secret.ok_or_else(missing)?)))
    }

    /// The error for related values that come from different places.
    fn apart(&self, what: &str, other: usize, client: usize, option: &str) -> Usage {
        let [other, client] = [other, client].map(|at| &self.variables[at].place);
        Usage::wrong(
            format!("The {what} from {other} cannot be used."),
            format!(
                "The client comes from {client}, and a secret is never sent to a server named elsewhere."
            ),
            format!("Pass it with {option}, or put the client ID, secret and server in one place."),
        )
    }

    /// Adds the profile of that name. One that is about to be saved need not exist yet.
    fn add_profile(&mut self, id: Option<Id>, grant: &Grant) -> Result<(), Usage> {
        let named = grant.keep.profile.as_ref();
        let name = self.profile_name(named)?;
        let Ok(profiles) = folder::profiles() else {
            return Ok(());
        };
        match profiles.load(&name) {
            // Another client's secret is useless for this client.
            Ok(kept) if id.is_some_and(|id| id.as_str() != kept.client.id()) => {}
            Ok(kept) => {
                self.note = Some(note(&name, &kept));
                self.variables.push(Variables::of_profile(&name, &kept));
                self.trusted = kept.trusted;
            }
            Err(trouble) if named.is_some() && !grant.keep.is_requested() => {
                return Err(Error::Profile(trouble).into());
            }
            // If ignored, its values would silently be prompted for again.
            Err(
                trouble @ (ProfileError::Keyring(_)
                | ProfileError::NoKeyring(_)
                | ProfileError::Lost(_)),
            ) => {
                let why = format!("Profile {name} could not be used: {trouble}.");
                self.warnings.push(why);
            }
            Err(_) => {}
        }
        Ok(())
    }
}

/// Says whose client, data center and scopes a login uses.
fn note(name: &Name, kept: &Credentials) -> String {
    let (id, server) = (kept.client.id(), &kept.accounts_server);
    let center = server.data_center();
    let center = center.map_or_else(|| server.to_string(), ToString::to_string);
    let organization = kept.organization().and_then(|told| told.name.as_ref());
    let owner = organization.map_or_else(String::new, |owner| format!(" ({owner})"));
    let scopes = kept.scopes.as_ref();
    let scopes = scopes.map_or_else(String::new, |scopes| format!(", {}", scopes.joined(", ")));
    format!(
        "Using profile {name}{owner} for everything not specified: client {id}, {center}{scopes}."
    )
}
