//! Why credentials could not be kept, or kept ones not be read.

use crate::profiles::profile::Name;
use crate::untrusted::Untrusted;
use std::path::PathBuf;
use thiserror::Error;

/// What failed; `Display` says what, as part of a sentence.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    /// No profile has that name.
    #[error("there is no profile {name}")]
    Missing {
        /// The name.
        name: Name,
        /// The names that there are.
        known: Vec<Name>,
    },
    /// The system does not let it be read.
    #[error("{} cannot be read", Untrusted::path(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A link, a folder, a pipe.
    #[error("{} is not a regular file", Untrusted::path(.0))]
    NotAFile(PathBuf),
    /// It belongs to another user.
    #[error("{} belongs to another user", Untrusted::path(.0))]
    NotOurs(PathBuf),
    /// Others may read it.
    #[error("{} is open to other users of this machine", Untrusted::path(.0))]
    Open(PathBuf),
    /// It does not hold what this program writes.
    #[error("{} does not hold profiles", Untrusted::path(path))]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system does not let it be written.
    #[error("{} cannot be written", Untrusted::path(path))]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The system gives no lock.
    #[error("{} cannot be locked", Untrusted::path(path))]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Another process holds the lock and does not give it back.
    #[error("{} is held by another run", Untrusted::path(.0))]
    Busy(PathBuf),
    /// There is no keyring, or this program was built without.
    #[error("this machine offers no keyring")]
    NoKeyring(String),
    /// It is there, and gives or takes nothing.
    #[error("the system's keyring is locked")]
    Locked(String),
    /// The keyring failed in another way.
    #[error("the system's keyring failed")]
    Keyring(String),
    /// The keyring does not have the secrets of a listed profile.
    #[error("the system's keyring does not hold the secrets of the profile {0}")]
    Lost(Name),
    /// A signal came first.
    #[error("the login was stopped before that was done")]
    Interrupted,
}
