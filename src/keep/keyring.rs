//! The system's keyring: Secret Service, macOS Keychain or Windows Credential Manager. Calls block, and a
//! keyring that is locked asks the person meanwhile.

#[cfg(any(target_os = "linux", target_os = "freebsd"))]
#[path = "secret_service/mod.rs"]
mod system;
#[cfg(any(target_os = "macos", windows))]
#[path = "native_keyring.rs"]
mod system;

use crate::keep::profile::Name;
use crate::keep::trouble::Trouble;
use zeroize::Zeroizing;

/// Not a profile's name, because of the space.
const TRIAL: &str = "a trial";

/// Whether something can be kept: writes a word, reads it and takes it away again.
pub(super) fn try_out() -> Result<(), Trouble> {
    aside(|| {
        system::write(TRIAL, TRIAL)?;
        let read = system::read(TRIAL)?;
        system::remove(TRIAL)?;
        match read {
            Some(read) if read.as_slice() == TRIAL.as_bytes() => Ok(()),
            _ => Err(Trouble::Keyring(
                "it does not give back what it takes".to_owned(),
            )),
        }
    })
}

/// The secrets of a profile.
pub(super) fn load(name: &Name) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    let secrets = aside(|| system::read(name.as_str()))?;
    secrets.ok_or_else(|| Trouble::Lost(name.clone()))
}

/// Keeps the secrets of a profile, in place of those that were there.
pub(super) fn save(name: &Name, secrets: &str) -> Result<(), Trouble> {
    aside(|| system::write(name.as_str(), secrets))
}

/// Removes the secrets of a profile, if there are any.
pub(super) fn forget(name: &Name) -> Result<(), Trouble> {
    aside(|| system::remove(name.as_str()))
}

/// On a thread of its own: the way to the Secret Service needs a runtime, and a thread has one at most.
fn aside<T: Send>(call: impl FnOnce() -> Result<T, Trouble> + Send) -> Result<T, Trouble> {
    let done = std::thread::scope(|scope| scope.spawn(call).join());
    done.unwrap_or_else(|_| Err(Trouble::Keyring("it could not be asked".to_owned())))
}
