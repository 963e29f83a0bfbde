//! Keeping client and tokens between runs: profiles, in the system's keyring or in a file of their own.

pub mod env_file;
mod file;
pub mod kept;
#[cfg(all(
    feature = "keyring",
    any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "macos",
        windows
    )
))]
mod keyring;
#[cfg(not(all(
    feature = "keyring",
    any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "macos",
        windows
    )
)))]
#[path = "no_keyring.rs"]
mod keyring;
pub mod lock;
pub mod profile;
pub mod profiles;
mod record;
pub mod trouble;

use profile::{Name, Place};
use profiles::Profiles;

/// That, where and under which name a login shall be kept.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// All profiles of this person.
    pub profiles: Profiles,
    /// Under which name.
    pub name: Name,
    /// Where the secrets go.
    pub place: Place,
    /// Whether the credentials are handed over in another way besides.
    pub hand_over: bool,
}
