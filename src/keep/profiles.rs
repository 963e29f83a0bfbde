//! All profiles of a person: one file in their configuration folder, and the keyring for secrets.

use crate::exact::exact;
use crate::keep::kept::Kept;
use crate::keep::lock::Lock;
use crate::keep::profile::{Listed, Name, Place};
use crate::keep::record::{Document, Record, Secrets};
use crate::keep::trouble::Trouble;
use crate::keep::{file, keyring};
use secrecy::ExposeSecret;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The profiles of a folder. Every change is made under one lock, so that two processes never lose each
/// other's. Calls may block on the keyring: see there.
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
        self.change(|_| Ok(()))
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
        let document = self.read()?;
        let record = document
            .profiles
            .get(name)
            .ok_or_else(|| missing(name, &document))?;
        self.open(name, record)
    }

    /// Keeps something under a name, in place of what was there.
    pub fn save(&self, name: &Name, kept: &Kept, place: Place) -> Result<(), Trouble> {
        self.change(|document| {
            let old = document
                .profiles
                .insert(name.clone(), record(name, kept, place)?);
            if old.is_some_and(|old| old.kept == Place::Keyring) && place == Place::File {
                // A keyring that is gone is a reason to save to the file, and none to fail at it.
                let _ = keyring::forget(name);
            }
            Ok(())
        })
    }

    /// Keeps what a refresh brought, unless the profile was forgotten or overwritten meanwhile.
    pub fn update(&self, name: &Name, kept: &Kept) -> Result<(), Trouble> {
        self.change(|document| {
            let Some(old) = document.profiles.get(name) else {
                return Ok(());
            };
            if same_token(&self.open(name, old)?, kept) {
                let record = record(name, kept, old.kept)?;
                document.profiles.insert(name.clone(), record);
            }
            Ok(())
        })
    }

    /// Removes a profile and its secrets.
    pub fn forget(&self, name: &Name) -> Result<(), Trouble> {
        self.change(
            |document| match document.profiles.remove(name).map(|record| record.kept) {
                None => Err(missing(name, document)),
                Some(Place::Keyring) => keyring::forget(name),
                Some(Place::File) => Ok(()),
            },
        )
    }

    /// Waits until no other process refreshes this profile.
    pub fn lock(&self, name: &Name) -> Result<Lock, Trouble> {
        file::folder(&self.folder)?;
        Lock::beside(&self.folder.join(format!("refresh-{name}")))
    }

    /// One change to the file: read, changed and written while nobody else can.
    fn change(
        &self,
        change: impl FnOnce(&mut Document) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        file::folder(&self.folder)?;
        let _lock = Lock::beside(&self.path())?;
        let mut document = self.read()?;
        change(&mut document)?;
        let text = exact(|out| {
            serde_json::to_writer_pretty(&mut *out, &document)?;
            out.write_all(b"\n")
        });
        file::write(&self.path(), &text)
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

    fn open(&self, name: &Name, record: &Record) -> Result<Kept, Trouble> {
        let secrets = match record.kept {
            Place::File => record.secrets.clone(),
            Place::Keyring => Secrets::read(&keyring::load(name)?),
        };
        let secrets = secrets.ok_or_else(|| Trouble::Lost(name.clone()))?;
        record
            .kept(secrets)
            .map_err(|why| broken(&self.path(), &format!("profile {name}, {why}")))
    }
}

/// The keyring comes first: a record whose secrets are not there would be of no use.
fn record(name: &Name, kept: &Kept, place: Place) -> Result<Record, Trouble> {
    let mut record = Record::of(kept, place);
    let secrets = Secrets::of(kept);
    match place {
        Place::Keyring => keyring::save(name, &secrets.text())?,
        Place::File => record.secrets = Some(secrets),
    }
    Ok(record)
}

fn same_token(one: &Kept, other: &Kept) -> bool {
    let text = |kept: &Kept| {
        kept.refresh_token
            .as_ref()
            .map(|token| Zeroizing::new(token.expose_secret().to_owned()))
    };
    text(one) == text(other)
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
