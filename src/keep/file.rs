//! The file of the profiles: its owner's alone, replaced in one step, never through a link.

use crate::keep::trouble::Trouble;
use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Some hundred profiles; whatever is larger is another file.
const BYTES: u64 = 1024 * 1024;

/// The file's text, or nothing when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, Trouble> {
    let failed = |error: io::Error| Trouble::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if !metadata.is_file() => return Err(Trouble::NotAFile(path.to_owned())),
        Ok(_) => {}
    }
    let file = File::open(path).map_err(failed)?;
    // Of the open file: what stands at the path may change.
    let metadata = file.metadata().map_err(failed)?;
    check(path, &metadata)?;
    let length = usize::try_from(metadata.len().min(BYTES)).unwrap_or_default();
    let mut text = Zeroizing::new(String::with_capacity(length));
    file.take(BYTES).read_to_string(&mut text).map_err(failed)?;
    Ok(Some(text))
}

/// Puts the text there: the old content or the new, never half of it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let replaced = NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    });
    replaced.map_err(|error| Trouble::Unwritable {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

/// Makes the folder, for its owner alone.
pub(super) fn folder(path: &Path) -> Result<(), Trouble> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(path);
    made.map_err(|error| Trouble::Unwritable {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

#[cfg(unix)]
fn check(path: &Path, metadata: &Metadata) -> Result<(), Trouble> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(Trouble::NotOurs(path.to_owned()));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(Trouble::Open(path.to_owned()));
    }
    Ok(())
}

/// Elsewhere the person's own folder is closed to others by the system.
#[cfg(not(unix))]
fn check(_: &Path, _: &Metadata) -> Result<(), Trouble> {
    Ok(())
}
