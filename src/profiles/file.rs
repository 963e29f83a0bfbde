//! The file of the profiles: its owner's alone, replaced in one step, never through a link.

use crate::handover::file::{Existing, PrivateFile, Unusable, make_folder};
use crate::handover::permissions::others_may;
use crate::profiles::error::Trouble;
use std::fs;
use std::path::Path;
use zeroize::Zeroizing;

/// The file's text, or nothing when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, Trouble> {
    closed(path.parent().unwrap_or(path))?;
    let path = path.to_owned();
    match PrivateFile::at(&path, Existing::Replace).read() {
        Ok(Some((_, metadata))) if others_may(&metadata, 0o077) => Err(Trouble::Open(path)),
        Ok(found) => Ok(found.map(|(text, _)| text)),
        Err(Unusable::Link | Unusable::NotAFile) => Err(Trouble::NotAFile(path)),
        Err(Unusable::NotOurs) => Err(Trouble::NotOurs(path)),
        Err(unusable) => Err(Trouble::Unreadable {
            path,
            reason: unusable.to_string(),
        }),
    }
}

/// Puts the text there: the old content or the new, never half of it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    let written = PrivateFile::at(path, Existing::Replace).write(text);
    written.map_err(|unusable| unwritable(path, &unusable))
}

/// Makes the folder, for its owner alone.
pub(super) fn folder(path: &Path) -> Result<(), Trouble> {
    let made = make_folder(path);
    made.map_err(|error| unwritable(path, &error))?;
    closed(path)
}

/// Where everyone may write, anyone can put a lock or a profile of their own.
fn closed(folder: &Path) -> Result<(), Trouble> {
    match fs::metadata(folder) {
        Ok(metadata) if others_may(&metadata, 0o002) => Err(Trouble::Open(folder.to_owned())),
        _ => Ok(()),
    }
}

fn unwritable(path: &Path, reason: &impl ToString) -> Trouble {
    Trouble::Unwritable {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
