//! All profiles of a person: one file in their configuration folder, and the keyring for secrets.

use crate::credentials::Credentials;
use crate::handover::file::{Existing, PrivateFile, Unusable, make_folder};
use crate::handover::permissions::others_may;
use crate::profiles::error::ProfileError;
use crate::profiles::keyring;
use crate::profiles::lock::{Lock, PATIENCE};
use crate::profiles::profile::{Backend, Name};
use crate::profiles::record::{Document, Record, Secrets};
use std::collections::BTreeMap;
use std::fs;
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

    /// Whether there is a keyring that answers. Nothing is written, so nobody is asked to unlock it.
    pub fn keyring_answers(&self) -> bool {
        keyring::answers()
    }

    /// What may be shown of every profile.
    pub fn list(&self) -> Result<BTreeMap<Name, Record>, ProfileError> {
        let mut profiles = self.read()?.profiles;
        for record in profiles.values_mut() {
            record.secrets = None;
        }
        Ok(profiles)
    }

    /// What is kept under a name.
    pub fn load(&self, name: &Name) -> Result<Credentials, ProfileError> {
        let mut record = self.find(name)?;
        let secrets = match record.kept {
            Backend::File => record.secrets.take(),
            Backend::Keyring => Secrets::read(&keyring::load(name)?),
        };
        let secrets = secrets.ok_or_else(|| ProfileError::Lost(name.clone()))?;
        record
            .with(secrets)
            .map_err(|why| self.broken(&format!("profile {name}, {why}")))
    }

    /// Keeps something under a name, in place of what was there.
    pub fn save(
        &self,
        name: &Name,
        kept: &Credentials,
        place: Backend,
    ) -> Result<(), ProfileError> {
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
    pub fn update(&self, name: &Name, kept: &Credentials) -> Result<(), ProfileError> {
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
        self.make_folder()?;
        Lock::beside(&self.guarded(name), patience)
    }

    /// The same without waiting, if the lock is free.
    pub fn lock_at_once(&self, name: &Name) -> Option<Lock> {
        Lock::at_once(&self.guarded(name))
    }

    /// The keyring comes first: a record whose secrets are not there would be of no use.
    fn put(&self, name: &Name, kept: &Credentials, place: Backend) -> Result<(), ProfileError> {
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
        self.make_folder()?;
        let _lock = Lock::beside(&self.path(), PATIENCE)?;
        let mut document = self.read()?;
        change(&mut document);
        let text = serde_json::to_string_pretty(&document).expect("every key is a string");
        let mut text = Zeroizing::new(text);
        text.push('\n');
        let written = PrivateFile::at(&self.path(), Existing::Replace).write(&text);
        written.map_err(|unusable| unwritable(self.path(), &unusable))
    }

    fn find(&self, name: &Name) -> Result<Record, ProfileError> {
        let mut document = self.read()?;
        let found = document.profiles.remove(name);
        found.ok_or_else(|| missing(name, &document))
    }

    fn read(&self) -> Result<Document, ProfileError> {
        closed(&self.folder)?;
        let path = self.path();
        let text = match PrivateFile::at(&path, Existing::Replace).read() {
            Ok(None) => return Ok(Document::default()),
            Ok(Some((_, metadata))) if others_may(&metadata, 0o077) => {
                return Err(ProfileError::Open(path));
            }
            Ok(Some((text, _))) => text,
            Err(Unusable::Link | Unusable::NotAFile) => return Err(ProfileError::NotAFile(path)),
            Err(Unusable::NotOurs) => return Err(ProfileError::NotOurs(path)),
            Err(unusable) => {
                let reason = unusable.to_string();
                return Err(ProfileError::Unreadable { path, reason });
            }
        };
        // Where the reader stumbled; its own words may quote a secret.
        serde_json::from_str(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            self.broken(&format!(
                "line {line}, column {column} is not as it should be"
            ))
        })
    }

    /// Makes the folder, for its owner alone.
    fn make_folder(&self) -> Result<(), ProfileError> {
        let made = make_folder(&self.folder);
        made.map_err(|error| unwritable(self.folder.clone(), &error))?;
        closed(&self.folder)
    }

    fn broken(&self, reason: &str) -> ProfileError {
        ProfileError::Broken {
            path: self.path(),
            reason: reason.to_owned(),
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

fn unwritable(path: PathBuf, reason: &impl ToString) -> ProfileError {
    let reason = reason.to_string();
    ProfileError::Unwritable { path, reason }
}

/// Where everyone may write, anyone can put a lock or a profile of their own.
fn closed(folder: &Path) -> Result<(), ProfileError> {
    match fs::metadata(folder) {
        Ok(metadata) if others_may(&metadata, 0o002) => Err(ProfileError::Open(folder.to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
