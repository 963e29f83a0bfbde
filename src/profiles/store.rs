//! All of a person's profiles: one file in their configuration folder, and the keyring for secrets.

use crate::credentials::Credentials;
use crate::handover::file::{Existing, PrivateFile, Unusable, make_folder};
use crate::handover::permissions::others_may;
use crate::profiles::error::ProfileError;
use crate::profiles::keyring;
use crate::profiles::lock::{self, PATIENCE};
use crate::profiles::profile::{Backend, Name};
use crate::profiles::record::{ProfilesFile, Record};
use crate::untrusted::Untrusted;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// The profiles of a folder. Changing a profile requires the profile's lock. The file's lock is held only for the change
/// itself, because the keyring may prompt the person, and that must not block other profiles.
#[derive(Clone, Debug)]
pub struct Profiles {
    folder: PathBuf,
}

impl Profiles {
    /// The profiles in a configuration folder, which need not exist yet.
    pub fn of(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.folder.join("profiles.json")
    }

    /// Tests whether the backend can save something, leaving nothing behind.
    pub fn try_out(&self, place: Backend) -> Result<(), ProfileError> {
        if place == Backend::Keyring {
            keyring::try_out()?;
        }
        self.change(|_| ())
    }

    /// Whether a keyring answers. Writes nothing, so that nobody is prompted to unlock it.
    pub fn keyring_answers(&self) -> bool {
        keyring::open().is_ok()
    }

    /// The showable part of every profile.
    pub fn list(&self) -> Result<BTreeMap<Name, Record>, ProfileError> {
        let mut profiles = self.read()?.profiles;
        for record in profiles.values_mut() {
            record.secrets = None;
        }
        Ok(profiles)
    }

    /// The credentials saved under a name.
    pub fn load(&self, name: &Name) -> Result<Credentials, ProfileError> {
        let mut record = self.find(name)?;
        let secrets = match record.kept {
            Backend::File => record.secrets.take(),
            Backend::Keyring => serde_json::from_slice(&keyring::load(name)?).ok(),
        };
        let secrets = secrets.ok_or_else(|| ProfileError::Lost(name.clone()))?;
        record
            .with(secrets)
            .map_err(|why| self.broken(format!("profile {name}, {why}")))
    }

    /// Saves credentials under a name, replacing earlier ones.
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
            // If the keyring is gone, saving to the file must still work.
            let _ = keyring::forget(name);
        }
        Ok(())
    }

    /// Saves refreshed credentials. The caller has held the profile's lock since loading them, so nobody has
    /// replaced or deleted them meanwhile.
    pub fn update(&self, name: &Name, kept: &Credentials) -> Result<(), ProfileError> {
        let place = self.find(name)?.kept;
        self.put(name, kept, place)
    }

    /// Deletes a profile and its secrets.
    pub fn forget(&self, name: &Name) -> Result<(), ProfileError> {
        let _turn = self.lock(name, PATIENCE)?;
        if self.find(name)?.kept == Backend::Keyring {
            keyring::forget(name)?;
        }
        self.change(|file| drop(file.profiles.remove(name)))
    }

    /// Waits up to this long until no other process refreshes or changes this profile.
    pub fn lock(&self, name: &Name, patience: Duration) -> Result<File, ProfileError> {
        self.make_folder()?;
        lock::beside(&self.guarded(name), patience)
    }

    /// The same without waiting, if the lock is free.
    pub fn lock_at_once(&self, name: &Name) -> Option<File> {
        lock::at_once(&self.guarded(name))
    }

    /// Writes to the keyring first: a record without its secrets would be useless.
    fn put(&self, name: &Name, kept: &Credentials, place: Backend) -> Result<(), ProfileError> {
        let mut record = Record::of(kept, place);
        if place == Backend::Keyring {
            let secrets = serde_json::to_string(&record.secrets.take());
            let secrets = Zeroizing::new(secrets.expect("every key is a string"));
            keyring::save(name, &secrets)?;
        }
        self.change(|file| drop(file.profiles.insert(name.clone(), record)))
    }

    /// Reads, changes and writes the file while holding its lock. Never waits for the keyring.
    fn change(&self, change: impl FnOnce(&mut ProfilesFile)) -> Result<(), ProfileError> {
        self.make_folder()?;
        let _lock = lock::beside(&self.path(), PATIENCE)?;
        let mut file = self.read()?;
        change(&mut file);
        let text = serde_json::to_string_pretty(&file).expect("every key is a string");
        let mut text = Zeroizing::new(text);
        text.push('\n');
        let written = PrivateFile::at(&self.path(), Existing::Replace).write(&text);
        written.map_err(|unusable| unwritable(&self.path(), &unusable))
    }

    fn find(&self, name: &Name) -> Result<Record, ProfileError> {
        let mut file = self.read()?;
        let found = file.profiles.remove(name);
        found.ok_or_else(|| ProfileError::Missing {
            name: name.clone(),
            known: file.profiles.into_keys().collect(),
        })
    }

    fn read(&self) -> Result<ProfilesFile, ProfileError> {
        closed(&self.folder)?;
        let path = Untrusted::path(&self.path());
        let text = match PrivateFile::at(&self.path(), Existing::Replace).read() {
            Ok((_, None)) => return Ok(ProfilesFile::default()),
            Ok((_, Some(metadata))) if others_may(&metadata, 0o077) => {
                return Err(ProfileError::Open(path));
            }
            Ok((text, _)) => text,
            Err(Unusable::Link | Unusable::NotAFile) => return Err(ProfileError::NotAFile(path)),
            Err(Unusable::NotOurs) => return Err(ProfileError::NotOurs(path)),
            Err(unusable) => return Err(ProfileError::Unreadable(path, unusable.to_string())),
        };
        // Only the position of the error: serde's message may quote a secret.
        serde_json::from_str(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            self.broken(format!(
                "unexpected content at line {line}, column {column}"
            ))
        })
    }

    /// Creates the folder, readable only by its owner.
    fn make_folder(&self) -> Result<(), ProfileError> {
        let made = make_folder(&self.folder);
        made.map_err(|error| unwritable(&self.folder, &error))?;
        closed(&self.folder)
    }

    fn broken(&self, reason: String) -> ProfileError {
        ProfileError::Broken(Untrusted::path(&self.path()), reason)
    }

    fn guarded(&self, name: &Name) -> PathBuf {
        self.folder.join(format!("refresh-{name}"))
    }
}

fn unwritable(path: &Path, reason: &impl ToString) -> ProfileError {
    ProfileError::Unwritable(Untrusted::path(path), reason.to_string())
}

/// In a folder that everyone can write to, anyone could add their own lock or profiles.
fn closed(folder: &Path) -> Result<(), ProfileError> {
    match fs::metadata(folder) {
        Ok(metadata) if others_may(&metadata, 0o002) => {
            Err(ProfileError::Open(Untrusted::path(folder)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
