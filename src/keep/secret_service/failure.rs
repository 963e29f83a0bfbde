//! Why the Secret Service did not do what was asked.

use crate::keep::trouble::Trouble;
use std::error::Error as _;
use tokio_dbus::{Error, Message};

/// What went wrong.
#[derive(Debug)]
pub(super) enum Failure {
    /// No bus.
    Unreachable(Error),
    /// The bus or the service broke off, or said what is no D-Bus.
    Broken(Error),
    /// The service did not answer although nobody had to be asked.
    Slow,
    /// The service answered in another form than it should.
    Undecipherable,
    /// The service or the bus answered with an error.
    Refused {
        /// Its D-Bus name.
        name: String,
        /// What it says.
        text: String,
    },
    /// The person closed the service's question, or it could not be asked.
    Dismissed,
    /// An item is there after its deletion.
    Undeleted,
    /// There is none by default, and none was made.
    NoCollection,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

impl Failure {
    /// An error that was answered.
    pub(super) fn refused(name: &str, message: &Message<'_>) -> Self {
        let text = if message.signature().as_bytes().starts_with(b"s") {
            message.body().read::<str>().unwrap_or_default()
        } else {
            ""
        };
        Self::Refused {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Whether what was asked for is gone.
    pub(super) fn is_missing_object(&self) -> bool {
        let gone = [
            "org.freedesktop.Secret.Error.NoSuchObject",
            "org.freedesktop.DBus.Error.UnknownObject",
            "org.freedesktop.DBus.Error.UnknownMethod",
        ];
        matches!(self, Self::Refused { name, .. } if gone.contains(&name.as_str()))
    }

    /// What a person is told.
    pub(super) fn trouble(self) -> Trouble {
        match self {
            Self::Unreachable(error) => Trouble::NoKeyring(whole(&error)),
            Self::Broken(error) => Trouble::Keyring(whole(&error)),
            Self::Undecipherable => Trouble::Keyring("its answer cannot be understood".to_owned()),
            Self::Undeleted => Trouble::Keyring("it still holds what it should delete".to_owned()),
            Self::Slow => Trouble::NoKeyring("it did not answer".to_owned()),
            Self::Dismissed => Trouble::Locked("its question was dismissed".to_owned()),
            Self::NoCollection => Trouble::Locked("it holds no collection".to_owned()),
            Self::Refused { name, text } => {
                let reason = if text.is_empty() { name.clone() } else { text };
                match name.as_str() {
                    "org.freedesktop.Secret.Error.IsLocked" => Trouble::Locked(reason),
                    "org.freedesktop.DBus.Error.ServiceUnknown"
                    | "org.freedesktop.DBus.Error.NameHasNoOwner" => Trouble::NoKeyring(reason),
                    spawn if spawn.starts_with("org.freedesktop.DBus.Error.Spawn.") => {
                        Trouble::NoKeyring(reason)
                    }
                    _ => Trouble::Keyring(reason),
                }
            }
        }
    }
}

/// The error with what caused it: the library's own words alone say little.
fn whole(error: &Error) -> String {
    error
        .source()
        .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
