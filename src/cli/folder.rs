//! The configuration folder, by the conventions of the system.

use crate::cli::usage::Usage;
use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};
use std::path::PathBuf;
use zoho_grant::profiles::store::Profiles;

/// The profiles of this person.
pub fn profiles() -> Result<Profiles, Usage> {
    let folder = folder().filter(|folder| folder.is_absolute());
    let folder = folder.ok_or_else(|| Usage {
        what: "There is no place for profiles.".to_owned(),
        cause: "This account has no home folder.".to_owned(),
        remedy: "Set HOME, or use --env-file or ZOHO_… variables instead of a profile.".to_owned(),
        exit_code: 1,
    })?;
    Ok(Profiles::of(folder.join("zoho-grant")))
}

fn folder() -> Option<PathBuf> {
    let system = choose_native_strategy().ok()?;
    // On a Mac, what etcetera calls so is for the system's own preferences.
    Some(if cfg!(target_vendor = "apple") {
        system.data_dir()
    } else {
        system.config_dir()
    })
}

/// The state folder of this program: for what is worth keeping, and is no setting. Only Linux and its like have one
/// beside the configuration.
pub fn state() -> Option<PathBuf> {
    let system = choose_native_strategy().ok()?;
    let folder = system.state_dir().or_else(folder);
    let folder = folder.filter(|folder| folder.is_absolute());
    folder.map(|folder| folder.join("zoho-grant"))
}
