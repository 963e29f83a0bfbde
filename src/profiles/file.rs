//! The file of the profiles: its owner's alone, replaced in one step, never through a link.

use crate::handover::file::{Existing, PrivateFile, Unusable, make_folder};
use crate::handover::permissions::others_may;
use crate::profiles::error::ProfileError;
use std::fs;
use std::path::Path;
use zeroize::Zeroizing;

/// The file's text, or nothing when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, ProfileError> {
    closed(path.parent().unwrap_or(path))?;
    let path = path.to_owned();
    match PrivateFile::at(&path, Existing::Replace).read() {
        Ok(Some((_, metadata))) if others_may(&metadata, 0o077) => Err(ProfileError::Open(path)),
        Ok(found) => Ok(found.map(|(text, _)| text)),
        Err(Unusable::Link | Unusable::NotAFile) => Err(ProfileError::NotAFile(path)),
        Err(Unusable::NotOurs) => Err(ProfileError::NotOurs(path)),
        Err(unusable) => Err(ProfileError::Unreadable {
            path,
            reason: unusable.to_string(),
        }),
    }
}

/// Puts the text there: the old content or the new, never half of it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), ProfileError> {
    let written = PrivateFile::at(path, Existing::Replace).write(text);
    written.map_err(|unusable| unwritable(path, &unusable))
}

/// Makes the folder, for its owner alone.
pub(super) fn folder(path: &Path) -> Result<(), ProfileError> {
    let made = make_folder(path);
    made.map_err(|error| unwritable(path, &error))?;
    closed(path)
}

/// Where everyone may write, anyone can put a lock or a profile of their own.
fn closed(folder: &Path) -> Result<(), ProfileError> {
    match fs::metadata(folder) {
        Ok(metadata) if others_may(&metadata, 0o002) => Err(ProfileError::Open(folder.to_owned())),
        _ => Ok(()),
    }
}

fn unwritable(path: &Path, reason: &impl ToString) -> ProfileError {
    ProfileError::Unwritable {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
