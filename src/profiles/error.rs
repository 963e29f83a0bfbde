//! Why credentials could not be saved, or saved ones not be read.

use crate::profiles::profile::Name;
use crate::untrusted::Untrusted;
use std::path::PathBuf;
use thiserror::Error;

/// What failed. `Display` is part of a sentence.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    /// No profile has that name.
    #[error("there is no profile {name}")]
    Missing {
        /// The requested name.
        name: Name,
        /// The existing names.
        known: Vec<Name>,
    },
    /// The system refuses to read it.
    #[error("{} cannot be read", Untrusted::path(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        reason: String,
    },
    /// A link, a folder or a pipe.
    #[error("{} is not a regular file", Untrusted::path(.0))]
    NotAFile(PathBuf),
    /// It belongs to another user.
    #[error("{} belongs to another user", Untrusted::path(.0))]
    NotOurs(PathBuf),
    /// Others can read or write it.
    #[error("{} is open to other users of this machine", Untrusted::path(.0))]
    Open(PathBuf),
    /// Its contents are not what this program writes.
    #[error("{} is not a profiles file", Untrusted::path(path))]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system refuses to write it.
    #[error("{} cannot be written", Untrusted::path(path))]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        reason: String,
    },
    /// The system provides no lock.
    #[error("{} cannot be locked", Untrusted::path(path))]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// The system's error.
        reason: String,
    },
    /// Another process holds the lock for too long.
    #[error("{} is locked by another run", Untrusted::path(.0))]
    Busy(PathBuf),
    /// There is no keyring, or this program was built without support for it.
    #[error("no keyring is available")]
    NoKeyring(String),
    /// The keyring exists, but is locked.
    #[error("the system's keyring is locked")]
    Locked(String),
    /// The keyring failed in another way.
    #[error("the system's keyring failed")]
    Keyring(String),
    /// The keyring does not have the secrets of a listed profile.
    #[error("the system's keyring does not contain the secrets of profile {0}")]
    Lost(Name),
    /// A signal came first.
    #[error("the login was stopped before that was done")]
    Interrupted,
}
