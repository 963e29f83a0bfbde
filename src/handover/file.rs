//! Files: written in one step, readable by their owner alone, never through a link.

use crate::error::Error;
use crate::foreign::Foreign;
use crate::handover::unfit::Unfit;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::NamedTempFile;
use thiserror::Error;
use zeroize::Zeroizing;

/// A settings file is small; whatever is larger is not merged into.
const MERGED_BYTES: u64 = 1024 * 1024;

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
        NamedTempFile::new_in(file.folder())?.close()?;
        Ok(file)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What a person should know before secrets go there, one sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let path = Foreign::new(self.path.display().to_string());
        let mut warnings = Vec::new();
        if self.existing == Existing::Merge
            && self
                .look()
                .ok()
                .flatten()
                .as_ref()
                .is_some_and(others_can_read)
        {
            warnings.push(format!(
                "{path} can be read by other users of this machine; chmod 600 mends that."
            ));
        }
        if git_would_take(&self.path) {
            warnings.push(format!("{path} lies in a git work tree and is not ignored: do not commit the secrets in it."));
        }
        warnings
    }

    /// The text to merge into, when there is any.
    pub(crate) fn existing(&self) -> Result<Option<Zeroizing<String>>, Error> {
        let failed = |error: Unusable| self.not_written(error.to_string());
        match self.look().map_err(failed)? {
            Some(metadata) if metadata.len() > MERGED_BYTES => {
                Err(self.not_written("the file there is too large to merge into".to_owned()))
            }
            Some(_) => fs::read_to_string(&self.path)
                .map(|text| Some(Zeroizing::new(text)))
                .map_err(|error| failed(error.into())),
            None => Ok(None),
        }
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
            file.as_file().set_permissions(old.permissions())?;
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
        if metadata.is_symlink() {
            Err(Unusable::Link)
        } else if !metadata.is_file() {
            Err(Unusable::NotAFile)
        } else if self.existing == Existing::Keep {
            Err(Unusable::Exists)
        } else if !is_ours(&metadata) {
            Err(Unusable::NotOurs)
        } else {
            Ok(Some(metadata))
        }
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

#[cfg(unix)]
fn is_ours(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_ours(_: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn others_can_read(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o044 != 0
}

#[cfg(not(unix))]
fn others_can_read(_: &Metadata) -> bool {
    false
}

/// Whether git would add the file: it lies in a work tree and nothing ignores it. Git itself is asked, and
/// where there is no git, a `.git` above is enough to warn.
fn git_would_take(path: &Path) -> bool {
    let Ok(path) = std::path::absolute(path) else {
        return false;
    };
    let Some(folder) = path.parent() else {
        return false;
    };
    if !folder
        .ancestors()
        .any(|folder| folder.join(".git").exists())
    {
        return false;
    }
    let asked = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["check-ignore", "--quiet", "--"])
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    !asked.is_ok_and(|status| status.success())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
