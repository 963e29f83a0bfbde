//! The system's keyring: Secret Service, macOS Keychain or Windows Credential Manager. Calls block, and a
//! locked keyring prompts the person meanwhile.

use crate::profiles::error::ProfileError;
use crate::profiles::profile::Name;
use keyring_core::{CredentialStore, Entry, Error};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;
use zeroize::Zeroizing;

const SERVICE: &str = "zoho-grant";

/// Cannot be a profile's name, because of the space.
const TRIAL: &str = "a trial";

/// For the first answer, which needs no prompt. Later ones may wait for the person.
const PATIENCE: Duration = Duration::from_secs(25);

/// Tests whether something can be saved: writes a word, reads it and deletes it again.
pub(super) fn try_out() -> Result<(), ProfileError> {
    let store = open()?;
    write(&store, TRIAL, TRIAL)?;
    let returned = read(&store, TRIAL);
    remove(&store, TRIAL)?;
    match returned {
        Ok(text) if text.as_slice() == TRIAL.as_bytes() => Ok(()),
        Ok(_) | Err(Error::NoEntry) => Err(ProfileError::Keyring(
            "it does not return what was saved".to_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// The secrets of a profile.
pub(super) fn load(name: &Name) -> Result<Zeroizing<Vec<u8>>, ProfileError> {
    match read(&open()?, name.as_str()) {
        Err(Error::NoEntry) => Err(ProfileError::Lost(name.clone())),
        secrets => Ok(secrets?),
    }
}

/// Saves the secrets of a profile, replacing earlier ones.
pub(super) fn save(name: &Name, secrets: &str) -> Result<(), ProfileError> {
    Ok(write(&open()?, name.as_str(), secrets)?)
}

/// Deletes the secrets of a profile, if there are any.
pub(super) fn forget(name: &Name) -> Result<(), ProfileError> {
    Ok(remove(&open()?, name.as_str())?)
}

/// The system's keyring, if there is one that answers.
pub(super) fn open() -> Result<Arc<CredentialStore>, ProfileError> {
    opened(PATIENCE, store)
}

/// The system's keyring; an error on other systems, or if the program was built without keyring support.
fn store() -> Result<Arc<CredentialStore>, Error> {
    cfg_select! {
        all(feature = "keyring", any(target_os = "linux", target_os = "freebsd")) => {
            Ok(zbus_secret_service_keyring_store::Store::new()?)
        }
        all(feature = "keyring", target_os = "macos") => {
            Ok(apple_native_keyring_store::keychain::Store::new()?)
        }
        all(feature = "keyring", windows) => Ok(windows_native_keyring_store::Store::new()?),
        _ => {
            let why = "this program was built without keyring support";
            Err(Error::PlatformFailure(why.into()))
        }
    }
}

/// Runs on a thread that nobody waits for: a service may accept the connection and never answer.
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

fn read(store: &Arc<CredentialStore>, user: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let entry = store.build(SERVICE, user, None)?;
    let secret = unlocked(store, || match entry.get_secret() {
        // Each write goes to all copies.
        Err(Error::Ambiguous(copies)) => copies.first().ok_or(Error::NoEntry)?.get_secret(),
        secret => secret,
    });
    secret.map(Zeroizing::new)
}

fn write(store: &Arc<CredentialStore>, user: &str, secret: &str) -> Result<(), Error> {
    let entry = store.build(SERVICE, user, None)?;
    everywhere(&entry, |entry| entry.set_secret(secret.as_bytes()))
}

fn remove(store: &Arc<CredentialStore>, user: &str) -> Result<(), Error> {
    let entry = store.build(SERVICE, user, None)?;
    match unlocked(store, || everywhere(&entry, Entry::delete_credential)) {
        Ok(()) | Err(Error::NoEntry) => {}
        failed => return failed,
    }
    match entry.get_credential() {
        Err(Error::NoEntry) => Ok(()),
        // A service may report success and do nothing.
        Ok(_) | Err(Error::Ambiguous(_)) => Err(Error::PlatformFailure(
            "it still contains what it should have deleted".into(),
        )),
        Err(error) => Err(error),
    }
}

/// Acts on each copy: the Secret Service may have an entry in several collections.
fn everywhere(entry: &Entry, act: impl Fn(&Entry) -> Result<(), Error>) -> Result<(), Error> {
    match act(entry) {
        Err(Error::Ambiguous(copies)) => copies.iter().try_for_each(act),
        acted => acted,
    }
}

/// Tries again after a write if nothing is found: some services find nothing while locked, and a write unlocks them.
fn unlocked<T>(
    store: &Arc<CredentialStore>,
    act: impl Fn() -> Result<T, Error>,
) -> Result<T, Error> {
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

impl From<Error> for ProfileError {
    fn from(error: Error) -> Self {
        match error {
            Error::NoStorageAccess(cause) => Self::Locked(cause.to_string()),
            other => Self::Keyring(reason(&other)),
        }
    }
}

/// The error without the bytes that some variants contain.
fn reason(error: &Error) -> String {
    match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            "its entry has a different format".to_owned()
        }
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
        let entry = store.build(SERVICE, "work", None).unwrap();
        let mock: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        let told = |error| {
            mock.set_error(error);
            ProfileError::from(read(&store, "work").unwrap_err())
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
            ProfileError::Keyring("its entry has a different format".to_owned())
        );
    }

    /// Finds nothing until something is written; may keep what it should delete.
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
        assert_eq!(read(&store, "work").unwrap().as_slice(), b"1000.a");
        let store = Locked::store(false);
        remove(&store, "work").unwrap();
        assert!(matches!(read(&store, "work"), Err(Error::NoEntry)));
    }

    #[test]
    fn a_removal_that_was_none_is_told() {
        let store = Locked::store(true);
        assert!(matches!(
            remove(&store, "work").map_err(ProfileError::from),
            Err(ProfileError::Keyring(_))
        ));
    }
}
