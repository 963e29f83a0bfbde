//! Files with secrets: read within limits; written atomically, readable only by their owner, never through a link.

use crate::handover::permissions;
use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::{NamedTempFile, PersistError};
use thiserror::Error;
use zeroize::Zeroizing;

/// A settings file is small; anything larger is a different file.
pub const MOST_BYTES: usize = 1024 * 1024;

/// How long to wait for a writer to open a pipe.
const OPENS_WITHIN: Duration = Duration::from_secs(5);

/// How long to read from a pipe: its writer may ask the person for a password first.
const READ_WITHIN: Duration = Duration::from_mins(2);

/// How long to try to replace a file on Windows, which refuses while another process reads it: that takes milliseconds.
const REPLACES_WITHIN: Duration = Duration::from_secs(1);

/// A file that credentials go to.
#[derive(Debug)]
pub struct PrivateFile {
    /// Its path.
    pub path: PathBuf,
    /// What may happen to an existing file.
    existing: Existing,
}

/// What may happen to an existing file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Nothing: it is an error.
    Keep,
    /// It is replaced (`--force`).
    Replace,
    /// Our lines are merged into it.
    Merge,
}

/// Why a path is rejected.
#[derive(Debug, Error)]
pub enum Unusable {
    /// The file exists, and `--force` was not passed.
    #[error("the file already exists; use --force to replace it")]
    Exists,
    /// Links are never followed: they can point anywhere.
    #[error("it is a symbolic link, which is never followed; pass the file that it points to")]
    Link,
    /// A folder, a pipe or a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// Replacing it would change its owner.
    #[error("it belongs to another user")]
    NotOurs,
    /// It is larger than any settings file, or would be.
    #[error("it is larger than {MOST_BYTES} bytes")]
    TooLarge,
    /// Written by older versions of PowerShell.
    #[error("it is UTF-16 text")]
    Utf16,
    /// Not text.
    #[error("it is not UTF-8 text")]
    NotText,
    /// A pipe without a writer, or whose writer never finishes.
    #[error("it provided nothing in time")]
    Silent,
    /// A file that cannot be replaced was written only in part.
    #[error("{error}; it contains only part; all of it is in {}", copy.display())]
    Half {
        /// The complete copy.
        copy: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The system refuses access.
    #[error("{0}")]
    System(#[from] io::Error),
}

impl Unusable {
    /// What to do, in one line.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Utf16 => "Save it as UTF-8; in PowerShell: Set-Content -Encoding utf8.",
            Self::Half { .. } => "Free up space there, then replace it with the complete copy.",
            _ => "Pass another file, or correct this one.",
        }
    }
}

/// The text of a file that the person named. Follows links, and waits for pipes, but not forever.
pub fn read(path: &Path, most: usize) -> Result<Zeroizing<String>, Unusable> {
    let (opened, opens) = mpsc::channel();
    let (sender, text) = mpsc::channel();
    let path = path.to_owned();
    thread::Builder::new().spawn(move || {
        let file = File::open(path);
        // After a timeout, nobody listens.
        let _ = opened.send(());
        let text = file.map_err(Unusable::System);
        let _ = sender.send(text.and_then(|file| self::text(file, most)));
    })?;
    let silent = |_| Unusable::Silent;
    opens.recv_timeout(OPENS_WITHIN).map_err(silent)?;
    text.recv_timeout(READ_WITHIN).map_err(silent)?
}

/// Text of at most this many bytes. Reserves room for all of it, so that growing leaves no copy behind.
fn text(file: File, most: usize) -> Result<Zeroizing<String>, Unusable> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(most);
    let room = if length == 0 { most } else { length.min(most) };
    let mut bytes = Zeroizing::new(Vec::with_capacity(room + 64));
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    match bytes.as_slice() {
        bytes if bytes.len() > most => Err(Unusable::TooLarge),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => Err(Unusable::Utf16),
        bytes => {
            let text = str::from_utf8(bytes).map_err(|_| Unusable::NotText)?;
            Ok(Zeroizing::new(text.to_owned()))
        }
    }
}

/// Writes a text that could go nowhere else to a new file in the folder, and returns its path.
pub(super) fn rescue(folder: &Path, text: &str) -> io::Result<PathBuf> {
    make_folder(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix("credentials-")
        .suffix(".json")
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file.keep()?.1)
}

/// Creates a folder that only its owner can use, unless it exists.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

impl PrivateFile {
    /// The file at this path, not yet tested.
    pub fn at(path: &Path, existing: Existing) -> Self {
        Self {
            path: path.to_owned(),
            existing,
        }
    }

    /// Tests whether a file can be written there, leaving nothing behind.
    pub fn prepare(path: &Path, existing: Existing) -> Result<Self, Unusable> {
        let file = Self::at(path, existing);
        file.look()?;
        if existing == Existing::Merge {
            file.read()?;
        }
        NamedTempFile::new_in(file.folder())?.close()?;
        if permissions::is_mount_point(path) {
            permissions::open(path, File::options().write(true))?;
        }
        Ok(file)
    }

    /// Whether other users of this machine can read the existing file, and so what would be merged into it.
    pub fn is_open_to_others(&self) -> bool {
        self.existing == Existing::Merge
            && matches!(self.look(), Ok(Some(there)) if permissions::others_may(&there, 0o044))
    }

    /// The existing text and the file's metadata; no text if there is no file. Both come from one handle, so nothing can
    /// replace the file in between.
    pub fn read(&self) -> Result<(Zeroizing<String>, Option<Metadata>), Unusable> {
        let file = match permissions::open(&self.path, File::options().read(true)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(<_>::default()),
            Err(error) => {
                // A link or another user's file has an error of its own.
                self.look()?;
                return Err(error.into());
            }
        };
        let metadata = self.checked(file.metadata()?)?;
        Ok((text(file, MOST_BYTES)?, Some(metadata)))
    }

    /// Writes the text atomically: the file has the old content or the new, never half of it. What is written can be
    /// read back.
    pub fn write(&self, text: &str) -> Result<(), Unusable> {
        let old = self.look()?;
        if text.len() > MOST_BYTES {
            return Err(Unusable::TooLarge);
        }
        let mut file = NamedTempFile::new_in(self.folder())?;
        file.write_all(text.as_bytes())?;
        let in_place = old.is_some() && permissions::is_mount_point(&self.path);
        if let Some(old) = old.filter(|_| self.existing == Existing::Merge && !in_place) {
            permissions::keep(file.as_file(), &old)?;
        }
        file.as_file().sync_all()?;
        if in_place {
            return self.write_in_place(text, file);
        }
        let until = Instant::now() + REPLACES_WITHIN;
        loop {
            let persisted = match self.existing {
                Existing::Keep => file.persist_noclobber(&self.path),
                Existing::Replace | Existing::Merge => file.persist(&self.path),
            };
            let Err(PersistError { error, file: again }) = persisted else {
                return Ok(());
            };
            match error.kind() {
                ErrorKind::AlreadyExists => return Err(Unusable::Exists),
                ErrorKind::PermissionDenied if cfg!(windows) && Instant::now() < until => {
                    file = again;
                    thread::sleep(Duration::from_millis(5));
                }
                _ => return Err(error.into()),
            }
        }
    }

    /// Writes to a path that nothing can be renamed to. Until that is done, the copy has the complete text.
    fn write_in_place(&self, text: &str, copy: NamedTempFile) -> Result<(), Unusable> {
        let mut file = permissions::open(&self.path, File::options().write(true))?;
        self.checked(file.metadata()?)?;
        let (_, copy) = copy.keep().map_err(|error| error.error)?;
        let mut write = || {
            #[cfg(unix)]
            if self.existing == Existing::Replace {
                use std::os::unix::fs::PermissionsExt;
                file.set_permissions(fs::Permissions::from_mode(0o600))?;
            }
            file.write_all(text.as_bytes())?;
            file.set_len(text.len() as u64)?;
            file.sync_all()
        };
        match write() {
            Ok(()) => Ok(fs::remove_file(copy)?),
            Err(error) => Err(Unusable::Half { copy, error }),
        }
    }

    /// What exists at the path, if it may be changed.
    fn look(&self) -> Result<Option<Metadata>, Unusable> {
        match fs::symlink_metadata(&self.path) {
            Ok(metadata) => self.checked(metadata).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The metadata of what exists there, if it may be changed.
    fn checked(&self, metadata: Metadata) -> Result<Metadata, Unusable> {
        if metadata.is_symlink() {
            Err(Unusable::Link)
        } else if !metadata.is_file() {
            Err(Unusable::NotAFile)
        } else if self.existing == Existing::Keep {
            Err(Unusable::Exists)
        } else if !permissions::is_ours(&metadata) && !permissions::is_mount_point(&self.path) {
            Err(Unusable::NotOurs)
        } else {
            Ok(metadata)
        }
    }

    /// The folder that the file is in; an empty path is the current one.
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
