//! `ZOHO_…` variables from the file of `--env-file` or from the environment: read only here, tolerating the usual ways
//! of writing them. An empty variable counts as not set.

use crate::cli::usage::Usage;
use secrecy::SecretString;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Display;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use zeroize::Zeroizing;
use zoho_grant::credentials::Credentials;
use zoho_grant::handover::dotenv;
use zoho_grant::handover::file::{self, MOST_BYTES};
use zoho_grant::handover::format_options::Prefix;
use zoho_grant::profiles::profile::Name;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::client::{NotAClient, token};
use zoho_grant::zoho::data_centers::{DATA_CENTERS, DataCenter};
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain};

/// The variables of one layer.
#[derive(Clone)]
pub struct Variables {
    /// Where they come from, for messages.
    pub place: String,
    /// The prefix of their names there; callers name them with `ZOHO_`.
    pub prefix: Prefix,
    /// Everything that is set there.
    values: Vec<(String, Zeroizing<String>)>,
}

impl Variables {
    /// Reads the environment's variables.
    pub fn of_environment(prefix: &Prefix) -> Self {
        let text = |text: &OsStr| text.to_string_lossy().into_owned();
        let values = std::env::vars_os();
        let values = values.map(|(name, value)| (text(&name), Zeroizing::new(text(&value))));
        Self::new("the environment".to_owned(), prefix, values.collect())
    }

    /// Reads a file's variables.
    pub fn of_file(path: &Path, prefix: &Prefix) -> Result<Self, Usage> {
        let place = Untrusted::path(path).to_string();
        let text = file::read(path, MOST_BYTES).map_err(|unusable| {
            let option = format!("--env-file {place}");
            Usage::new(&option, &unusable, unusable.remedy())
        })?;
        let values = dotenv::read(&text).into_iter();
        let values = values.map(|(name, value)| (name.to_owned(), value));
        Ok(Self::new(place, prefix, values.collect()))
    }

    /// Turns a saved profile into the variables that would describe the same login.
    pub fn of_profile(name: &Name, kept: &Credentials) -> Self {
        let redirect_uri = kept.redirect_uri.as_deref().map(Cow::from);
        let values = dotenv::variables(kept).into_iter();
        let values = values.chain([("REDIRECT_URI", redirect_uri)]);
        let prefix = Prefix::default();
        let set = |(name, value): (&str, Option<Cow<str>>)| {
            Some((prefix.name(name), Zeroizing::new(value?.into_owned())))
        };
        let values = values.filter_map(set).collect();
        Self::new(format!("profile {name}"), &prefix, values)
    }

    /// Remembers the prefix, so that its variables are withheld too.
    fn new(place: String, prefix: &Prefix, values: Vec<(String, Zeroizing<String>)>) -> Self {
        if *prefix != Prefix::default() {
            let _ = OTHER.set(prefix.clone());
        }
        Self {
            place,
            prefix: prefix.clone(),
            values,
        }
    }

    /// The same place's variables with the default prefix, if it has no client with this one.
    pub fn or_usual(mut self) -> Self {
        if !self.hold_a_client() {
            self.prefix = Prefix::default();
        }
        self
    }

    /// A variable's value, trimmed of what editors leave around it; an error if it is quoted.
    pub fn find(&self, name: &str) -> Result<Option<&str>, Usage> {
        let slips = |char: char| char.is_whitespace() || char == '\u{feff}';
        let shown = self.shown(name);
        // As in a shell, the last line wins.
        let values = self.values.iter().rev().filter(|(set, _)| *set == shown);
        let mut values = values.map(|(_, value)| value.trim_matches(slips));
        let found = values.find(|value| !value.is_empty());
        let quotes = ['"', '\''];
        match found {
            Some(value) if value.starts_with(quotes) && value.ends_with(quotes) => {
                Err(self.unusable(name, NotAClient::Quoted))
            }
            found => Ok(found),
        }
    }

    /// A variable's value, parsed.
    pub fn parsed<T, E: Display>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Usage> {
        let parsed = |value| parse(value).map_err(|not| self.unusable(name, not));
        self.find(name)?.map(parsed).transpose()
    }

    /// A secret or a token.
    pub fn secret(&self, name: &str) -> Result<Option<SecretString>, Usage> {
        self.parsed(name, token)
    }

    /// The API domain.
    pub fn api_domain(&self) -> Result<Option<ApiDomain>, Usage> {
        self.parsed("ZOHO_API_DOMAIN", |text| {
            ApiDomain::given(&server_alone(text))
        })
    }

    /// The accounts server: its own address or its data center's; if neither is set, the one that belongs to the API
    /// domain.
    pub fn server(&self) -> Result<Option<AccountsServer>, Usage> {
        let (dc, url) = ("ZOHO_DC", "ZOHO_ACCOUNTS_URL");
        let center = self.parsed(dc, data_center)?;
        let server = self.parsed(url, |text| AccountsServer::given(&server_alone(text)))?;
        let (dc, url) = (self.shown(dc), self.shown(url));
        if let Some(told) = one_server(&dc, center, &url, server.as_ref())? {
            return Ok(Some(told));
        }
        let Some(domain) = self.api_domain()? else {
            return Ok(None);
        };
        let center = DataCenter::of_api_domain(domain.as_str());
        let center = center.ok_or_else(|| self.missing("ZOHO_ACCOUNTS_URL (or ZOHO_DC)"))?;
        Ok(Some(AccountsServer::of(center)))
    }

    /// Whether a variable is set to anything.
    pub fn hold(&self, name: &str) -> bool {
        !matches!(self.find(name), Ok(None))
    }

    /// Whether any of them describes a client.
    pub fn hold_a_client(&self) -> bool {
        self.hold("ZOHO_CLIENT_ID") || self.hold("ZOHO_CLIENT_SECRET")
    }

    /// Whether any of them is a token.
    pub fn hold_a_token(&self) -> bool {
        self.hold("ZOHO_REFRESH_TOKEN") || self.hold("ZOHO_ACCESS_TOKEN")
    }

    /// Whether these alone are enough to get a live token.
    pub fn are_complete(&self) -> bool {
        self.hold("ZOHO_CLIENT_ID") && self.hold("ZOHO_CLIENT_SECRET") && self.hold_a_token()
    }

    /// The error for a missing variable that nothing else can replace.
    pub fn missing(&self, name: &str) -> Usage {
        let place = &self.place;
        Usage::wrong(
            format!("{} is missing.", self.shown(name)),
            format!("It is not in {place}, and related values must come from the same place."),
            "Add it there, or pass --env-file with a file that has all of them, or --profile.",
        )
    }

    fn unusable(&self, name: &str, reason: impl Display) -> Usage {
        let name = self.shown(name);
        Usage::new(&name, reason, &format!("Correct it in {}.", self.place))
    }

    /// A name as it is spelled there.
    fn shown(&self, name: &str) -> String {
        name.replace(Prefix::default().as_str(), self.prefix.as_str())
    }
}

/// The data center of that name.
pub fn data_center(name: &str) -> Result<&'static DataCenter, String> {
    DataCenter::named(name).ok_or_else(|| {
        let known = DATA_CENTERS.iter();
        let known = known.map(|center| format!("{} ({})", center.code, center.name));
        let known = known.collect::<Vec<_>>().join(", ");
        format!("no data center has that code. Known codes: {known}")
    })
}

/// Treats data center and address as a single setting of their layer.
pub fn one_server(
    dc: &str,
    center: Option<&DataCenter>,
    url: &str,
    server: Option<&AccountsServer>,
) -> Result<Option<AccountsServer>, Usage> {
    let told = center.map(AccountsServer::of);
    match (&told, server) {
        (Some(told), Some(server)) if told != server => Err(Usage::new(
            &format!("{dc} together with {url}"),
            format!("{server} is not the accounts server of that data center, which is {told}"),
            "Use only one of the two.",
        )),
        _ => Ok(server.cloned().or(told)),
    }
}

/// The profile that the option or the environment names. `ZOHO_PROFILE` has no other prefix: it is not a credential.
pub fn profile_named(option: Option<&Name>) -> Result<Option<Name>, Usage> {
    match option {
        Some(name) => Ok(Some(name.clone())),
        None => Variables::of_environment(&Prefix::default()).parsed("ZOHO_PROFILE", str::parse),
    }
}

/// The prefix that was passed to this run, if not the default.
static OTHER: OnceLock<Prefix> = OnceLock::new();

/// Hides our variables, including secrets, from a program that is about to be started.
pub fn withhold(command: &mut Command) {
    remove_all(command, b"ZOHO_");
    if let Some(prefix) = OTHER.get() {
        for name in NAMES {
            command.env_remove(prefix.name(name));
        }
    }
}

/// Hides all variables that begin like this.
pub fn remove_all(command: &mut Command, beginning: &[u8]) {
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(beginning) {
            command.env_remove(name);
        }
    }
}

/// Every variable that is read or written, without its prefix.
pub const NAMES: [&str; 11] = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "REFRESH_TOKEN",
    "ACCESS_TOKEN",
    "ACCESS_TOKEN_EXPIRES_AT",
    "ACCOUNTS_URL",
    "API_DOMAIN",
    "DC",
    "SCOPE",
    "REDIRECT_URI",
    "PROFILE",
];

/// A server without the path that some programs append, and with the scheme that others omit.
fn server_alone(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
    let server = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{server}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(values: &[(&str, &str)]) -> Variables {
        let owned = |(name, value): &(&str, &str)| {
            ((*name).to_owned(), Zeroizing::new((*value).to_owned()))
        };
        Variables {
            place: "here".to_owned(),
            prefix: Prefix::default(),
            values: values.iter().map(owned).collect(),
        }
    }

    #[test]
    fn what_editors_leave_around_a_value_is_trimmed() {
        let all = variables(&[
            ("ZOHO_A", "1"),
            ("ZOHO_A", "\u{feff}secret\r\n"),
            ("ZOHO_A", " "),
            ("ZOHO_B", "\"1\""),
        ]);
        assert_eq!(all.find("ZOHO_A").unwrap().unwrap(), "secret");
        assert!(all.find("ZOHO_C").unwrap().is_none());
        let refused = all.find("ZOHO_B").unwrap_err();
        assert!(refused.cause.contains("It is in quotes"));
    }

    #[test]
    fn the_server_can_be_set_in_several_forms() {
        let server = |values: &[(&str, &str)]| variables(values).server();
        for (name, value) in [
            ("ZOHO_DC", "EU "),
            (
                "ZOHO_ACCOUNTS_URL",
                "https://accounts.zoho.eu/oauth/v2/token",
            ),
            ("ZOHO_ACCOUNTS_URL", "accounts.zoho.eu"),
            ("ZOHO_API_DOMAIN", "https://www.zohoapis.eu/"),
            ("ZOHO_API_DOMAIN", "sandbox.zohoapis.eu"),
        ] {
            let told = server(&[(name, value)]).unwrap().unwrap();
            assert_eq!(told.as_str(), "https://accounts.zoho.eu", "{value}");
        }
        assert!(server(&[]).unwrap().is_none());
        let elsewhere = [("ZOHO_API_DOMAIN", "https://api.example")];
        assert_eq!(server(&elsewhere).unwrap_err().exit_code, 2);
        let both = [("ZOHO_DC", "us"), ("ZOHO_ACCOUNTS_URL", "accounts.zoho.eu")];
        assert_eq!(server(&both).unwrap_err().exit_code, 2);
    }
}
