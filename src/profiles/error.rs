//! Why credentials could not be kept, or kept ones not be had.

use crate::profiles::profile::Name;
use crate::untrusted::Untrusted;
use std::path::{Path, PathBuf};
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
    #[error("{} cannot be read", shown(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A link, a folder, a pipe.
    #[error("{} is not a regular file", shown(.0))]
    NotAFile(PathBuf),
    /// It belongs to another user.
    #[error("{} belongs to another user", shown(.0))]
    NotOurs(PathBuf),
    /// Others may read it.
    #[error("{} is open to other users of this machine", shown(.0))]
    Open(PathBuf),
    /// It does not hold what this program writes.
    #[error("{} does not hold profiles", shown(path))]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system does not let it be written.
    #[error("{} cannot be written", shown(path))]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The system gives no lock.
    #[error("{} cannot be locked", shown(path))]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Another process holds the lock and does not give it back.
    #[error("{} is held by another run", shown(.0))]
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

impl ProfileError {
    /// Why, in one line.
    pub fn cause(&self) -> String {
        match self {
            Self::Missing { known, .. } if known.is_empty() => {
                "No profile was kept yet.".to_owned()
            }
            Self::Missing { known, .. } => format!("There are: {}.", joined(known)),
            Self::Unreadable { reason, .. }
            | Self::Broken { reason, .. }
            | Self::Unwritable { reason, .. }
            | Self::Lock { reason, .. }
            | Self::NoKeyring(reason)
            | Self::Keyring(reason) => format!(
                "The reason given: {}.",
                Untrusted::new(reason.trim_end_matches('.'))
            ),
            Self::Locked(reason) => format!(
                "Nobody unlocked it, or it has no default part ({}).",
                Untrusted::new(reason)
            ),
            Self::NotAFile(_) => {
                "A link, a folder or a pipe in place of such a file may be somebody's trap."
                    .to_owned()
            }
            Self::NotOurs(_) => {
                "Whoever owns it could have named servers of their own in it.".to_owned()
            }
            Self::Open(_) => {
                "It holds secrets, so it is used only while nobody else can read or write it."
                    .to_owned()
            }
            Self::Busy(_) => {
                "It does not go on: it was stopped (Ctrl-Z), or waits for the keyring.".to_owned()
            }
            Self::Interrupted => {
                "The keyring, or another run that uses the profile, did not answer in time."
                    .to_owned()
            }
            Self::Lost(_) => "They were removed there, or another keyring is open.".to_owned(),
        }
    }

    /// What to do next, in one line.
    pub fn remedy(&self) -> String {
        match self {
            Self::Missing { .. } => "Name another with --profile, name a file of variables with --env-file, or keep one: zoho-grant login --save.".to_owned(),
            Self::Unreadable { path, .. } => format!("Give yourself the right to read it: chmod 600 {}.", shown(path)),
            Self::NotAFile(path) => format!("Move what stands at {} away.", shown(path)),
            Self::NotOurs(path) => format!("Run as its owner, or give it to yourself: sudo chown \"$USER\" {}.", shown(path)),
            Self::Open(path) => format!("Close it: chmod go-rwx {}. If others use this machine, revoke what was kept: zoho-grant revoke.", shown(path)),
            Self::Broken { path, .. } => format!("Mend {} or move it away, and keep the credentials anew: zoho-grant login --save.", shown(path)),
            Self::Unwritable { .. } => "Free space there or mend its rights, and try again.".to_owned(),
            Self::Lock { .. } => "Check the rights of its folder, and whether its file system can lock files.".to_owned(),
            Self::Busy(path) => format!("Let that run go on or end it, and try again; on Linux `fuser -v {}` names it.", shown(path)),
            Self::NoKeyring(_) => "Give --save-to file to keep them in a file that only you can read, or leave --save out.".to_owned(),
            Self::Locked(_) => "Unlock the keyring (log in to the desktop, or open its password program) and try again, or give --save-to file.".to_owned(),
            Self::Keyring(_) => "Try again, or give --save-to file to keep them in a file that only you can read.".to_owned(),
            Self::Interrupted => "Use what was handed over, or log in again: with the keyring unlocked, or with --save-to file.".to_owned(),
            Self::Lost(name) => format!("Consent again: zoho-grant login --save {name}."),
        }
    }

    /// What to do next when kept credentials are wanted, in one line.
    pub fn remedy_of_use(&self) -> String {
        match self {
            Self::NoKeyring(_) | Self::Locked(_) | Self::Keyring(_) => {
                "Unlock the keyring that holds them and run it in that session, or consent again and keep them in a \
                 file: zoho-grant login --save --save-to file.".to_owned()
            }
            _ => self.remedy(),
        }
    }

    /// 2 for a wrong name, 1 for this machine.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Missing { .. } => 2,
            _ => 1,
        }
    }
}

fn joined(names: &[Name]) -> String {
    names
        .iter()
        .map(Name::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

fn shown(path: &Path) -> Untrusted {
    Untrusted::new(path.display().to_string())
}
