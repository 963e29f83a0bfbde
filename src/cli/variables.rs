//! Variables: of `--env-file` first, of the environment otherwise. An empty one counts as not set.

use crate::cli::usage::Usage;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use zeroize::Zeroizing;
use zoho_grant::handover::dotenv::name_of;

/// Where variables are looked up.
pub struct Variables {
    file: Vec<(String, Zeroizing<String>)>,
    environment: fn(&str) -> Option<Zeroizing<String>>,
}

impl Variables {
    /// Those of the file of `--env-file`, if it is given, and of the environment.
    pub fn of_file_or_environment(file: Option<&Path>) -> Result<Self, Usage> {
        Self::new(file)
            .map_err(|reason| Usage::new("--env-file", reason, "Name a file that can be read."))
    }

    /// Reads `NAME=value` lines; `#` begins a comment line, one pair of quotes around a value is taken off.
    fn new(file: Option<&Path>) -> Result<Self, String> {
        let text = match file {
            None => Zeroizing::default(),
            Some(path) => {
                Zeroizing::new(std::fs::read_to_string(path).map_err(|error| error.to_string())?)
            }
        };
        Ok(Self {
            file: read(&text),
            environment: of_environment,
        })
    }

    /// Those of the environment alone.
    pub fn of_environment() -> Self {
        Self {
            file: Vec::new(),
            environment: of_environment,
        }
    }

    /// Where a token and what belongs to it are looked up: in the file alone when it holds a token, because halves of
    /// two logins do not fit together.
    pub fn of_tokens(&self) -> Self {
        let tokens = ["ZOHO_REFRESH_TOKEN", "ZOHO_ACCESS_TOKEN"];
        let held = tokens.iter().any(|name| self.of_file(name).is_some());
        Self {
            file: self.file.clone(),
            environment: if held { |_| None } else { self.environment },
        }
    }

    /// A variable's value, and whether the file holds it.
    pub fn find(&self, name: &str) -> Option<(Zeroizing<String>, Layer)> {
        self.of_file(name)
            .map(|value| (value, Layer::File))
            .or_else(|| (self.environment)(name).map(|value| (value, Layer::Environment)))
    }

    /// An option's value, or the variable's.
    pub fn or(&self, option: Option<&str>, name: &str) -> Option<Zeroizing<String>> {
        let given = option.map(|given| Zeroizing::new(given.to_owned()));
        given.or_else(|| self.find(name).map(|(value, _)| value))
    }

    fn of_file(&self, name: &str) -> Option<Zeroizing<String>> {
        // As in a shell, the last line wins.
        let mut lines = self.file.iter().rev();
        lines
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.clone())
    }
}

/// Which source a value has; an earlier one beats a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// An option of the command line.
    Option,
    /// The file of `--env-file`.
    File,
    /// The environment.
    Environment,
}

fn of_environment(name: &str) -> Option<Zeroizing<String>> {
    let value = std::env::var(name).ok().map(Zeroizing::new);
    value.filter(|value| !value.is_empty())
}

/// Keeps our variables, secrets among them, from a program that is about to be started.
pub fn withhold(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if is_ours(&name) {
            command.env_remove(name);
        }
    }
}

fn is_ours(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"ZOHO_")
}

fn read(text: &str) -> Vec<(String, Zeroizing<String>)> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    lines
        .filter_map(|line| {
            let (_, value) = line.split_once('=')?;
            Some((
                name_of(line)?.to_owned(),
                Zeroizing::new(unquoted(value.trim()).to_owned()),
            ))
        })
        .collect()
}

fn unquoted(value: &str) -> &str {
    let inside = |quote| {
        value
            .strip_prefix(quote)
            .and_then(|rest: &str| rest.strip_suffix(quote))
    };
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_usual_kinds_are_read() {
        let text = "# ZOHO_A=comment\n\nZOHO_A=1\n export ZOHO_B = 'two words' \r\nZOHO_C=\"a=b\"\nnothing\nZOHO_A=last\nZOHO_D=\n";
        let variables = Variables {
            file: read(text),
            environment: |_| None,
        };
        let value = |name| variables.of_file(name).map(|value| value.to_string());
        assert_eq!(value("ZOHO_A").unwrap(), "last");
        assert_eq!(value("ZOHO_B").unwrap(), "two words");
        assert_eq!(value("ZOHO_C").unwrap(), "a=b");
        assert_eq!(value("ZOHO_D"), None);
    }
}
