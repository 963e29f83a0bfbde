//! The system's keyring: Secret Service, macOS Keychain or Windows Credential Manager. Calls block, and a
//! keyring that is locked asks the person meanwhile.

use crate::keep::profile::Name;
use crate::keep::trouble::Trouble;
#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
#[cfg(windows)]
use windows_native_keyring_store::Store;
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
use zbus_secret_service_keyring_store::Store;
use zeroize::Zeroizing;

/// Whose entries they are.
const SERVICE: &str = "zoho-grant";

/// Not a profile's name, because of the space.
const TRIAL: &str = "a trial";

/// Whether something can be kept: writes a word and takes it away again.
pub fn try_out() -> Result<(), Trouble> {
    aside(|| {
        let entry = entry(TRIAL)?;
        entry.set_secret(b"trial").map_err(trouble)?;
        removed(entry.delete_credential())
    })
}

/// The secrets of a profile.
pub fn load(name: &Name) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    aside(|| match entry(name.as_str())?.get_secret() {
        Ok(secrets) => Ok(Zeroizing::new(secrets)),
        Err(Error::NoEntry) => Err(Trouble::Lost(name.clone())),
        Err(error) => Err(trouble(error)),
    })
}

/// Keeps the secrets of a profile, in place of those that were there.
pub fn save(name: &Name, secrets: &str) -> Result<(), Trouble> {
    aside(|| {
        let kept = entry(name.as_str())?.set_secret(secrets.as_bytes());
        kept.map_err(trouble)
    })
}

/// Removes the secrets of a profile, if there are any.
pub fn forget(name: &Name) -> Result<(), Trouble> {
    aside(|| removed(entry(name.as_str())?.delete_credential()))
}

/// Another process may have been quicker.
fn removed(outcome: keyring_core::Result<()>) -> Result<(), Trouble> {
    match outcome {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(trouble(error)),
    }
}

/// On a thread of its own: the way to the Secret Service has a runtime of its own, which cannot run on a
/// thread of ours.
fn aside<T: Send>(call: impl FnOnce() -> Result<T, Trouble> + Send) -> Result<T, Trouble> {
    let done = std::thread::scope(|scope| scope.spawn(call).join());
    done.unwrap_or_else(|_| Err(Trouble::Keyring("it could not be asked".to_owned())))
}

fn entry(user: &str) -> Result<Entry, Trouble> {
    let store = Store::new().map_err(|error| Trouble::NoKeyring(reason(&error)))?;
    store.build(SERVICE, user, None).map_err(trouble)
}

fn trouble(error: Error) -> Trouble {
    match error {
        Error::NoStorageAccess(cause) => Trouble::Locked(cause.to_string()),
        other => Trouble::Keyring(reason(&other)),
    }
}

/// Without the bytes that some of these errors carry.
fn reason(error: &Error) -> String {
    match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "it holds something else".to_owned(),
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string(),
        other => other.to_string(),
    }
}
