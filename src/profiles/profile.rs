//! A profile: a name for saved credentials, and where its secrets are.

use clap::ValueEnum;
use derive_more::Display;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use thiserror::Error;

/// Longer names do not fit on a line of the list.
const LONGEST_NAME: usize = 64;

/// A profile's name, which is also part of a file name and of the keyring entry.
#[derive(Clone, Debug, Display, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub struct Name(String);

/// Why a name is rejected.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("use 1 to 64 letters, digits, dots, dashes or underscores, not beginning with a dot")]
pub struct NotAName;

/// Where a profile's secrets are.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[display(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// The system's keyring.
    Keyring,
    /// The profiles file, readable only by its owner.
    File,
}

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Name {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let allowed = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
        let good = (1..=LONGEST_NAME).contains(&text.len())
            && !text.starts_with('.')
            && text.chars().all(allowed);
        good.then(|| Self(text.to_owned())).ok_or(NotAName)
    }
}

impl TryFrom<String> for Name {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_as_part_of_a_file_name() {
        for good in ["default", "a", "Work-2_eu.x"] {
            assert_eq!(good.parse::<Name>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            ".",
            "..",
            ".a",
            "a/b",
            "a\\b",
            "a b",
            "a\nb",
            "é",
            &"a".repeat(65),
        ] {
            assert_eq!(bad.parse::<Name>(), Err(NotAName), "{bad:?}");
        }
    }
}
