//! macOS Keychain and Windows Credential Manager.

use crate::keep::trouble::Trouble;
#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
#[cfg(windows)]
use windows_native_keyring_store::Store;
use zeroize::Zeroizing;

/// What is kept under a name.
pub(super) fn read(user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Trouble> {
    match entry(user)?.get_secret() {
        Ok(secret) => Ok(Some(Zeroizing::new(secret))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(trouble(error)),
    }
}

/// Keeps a secret under a name, in place of what was there.
pub(super) fn write(user: &str, secret: &str) -> Result<(), Trouble> {
    let written = entry(user)?.set_secret(secret.as_bytes());
    written.map_err(trouble)
}

/// Removes what is kept under a name, if there is anything.
pub(super) fn remove(user: &str) -> Result<(), Trouble> {
    match entry(user)?.delete_credential() {
        // Another process may have been quicker.
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(trouble(error)),
    }
}

fn entry(user: &str) -> Result<Entry, Trouble> {
    let store = Store::new().map_err(|error| Trouble::NoKeyring(reason(&error)))?;
    store.build("zoho-grant", user, None).map_err(trouble)
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
