//! All profiles of a person: one file in their configuration folder, and the keyring for secrets.

use crate::keep::kept::Kept;
use crate::keep::lock::Lock;
use crate::keep::profile::{Listed, Name, Place};
use crate::keep::record::{Document, Record, Secrets};
use crate::keep::trouble::Trouble;
use crate::keep::{file, keyring};
use std::path::{Path, PathBuf};
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
    pub fn try_out(&self, place: Place) -> Result<(), Trouble> {
        if place == Place::Keyring {
            keyring::try_out()?;
        }
        self.change(|_| ())
    }

    /// Every profile, in the order of names.
    pub fn list(&self) -> Result<Vec<Listed>, Trouble> {
        let document = self.read()?;
        Ok(document
            .profiles
            .iter()
            .map(|(name, record)| record.listed(name))
            .collect())
    }

    /// What is kept under a name.
    pub fn load(&self, name: &Name) -> Result<Kept, Trouble> {
        let mut record = self.find(name)?;
        let secrets = match record.kept {
            Place::File => record.secrets.take(),
            Place::Keyring => Secrets::read(&keyring::load(name)?),
        };
        let secrets = secrets.ok_or_else(|| Trouble::Lost(name.clone()))?;
        record
            .kept(secrets)
            .map_err(|why| broken(&self.path(), &format!("profile {name}, {why}")))
    }

    /// Keeps something under a name, in place of what was there.
    pub fn save(&self, name: &Name, kept: &Kept, place: Place) -> Result<(), Trouble> {
        let _turn = self.lock(name)?;
        let old = self.read()?.profiles.remove(name).map(|old| old.kept);
        self.put(name, kept, place)?;
        if old == Some(Place::Keyring) && place == Place::File {
            // A keyring that is gone is a reason to save to the file, and none to fail at it.
            let _ = keyring::forget(name);
        }
        Ok(())
    }

    /// Keeps what a refresh brought. The caller has held the profile's lock since it loaded what it refreshed, so
    /// nobody has saved anything else or forgotten it meanwhile.
    pub fn update(&self, name: &Name, kept: &Kept) -> Result<(), Trouble> {
        let place = self.find(name)?.kept;
        self.put(name, kept, place)
    }

    /// Removes a profile and its secrets.
    pub fn forget(&self, name: &Name) -> Result<(), Trouble> {
        let _turn = self.lock(name)?;
        if self.find(name)?.kept == Place::Keyring {
            keyring::forget(name)?;
        }
        self.change(|document| drop(document.profiles.remove(name)))
    }

    /// Waits until no other process refreshes or changes this profile.
    pub fn lock(&self, name: &Name) -> Result<Lock, Trouble> {
        file::folder(&self.folder)?;
        Lock::beside(&self.guarded(name))
    }

    /// The same without waiting, if the lock is free.
    pub fn lock_at_once(&self, name: &Name) -> Option<Lock> {
        Lock::at_once(&self.guarded(name))
    }

    /// The keyring comes first: a record whose secrets are not there would be of no use.
    fn put(&self, name: &Name, kept: &Kept, place: Place) -> Result<(), Trouble> {
        let mut record = Record::of(kept, place);
        let secrets = Secrets::of(kept);
        match place {
            Place::Keyring => keyring::save(name, &secrets.text())?,
            Place::File => record.secrets = Some(secrets),
        }
        self.change(|document| drop(document.profiles.insert(name.clone(), record)))
    }

    /// One change to the file: read, changed and written while nobody else can. Never waits for the keyring.
    fn change(&self, change: impl FnOnce(&mut Document)) -> Result<(), Trouble> {
        file::folder(&self.folder)?;
        let _lock = Lock::beside(&self.path())?;
        let mut document = self.read()?;
        change(&mut document);
        let text = serde_json::to_string_pretty(&document).expect("every key is a string");
        let mut text = Zeroizing::new(text);
        text.push('\n');
        file::write(&self.path(), &text)
    }

    fn find(&self, name: &Name) -> Result<Record, Trouble> {
        let mut document = self.read()?;
        let found = document.profiles.remove(name);
        found.ok_or_else(|| missing(name, &document))
    }

    fn read(&self) -> Result<Document, Trouble> {
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

fn missing(name: &Name, document: &Document) -> Trouble {
    let known = document.profiles.keys().cloned().collect();
    Trouble::Missing {
        name: name.clone(),
        known,
    }
}

fn broken(path: &Path, reason: &str) -> Trouble {
    Trouble::Broken {
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
#[path = "profiles_tests.rs"]
mod tests;
