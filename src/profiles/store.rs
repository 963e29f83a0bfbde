//! All profiles of a person: one file in their configuration folder, and the keyring for secrets.

use crate::profiles::error::ProfileError;
use crate::profiles::lock::{Lock, PATIENCE};
use crate::profiles::profile::{Backend, Listed, Name};
use crate::profiles::record::{Document, Record, Secrets};
use crate::profiles::stored::Stored;
use crate::profiles::{file, keyring};
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// The profiles of a folder. Whoever changes a profile holds its own lock; the file's is held for the moment of the
/// change alone, because the keyring may ask the person: that must not stop what other profiles are used for.
#[derive(Clone, Debug)]
pub struct Profiles {
    folder: PathBuf,
}

impl Profiles {
    /// Those of a configuration folder, which need not exist yet.
    pub fn of(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.folder.join("profiles.json")
    }

    /// Tries whether something can be kept at the place, leaving nothing behind.
    pub fn try_out(&self, place: Backend) -> Result<(), ProfileError> {
        if place == Backend::Keyring {
            keyring::try_out()?;
        }
        self.change(|_| ())
    }

    /// Every profile, in the order of names.
    pub fn list(&self) -> Result<Vec<Listed>, ProfileError> {
        let document = self.read()?;
        Ok(document
            .profiles
            .iter()
            .map(|(name, record)| record.listed(name))
            .collect())
    }

    /// What is kept under a name.
    pub fn load(&self, name: &Name) -> Result<Stored, ProfileError> {
        let mut record = self.find(name)?;
        let secrets = match record.kept {
            Backend::File => record.secrets.take(),
            Backend::Keyring => Secrets::read(&keyring::load(name)?),
        };
        let secrets = secrets.ok_or_else(|| ProfileError::Lost(name.clone()))?;
        record
            .kept(secrets)
            .map_err(|why| broken(&self.path(), &format!("profile {name}, {why}")))
    }

    /// Keeps something under a name, in place of what was there.
    pub fn save(&self, name: &Name, kept: &Stored, place: Backend) -> Result<(), ProfileError> {
        let _turn = self.lock(name, PATIENCE)?;
        let old = self.read()?.profiles.remove(name).map(|old| old.kept);
        self.put(name, kept, place)?;
        if old == Some(Backend::Keyring) && place == Backend::File {
            // A keyring that is gone is a reason to save to the file, and none to fail at it.
            let _ = keyring::forget(name);
        }
        Ok(())
    }

    /// Keeps what a refresh brought. The caller has held the profile's lock since it loaded what it refreshed, so
    /// nobody has saved anything else or forgotten it meanwhile.
    pub fn update(&self, name: &Name, kept: &Stored) -> Result<(), ProfileError> {
        let place = self.find(name)?.kept;
        self.put(name, kept, place)
    }

    /// Removes a profile and its secrets.
    pub fn forget(&self, name: &Name) -> Result<(), ProfileError> {
        let _turn = self.lock(name, PATIENCE)?;
        if self.find(name)?.kept == Backend::Keyring {
            keyring::forget(name)?;
        }
        self.change(|document| drop(document.profiles.remove(name)))
    }

    /// Waits so long until no other process refreshes or changes this profile.
    pub fn lock(&self, name: &Name, patience: Duration) -> Result<Lock, ProfileError> {
        file::folder(&self.folder)?;
        Lock::beside(&self.guarded(name), patience)
    }

    /// The same without waiting, if the lock is free.
    pub fn lock_at_once(&self, name: &Name) -> Option<Lock> {
        Lock::at_once(&self.guarded(name))
    }

    /// The keyring comes first: a record whose secrets are not there would be of no use.
    fn put(&self, name: &Name, kept: &Stored, place: Backend) -> Result<(), ProfileError> {
        let mut record = Record::of(kept, place);
        let secrets = Secrets::of(kept);
        match place {
            Backend::Keyring => keyring::save(name, &secrets.text())?,
            Backend::File => record.secrets = Some(secrets),
        }
        self.change(|document| drop(document.profiles.insert(name.clone(), record)))
    }

    /// One change to the file: read, changed and written while nobody else can. Never waits for the keyring.
    fn change(&self, change: impl FnOnce(&mut Document)) -> Result<(), ProfileError> {
        file::folder(&self.folder)?;
        let _lock = Lock::beside(&self.path(), PATIENCE)?;
        let mut document = self.read()?;
        change(&mut document);
        let text = serde_json::to_string_pretty(&document).expect("every key is a string");
        let mut text = Zeroizing::new(text);
        text.push('\n');
        file::write(&self.path(), &text)
    }

    fn find(&self, name: &Name) -> Result<Record, ProfileError> {
        let mut document = self.read()?;
        let found = document.profiles.remove(name);
        found.ok_or_else(|| missing(name, &document))
    }

    fn read(&self) -> Result<Document, ProfileError> {
        let path = self.path();
        match file::read(&path)? {
            None => Ok(Document::default()),
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| broken(&path, &place_of(&error)))
            }
        }
    }

    fn guarded(&self, name: &Name) -> PathBuf {
        self.folder.join(format!("refresh-{name}"))
    }
}

fn missing(name: &Name, document: &Document) -> ProfileError {
    let known = document.profiles.keys().cloned().collect();
    ProfileError::Missing {
        name: name.clone(),
        known,
    }
}

fn broken(path: &Path, reason: &str) -> ProfileError {
    ProfileError::Broken {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

/// Where the reader stumbled; its own words may quote a secret.
fn place_of(error: &serde_json::Error) -> String {
    format!(
        "line {}, column {} is not as it should be",
        error.line(),
        error.column()
    )
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
