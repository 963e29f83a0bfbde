//! Why credentials could not be saved, or saved ones not be read.

use crate::profiles::profile::Name;
use crate::untrusted::Untrusted;
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
    /// The system refuses to read the file, for this reason.
    #[error("{0} cannot be read")]
    Unreadable(Untrusted, String),
    /// A link, a folder or a pipe.
    #[error("{0} is not a regular file")]
    NotAFile(Untrusted),
    /// It belongs to another user.
    #[error("{0} belongs to another user")]
    NotOurs(Untrusted),
    /// Others can read or write it.
    #[error("{0} is open to other users of this machine")]
    Open(Untrusted),
    /// The file does not contain what this program writes; what is wrong with it.
    #[error("{0} is not a profiles file")]
    Broken(Untrusted, String),
    /// The system refuses to write the file, for this reason.
    #[error("{0} cannot be written")]
    Unwritable(Untrusted, String),
    /// The system does not lock this file, for this reason.
    #[error("{0} cannot be locked")]
    Lock(Untrusted, String),
    /// Another process holds the lock for too long.
    #[error("{0} is locked by another run")]
    Busy(Untrusted),
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
