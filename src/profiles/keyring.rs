//! The system's keyring: Secret Service, macOS Keychain or Windows Credential Manager. Calls block, and a
//! keyring that is locked asks the person meanwhile.

use crate::profiles::error::ProfileError;
use crate::profiles::profile::Name;
#[cfg(all(feature = "keyring", target_os = "macos"))]
use apple_native_keyring_store::keychain::Store;
use keyring_core::{CredentialStore, Entry, Error};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;
#[cfg(all(feature = "keyring", windows))]
use windows_native_keyring_store::Store;
#[cfg(all(feature = "keyring", any(target_os = "linux", target_os = "freebsd")))]
use zbus_secret_service_keyring_store::Store;
use zeroize::Zeroizing;

const SERVICE: &str = "zoho-grant";

/// Not a profile's name, because of the space.
const TRIAL: &str = "a trial";

/// For the first answer, about which nobody has to be asked. Later ones may wait for the person.
const PATIENCE: Duration = Duration::from_secs(25);

/// Whether something can be kept: writes a word, reads it and takes it away again.
pub(super) fn try_out() -> Result<(), ProfileError> {
    let store = open()?;
    write(&store, TRIAL, TRIAL)?;
    let read = read(&store, TRIAL)?;
    remove(&store, TRIAL)?;
    match read {
        Some(read) if read.as_slice() == TRIAL.as_bytes() => Ok(()),
        _ => Err(ProfileError::Keyring(
            "it does not give back what it takes".to_owned(),
        )),
    }
}

/// Whether there is one that answers.
pub(super) fn answers() -> bool {
    open().is_ok()
}

/// The secrets of a profile.
pub(super) fn load(name: &Name) -> Result<Zeroizing<Vec<u8>>, ProfileError> {
    let secrets = read(&open()?, name.as_str())?;
    secrets.ok_or_else(|| ProfileError::Lost(name.clone()))
}

/// Keeps the secrets of a profile, in place of those that were there.
pub(super) fn save(name: &Name, secrets: &str) -> Result<(), ProfileError> {
    write(&open()?, name.as_str(), secrets)
}

/// Removes the secrets of a profile, if there are any.
pub(super) fn forget(name: &Name) -> Result<(), ProfileError> {
    remove(&open()?, name.as_str())
}

fn open() -> Result<Arc<CredentialStore>, ProfileError> {
    opened(PATIENCE, store)
}

/// The system's own. There is none where the system is of another kind, or the program was built without.
#[allow(unreachable_code, reason = "so it is where there is one")]
fn store() -> Result<Arc<CredentialStore>, Error> {
    #[cfg(all(
        feature = "keyring",
        any(
            target_os = "linux",
            target_os = "freebsd",
            target_os = "macos",
            windows
        )
    ))]
    return Ok(Store::new()?);
    let why = "this program was built without one";
    Err(Error::PlatformFailure(why.into()))
}

/// On a thread that nobody waits for: a service may take the connection and say nothing.
fn opened(
    patience: Duration,
    open: impl FnOnce() -> Result<Arc<CredentialStore>, Error> + Send + 'static,
) -> Result<Arc<CredentialStore>, ProfileError> {
    let (sender, opening) = mpsc::channel();
    let thread = thread::Builder::new().spawn(move || sender.send(open()));
    thread.map_err(|error| ProfileError::Keyring(error.to_string()))?;
    let Ok(store) = opening.recv_timeout(patience) else {
        return Err(ProfileError::NoKeyring("it did not answer".to_owned()));
    };
    store.map_err(|error| ProfileError::NoKeyring(reason(&error)))
}

fn entry(store: &Arc<CredentialStore>, user: &str) -> Result<Entry, ProfileError> {
    store.build(SERVICE, user, None).map_err(trouble)
}

fn read(
    store: &Arc<CredentialStore>,
    user: &str,
) -> Result<Option<Zeroizing<Vec<u8>>>, ProfileError> {
    let entry = entry(store, user)?;
    let secret = unlocked(store, || match entry.get_secret() {
        // Each write goes to all of them.
        Err(Error::Ambiguous(copies)) => copies.first().ok_or(Error::NoEntry)?.get_secret(),
        secret => secret,
    });
    found(secret).map(|secret| secret.map(Zeroizing::new))
}

fn write(store: &Arc<CredentialStore>, user: &str, secret: &str) -> Result<(), ProfileError> {
    let entry = entry(store, user)?;
    everywhere(&entry, |entry| entry.set_secret(secret.as_bytes())).map_err(trouble)
}

fn remove(store: &Arc<CredentialStore>, user: &str) -> Result<(), ProfileError> {
    let entry = entry(store, user)?;
    let delete = || everywhere(&entry, Entry::delete_credential);
    found(unlocked(store, delete))?;
    match entry.get_credential() {
        Err(Error::NoEntry) => Ok(()),
        // A service may have said yes and done nothing.
        Ok(_) | Err(Error::Ambiguous(_)) => Err(ProfileError::Keyring(
            "it still holds what it should delete".to_owned(),
        )),
        Err(error) => Err(trouble(error)),
    }
}

/// On each copy: the Secret Service may hold an entry in several collections.
fn everywhere(
    entry: &Entry,
    act: impl Fn(&Entry) -> keyring_core::Result<()>,
) -> keyring_core::Result<()> {
    match act(entry) {
        Err(Error::Ambiguous(copies)) => copies.iter().try_for_each(act),
        acted => acted,
    }
}

/// Once more after a write when nothing is found: some services find nothing in what is locked, and a write unlocks it.
fn unlocked<T>(
    store: &Arc<CredentialStore>,
    act: impl Fn() -> keyring_core::Result<T>,
) -> keyring_core::Result<T> {
    match act() {
        Err(Error::NoEntry) => {
            let trial = store.build(SERVICE, TRIAL, None)?;
            trial.set_secret(TRIAL.as_bytes())?;
            trial.delete_credential()?;
            act()
        }
        acted => acted,
    }
}

fn found<T>(outcome: keyring_core::Result<T>) -> Result<Option<T>, ProfileError> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(trouble(error)),
    }
}

fn trouble(error: Error) -> ProfileError {
    match error {
        Error::NoStorageAccess(cause) => ProfileError::Locked(cause.to_string()),
        other => ProfileError::Keyring(reason(&other)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use keyring_core::api::{Credential, CredentialApi, CredentialStoreApi};
    use keyring_core::error::PlatformError;
    use keyring_core::mock;
    use std::any::Any;
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn said() -> PlatformError {
        "its own words".into()
    }

    #[test]
    fn a_service_that_says_nothing_is_none() {
        let (_sender, never) = mpsc::channel::<()>();
        let never = std::sync::Mutex::new(never);
        let silent = move || {
            let _ = never.lock().unwrap().recv();
            Err(Error::NoEntry)
        };
        let trouble = opened(Duration::ZERO, silent).unwrap_err();
        assert_eq!(
            trouble,
            ProfileError::NoKeyring("it did not answer".to_owned())
        );
    }

    #[test]
    fn one_that_is_not_there_is_none() {
        let trouble = opened(PATIENCE, || Err(Error::PlatformFailure(said()))).unwrap_err();
        assert_eq!(trouble, ProfileError::NoKeyring("its own words".to_owned()));
    }

    #[test]
    fn locked_is_told_from_failed_and_no_bytes_are_shown() {
        let store: Arc<CredentialStore> = mock::Store::new().unwrap();
        let entry = entry(&store, "work").unwrap();
        let mock: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        let told = |error| {
            mock.set_error(error);
            read(&store, "work").unwrap_err()
        };
        let words = || "its own words".to_owned();
        assert_eq!(
            told(Error::NoStorageAccess(said())),
            ProfileError::Locked(words())
        );
        assert_eq!(
            told(Error::PlatformFailure(said())),
            ProfileError::Keyring(words())
        );
        let bytes = Error::BadDataFormat(b"1000.a".to_vec(), said());
        assert_eq!(
            told(bytes),
            ProfileError::Keyring("it holds something else".to_owned())
        );
    }

    /// Finds nothing until something was written; may keep what it should delete.
    #[derive(Debug, Default)]
    struct Service {
        written: AtomicBool,
        keeps: bool,
        deleted: AtomicBool,
    }

    #[derive(Debug)]
    struct Item(Arc<Service>, String);

    impl CredentialApi for Item {
        fn set_secret(&self, _: &[u8]) -> keyring_core::Result<()> {
            self.0.written.store(true, Ordering::Relaxed);
            Ok(())
        }

        fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
            let there = self.0.written.load(Ordering::Relaxed)
                && (self.0.keeps || !self.0.deleted.load(Ordering::Relaxed));
            there.then(|| b"1000.a".to_vec()).ok_or(Error::NoEntry)
        }

        fn delete_credential(&self) -> keyring_core::Result<()> {
            self.get_secret()?;
            let trial = self.1 == TRIAL;
            self.0.deleted.fetch_or(!trial, Ordering::Relaxed);
            Ok(())
        }

        fn get_credential(&self) -> keyring_core::Result<Option<Arc<Credential>>> {
            self.get_secret().map(|_| None)
        }

        fn get_specifiers(&self) -> Option<(String, String)> {
            None
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    /// A store of that service.
    #[derive(Debug)]
    struct Locked(Arc<Service>);

    impl Locked {
        fn store(keeps: bool) -> Arc<CredentialStore> {
            Arc::new(Self(Arc::new(Service {
                keeps,
                ..Service::default()
            })))
        }
    }

    impl CredentialStoreApi for Locked {
        fn vendor(&self) -> String {
            String::new()
        }

        fn id(&self) -> String {
            String::new()
        }

        fn build(
            &self,
            _: &str,
            user: &str,
            _: Option<&HashMap<&str, &str>>,
        ) -> keyring_core::Result<Entry> {
            let item = Item(self.0.clone(), user.to_owned());
            Ok(Entry::new_with_credential(Arc::new(item)))
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    #[test]
    fn what_is_hidden_while_locked_is_found_and_forgotten() {
        let store = Locked::store(false);
        assert_eq!(read(&store, "work").unwrap().unwrap().as_slice(), b"1000.a");
        let store = Locked::store(false);
        remove(&store, "work").unwrap();
        assert_eq!(read(&store, "work"), Ok(None));
    }

    #[test]
    fn a_removal_that_was_none_is_told() {
        let store = Locked::store(true);
        assert!(matches!(
            remove(&store, "work"),
            Err(ProfileError::Keyring(_))
        ));
    }
}
