//! The configuration folder, by the conventions of the system.

use crate::cli::usage::Usage;
use std::env;
use std::path::PathBuf;
use zoho_grant::keep::profiles::Profiles;

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

/// XDG base directory specification; one that is not absolute is to be passed over.
#[cfg(not(any(windows, target_os = "macos")))]
fn folder() -> Option<PathBuf> {
    let named = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let named = named.filter(|folder| folder.is_absolute());
    named.or_else(|| env::home_dir().map(|home| home.join(".config")))
}

#[cfg(target_os = "macos")]
fn folder() -> Option<PathBuf> {
    env::home_dir().map(|home| home.join("Library/Application Support"))
}

#[cfg(windows)]
fn folder() -> Option<PathBuf> {
    env::var_os("APPDATA").map(PathBuf::from)
}

/// The state folder of this program: for what is worth keeping, and is no setting.
pub fn state() -> Option<PathBuf> {
    let named = env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let named = named.filter(|_| cfg!(not(any(windows, target_os = "macos"))));
    let usual = || {
        if cfg!(any(windows, target_os = "macos")) {
            folder()
        } else {
            env::home_dir().map(|home| home.join(".local/state"))
        }
    };
    let folder = named.filter(|folder| folder.is_absolute()).or_else(usual);
    let folder = folder.filter(|folder| folder.is_absolute());
    folder.map(|folder| folder.join("zoho-grant"))
}
