//! Files: written in one step, readable by their owner alone, never through a link.

use crate::error::Error;
use crate::handover::access;
use crate::handover::unfit::Unfit;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use thiserror::Error;
use zeroize::Zeroizing;

/// A settings file is small; whatever is larger is not merged into.
const MERGED_BYTES: usize = 1024 * 1024;

/// A file that can be written: tried before the browser opens.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    /// What may happen to a file that is there.
    existing: Existing,
}

/// What may happen to a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Nothing: it is an error.
    Keep,
    /// It is replaced, as `--force` says.
    Replace,
    /// Our lines are put into it.
    Merge,
}

/// Why a path is not taken.
#[derive(Debug, Error)]
pub enum Unusable {
    /// There is a file, and `--force` was not given.
    #[error("there is a file already; give --force to replace it")]
    Exists,
    /// Links are never followed: they may lead anywhere.
    #[error("it is a symbolic link, which is never followed; name the file that it leads to")]
    Link,
    /// A folder, a pipe or a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// Replacing it would change whose it is.
    #[error("it belongs to another user")]
    NotOurs,
    /// It is larger than any settings file.
    #[error("it is too large to merge into")]
    TooLarge,
    /// Lines cannot be put into it.
    #[error("it is not UTF-8 text, so nothing can be merged into it")]
    NotText,
    /// The system refuses.
    #[error("{0}")]
    System(#[from] io::Error),
}

impl OutputFile {
    /// Tries whether a file can be written there, leaving nothing behind.
    pub fn prepare(path: &Path, existing: Existing) -> Result<Self, Unusable> {
        let file = Self {
            path: path.to_owned(),
            existing,
        };
        file.look()?;
        if existing == Existing::Merge {
            file.read()?;
        }
        NamedTempFile::new_in(file.folder())?.close()?;
        Ok(file)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether other users of this machine can read what is there now, and could then read what is put into it.
    pub fn is_open_to_others(&self) -> bool {
        let there = self.look().ok().flatten();
        self.existing == Existing::Merge && there.as_ref().is_some_and(access::others_can_read)
    }

    /// The text to merge into, when there is any.
    pub(crate) fn existing(&self) -> Result<Option<Zeroizing<String>>, Error> {
        self.read()
            .map_err(|error| self.not_written(error.to_string()))
    }

    /// Puts the text there in one step: the old content or the new, never half of it.
    pub(crate) fn write(&self, text: &[u8]) -> Result<(), Error> {
        self.try_write(text)
            .map_err(|error| self.not_written(error.to_string()))
    }

    /// The error that says that the credentials do not take the form.
    pub(super) fn unfit(&self, unfit: &Unfit) -> Error {
        Error::NotWritten {
            place: self.path.clone(),
            reason: unfit.to_string(),
            remedy: unfit.why.remedy(),
        }
    }

    fn not_written(&self, reason: String) -> Error {
        Error::NotWritten {
            place: self.path.clone(),
            reason,
            remedy: "Copy them from the terminal or the page now, or mend the path and run the login again.",
        }
    }

    fn try_write(&self, text: &[u8]) -> Result<(), Unusable> {
        let old = self.look()?;
        let mut file = NamedTempFile::new_in(self.folder())?;
        file.write_all(text)?;
        if let Some(old) = old
            && self.existing == Existing::Merge
        {
            access::keep(file.as_file(), &old)?;
        }
        file.as_file().sync_all()?;
        match self.existing {
            Existing::Keep => file.persist_noclobber(&self.path),
            Existing::Replace | Existing::Merge => file.persist(&self.path),
        }
        .map_err(|error| match error.error.kind() {
            ErrorKind::AlreadyExists => Unusable::Exists,
            _ => Unusable::System(error.error),
        })?;
        Ok(())
    }

    /// What is at the path now, if it may be touched.
    fn look(&self) -> Result<Option<Metadata>, Unusable> {
        let metadata = match fs::symlink_metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        self.check(&metadata)?;
        Ok(Some(metadata))
    }

    /// Whether what is there may be touched.
    fn check(&self, metadata: &Metadata) -> Result<(), Unusable> {
        if metadata.is_symlink() {
            Err(Unusable::Link)
        } else if !metadata.is_file() {
            Err(Unusable::NotAFile)
        } else if self.existing == Existing::Keep {
            Err(Unusable::Exists)
        } else if !access::is_ours(metadata) {
            Err(Unusable::NotOurs)
        } else {
            Ok(())
        }
    }

    /// The text that is there. Look and reading share one handle, so nothing can take its place in between.
    fn read(&self) -> Result<Option<Zeroizing<String>>, Unusable> {
        let file = match access::open(&self.path) {
            Ok(file) => file,
            Err(error) => {
                let there = self.look()?;
                return there.map_or(Ok(None), |_| Err(error.into()));
            }
        };
        self.check(&file.metadata()?)?;
        // With room to spare, so that no copy is left behind when it grows.
        let mut text = Zeroizing::new(String::with_capacity(MERGED_BYTES + 1024));
        file.take(MERGED_BYTES as u64 + 1)
            .read_to_string(&mut text)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidData => Unusable::NotText,
                _ => Unusable::System(error),
            })?;
        if text.len() > MERGED_BYTES {
            return Err(Unusable::TooLarge);
        }
        Ok(Some(text))
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
