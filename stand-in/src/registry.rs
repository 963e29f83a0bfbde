//! What the stand-in knows and how it judges. Pure: the clock is an argument, so expiry is tested without waiting. The
//! rules come from Zoho's documentation; where it is silent, a comment says so and the strictest option is taken.

pub mod answer;
pub mod device;
mod grant;
mod request;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};

use super::parameters::Parameters;
use super::{DataCenter, shapes};
use answer::{Authorization, Decided, Invalid, Issued, TokenError};
use device::Device;
use grant::Grant;
use request::Asked;
use tokens::Tokens;

/// Clients, pending consents, grant tokens and tokens of both data centers, for one person.
pub struct Registry {
    clients: Vec<Client>,
    /// The data center of the person's account.
    pub person_at: DataCenter,
    /// The minimum interval between two polls for one device.
    pub interval: Duration,
    /// Clients that the person has consented to before.
    consented: HashSet<String>,
    /// Pending consents by ticket.
    pending: HashMap<String, Pending>,
    /// Grants by grant token.
    grants: HashMap<String, Grant>,
    /// Devices by device code.
    devices: HashMap<String, Device>,
    tokens: Tokens,
}

/// The types of client that the console offers here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JavaScript: it gets an access token in the fragment of the redirect URI, and never a refresh token.
    ClientBased,
    /// What can log in with a code.
    ServerBased,
    /// Without a redirect URI.
    SelfClient,
}

impl Kind {
    /// All of them, in the console's order.
    pub const ALL: &[Self] = &[Self::ClientBased, Self::ServerBased, Self::SelfClient];

    /// As the console calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::ClientBased => "Client-based Applications",
            Self::ServerBased => "Server-based Applications",
            Self::SelfClient => "Self Client",
        }
    }

    /// The one with this title.
    pub fn titled(title: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.title() == title)
    }
}

/// A client, as registered in the API console.
pub struct Client {
    /// Its type.
    pub kind: Kind,
    /// The client ID, the same in every data center.
    pub id: String,
    /// The secret in the client's own data center, and the one everywhere else.
    pub secrets: [SecretString; 2],
    /// The data center where it was registered.
    pub home: DataCenter,
    /// Whether other data centers know it.
    pub multi_dc: bool,
    /// Redirect URIs, compared character for character.
    pub redirect_uris: Vec<String>,
}

impl Client {
    /// The client's secret at a data center.
    fn secret(&self, at: DataCenter) -> &str {
        self.secrets[usize::from(at != self.home)].expose_secret()
    }

    /// Whether a data center knows the client. China is a separate cloud, and Zoho does not say that multi-DC reaches
    /// into it.
    fn is_known(&self, at: DataCenter) -> bool {
        let apart = [at, self.home].contains(&DataCenter::Cn);
        at == self.home || self.multi_dc && !apart
    }
}

/// A consent that the person has not answered yet, at their data center.
struct Pending {
    client_id: String,
    redirect_uri: String,
    asked: Asked,
}

impl Registry {
    /// A registry with one person whose account is at `person_at`.
    pub fn new(person_at: DataCenter, clients: Vec<Client>) -> Self {
        Self {
            clients,
            person_at,
            interval: Duration::ZERO,
            consented: HashSet::new(),
            pending: HashMap::new(),
            grants: HashMap::new(),
            devices: HashMap::new(),
            tokens: Tokens::default(),
        }
    }

    /// Registers another redirect URI for every client.
    pub fn register_redirect_uri(&mut self, redirect_uri: &str) {
        for client in &mut self.clients {
            client.redirect_uris.push(redirect_uri.to_owned());
        }
    }

    /// Registers a client of one data center, which is then where the person lives; its id and secret.
    pub fn register(
        &mut self,
        at: DataCenter,
        kind: Kind,
        redirect_uri: &str,
    ) -> (String, SecretString) {
        let secret = SecretString::from(shapes::client_secret());
        let uris = (kind != Kind::SelfClient).then(|| redirect_uri.to_owned());
        let client = Client {
            kind,
            id: shapes::client_id(),
            secrets: [secret.clone(), secret.clone()],
            home: at,
            multi_dc: false,
            redirect_uris: Vec::from_iter(uris),
        };
        let id = client.id.clone();
        self.clients.push(client);
        self.person_at = at;
        (id, secret)
    }

    /// Judges an authorization request.
    pub fn authorize(
        &mut self,
        at: DataCenter,
        parameters: &Parameters,
    ) -> Result<Authorization, Invalid> {
        if parameters.are_malformed() {
            return Err(Invalid::Request);
        }
        let client = self.client(at, parameters).ok_or(Invalid::Client)?;
        let redirect_uri = parameters
            .value("redirect_uri")
            .filter(|uri| client.redirect_uris.iter().any(|known| known == uri))
            .ok_or(Invalid::RedirectUri)?;
        let pending = Pending {
            client_id: client.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            asked: Asked::read(parameters)?,
        };
        if at != self.person_at {
            return Ok(Authorization::Moved(self.person_at));
        }
        let (ticket, scopes) = (shapes::ticket(), pending.asked.access.scopes.clone());
        self.pending.insert(ticket.clone(), pending);
        Ok(Authorization::Consent { ticket, scopes })
    }

    /// Records the person's decision, once per ticket.
    pub fn decide(
        &mut self,
        at: DataCenter,
        ticket: &str,
        accepted: bool,
        now: Instant,
    ) -> Result<Decided, Invalid> {
        if at != self.person_at {
            return Err(Invalid::Request);
        }
        let Pending {
            client_id,
            redirect_uri,
            asked,
        } = self.pending.remove(ticket).ok_or(Invalid::Request)?;
        let is_implicit =
            |client: &Client| client.id == client_id && client.kind == Kind::ClientBased;
        if accepted && self.clients.iter().any(is_implicit) {
            return Ok(Decided {
                redirect_uri,
                state: asked.state,
                code: None,
                token: Some(shapes::token()),
            });
        }
        let code = accepted.then(|| {
            let first = self.consented.insert(client_id.clone());
            self.grant(Grant {
                at,
                client_id,
                redirect_uri: Some(redirect_uri.clone()),
                challenge: asked.challenge,
                scopes: asked.access.scopes,
                refreshable: asked.access.offline && (asked.access.prompted || first),
                issued: now,
                tokens: Vec::new(),
                spent: false,
            })
        });
        Ok(Decided {
            redirect_uri,
            state: asked.state,
            code,
            token: None,
        })
    }

    /// Creates a grant token as the API console does for a self client: without a redirect. The client's type is not
    /// checked.
    pub fn self_client_code(
        &mut self,
        client_id: &str,
        scopes: Vec<String>,
        now: Instant,
    ) -> String {
        self.grant(Grant {
            at: self.person_at,
            client_id: client_id.to_owned(),
            redirect_uri: None,
            challenge: None,
            scopes,
            refreshable: true,
            issued: now,
            tokens: Vec::new(),
            spent: false,
        })
    }

    /// The same from the console's page, at the data center of the person's account. None if a scope is malformed.
    pub fn console_code(
        &mut self,
        at: DataCenter,
        client_id: &str,
        scope: &str,
        now: Instant,
    ) -> Option<String> {
        let scopes = request::scopes(scope).filter(|_| at == self.person_at)?;
        Some(self.self_client_code(client_id, scopes, now))
    }

    /// Judges a token request.
    pub fn token(
        &mut self,
        at: DataCenter,
        form: &Parameters,
        now: Instant,
    ) -> Result<Issued, TokenError> {
        let client_id = self.proven(at, form)?;
        match form.value("grant_type") {
            Some("authorization_code") => self.redeem(at, &client_id, form, now),
            Some("refresh_token") => {
                let token = form.value("refresh_token").unwrap_or_default();
                let issued = self.tokens.refresh(at, &client_id, token, now);
                issued.ok_or(TokenError::InvalidCode)
            }
            _ => Err(TokenError::GeneralError),
        }
    }

    /// Revokes a refresh token and its access tokens. The documentation names no other kind, so no other is accepted;
    /// it does not say how a wrong token is answered.
    pub fn revoke(&mut self, at: DataCenter, refresh_token: &str) -> Result<(), TokenError> {
        let known = self.tokens.revoke(at, refresh_token);
        known.then_some(()).ok_or(TokenError::InvalidCode)
    }

    /// The scopes of an access token that is valid at this data center.
    pub fn scopes(&self, at: DataCenter, access_token: &str, now: Instant) -> Option<&[String]> {
        self.tokens.scopes(at, access_token, now)
    }

    fn client(&self, at: DataCenter, parameters: &Parameters) -> Option<&Client> {
        let id = parameters.value("client_id")?;
        let mut clients = self.clients.iter();
        clients.find(|client| client.id == id && client.is_known(at))
    }

    /// The client of a token request.
    fn known(&self, at: DataCenter, form: &Parameters) -> Result<&Client, TokenError> {
        if form.are_malformed() {
            return Err(TokenError::GeneralError);
        }
        self.client(at, form).ok_or(TokenError::InvalidClient)
    }

    /// Authenticates the client. Returns its ID.
    fn proven(&self, at: DataCenter, form: &Parameters) -> Result<String, TokenError> {
        let client = self.known(at, form)?;
        match form.value("client_secret") {
            Some(given) if given == client.secret(at) => Ok(client.id.clone()),
            _ => Err(TokenError::InvalidClientSecret),
        }
    }

    fn grant(&mut self, grant: Grant) -> String {
        let code = shapes::token();
        self.grants.insert(code.clone(), grant);
        code
    }

    fn redeem(
        &mut self,
        at: DataCenter,
        client_id: &str,
        form: &Parameters,
        now: Instant,
    ) -> Result<Issued, TokenError> {
        let code = form.value("code").ok_or(TokenError::InvalidCode)?;
        let grant = self.grants.get_mut(code).filter(|grant| grant.at == at);
        let grant = grant.ok_or(TokenError::InvalidCode)?;
        // Zoho does not say what a second use does to the tokens of the first: RFC 6749 §4.1.2 says to revoke them.
        if grant.spent {
            for token in &grant.tokens {
                self.tokens.kill(token);
            }
            return Err(TokenError::InvalidCode);
        }
        // Nor does it say whether a failed attempt leaves the code usable: here it does not.
        grant.spent = true;
        grant.check(client_id, form, now)?;
        let issued = self
            .tokens
            .issue(at, client_id, &grant.scopes, grant.refreshable, now);
        grant.tokens.push(issued.access_token.clone());
        grant.tokens.extend(issued.refresh_token.clone());
        Ok(issued)
    }
}
