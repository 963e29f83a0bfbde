//! Shell completion of values that are not fixed words of the command line.

use crate::cli::{folder, help};
use clap_complete::engine::CompletionCandidate;
use std::ffi::OsStr;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::scope_catalog;

/// The codes of all data centers.
pub fn data_centers() -> Vec<CompletionCandidate> {
    let centers = DATA_CENTERS.iter();
    centers
        .map(|center| described(center.code, center.name))
        .collect()
}

/// The names of the saved profiles. They are in a file, so no keyring is unlocked.
pub fn profiles() -> Vec<CompletionCandidate> {
    let profiles = folder::profiles().ok();
    let listed = profiles.and_then(|profiles| profiles.list().ok());
    listed
        .unwrap_or_default()
        .iter()
        .map(|(name, record)| described(name.as_str(), &record.accounts_url))
        .collect()
}

/// The known scopes that complete the scope being typed; those before the last comma are kept.
pub fn scopes(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let (before, begun) = typed.split_at(typed.rfind(',').map_or(0, |comma| comma + 1));
    scope_catalog::all()
        .filter(|known| known.scope.starts_with(begun))
        .map(|known| described(known.scope, known.description).add_prefix(before))
        .collect()
}

/// The commands that have a manual page.
pub fn commands() -> Vec<CompletionCandidate> {
    let program = help::command();
    let commands = program.get_subcommands();
    commands
        .map(|command| {
            CompletionCandidate::new(command.get_name()).help(command.get_about().cloned())
        })
        .collect()
}

fn described(value: &str, about: &str) -> CompletionCandidate {
    CompletionCandidate::new(value).help(Some(about.to_owned().into()))
}
