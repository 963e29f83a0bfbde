//! The configuration and state folders, following the system's conventions.

use crate::cli::usage::Usage;
use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};
use std::path::PathBuf;
use zoho_grant::profiles::store::Profiles;

/// This user's profiles.
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
    // On a Mac, etcetera's preference folder belongs to the system's own preferences.
    Some(if cfg!(target_vendor = "apple") {
        system.data_dir()
    } else {
        system.config_dir()
    })
}

/// This program's state folder, for data that is worth keeping but is not configuration. Only Linux and similar systems
/// separate the two.
pub fn state() -> Option<PathBuf> {
    let system = choose_native_strategy().ok()?;
    let folder = system.state_dir().or_else(folder);
    let folder = folder.filter(|folder| folder.is_absolute());
    folder.map(|folder| folder.join("zoho-grant"))
}
