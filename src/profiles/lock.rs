//! A lock between processes, on a separate file, because each write replaces the file that it guards.

use crate::handover::permissions;
use crate::profiles::error::ProfileError;
use crate::untrusted::Untrusted;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The holder may be waiting for Zoho, or for a person at the keyring.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// Held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits up to this long: a stopped process holds a lock forever. The lock file is never removed, which
    /// would let two processes lock two files of the same name.
    pub fn beside(guarded: &Path, patience: Duration) -> Result<Self, ProfileError> {
        let path = path(guarded);
        let shown = Untrusted::path(&path);
        let failed = |reason: String| ProfileError::Lock(shown.clone(), reason);
        let file =
            open(&path, File::options().create(true)).map_err(
                |error| match fs::symlink_metadata(&path) {
                    Ok(there) if !there.is_file() => ProfileError::NotAFile(shown.clone()),
                    _ => failed(error.to_string()),
                },
            )?;
        let until = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => return Err(ProfileError::Busy(shown)),
                Err(TryLockError::Error(error)) => return Err(failed(error.to_string())),
            }
        }
    }

    /// The same without waiting: none while another process has the lock, or if nobody ever had it.
    pub fn at_once(guarded: &Path) -> Option<Self> {
        let file = open(&path(guarded), &mut File::options()).ok()?;
        file.try_lock().ok()?;
        Some(Self { _file: file })
    }
}

/// A link or a pipe in its place may be a trap.
fn open(path: &Path, options: &mut OpenOptions) -> std::io::Result<File> {
    let file = permissions::open(path, options.read(true).write(true).truncate(false))?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(std::io::ErrorKind::InvalidInput.into())
    }
}

fn path(guarded: &Path) -> PathBuf {
    let mut path = guarded.as_os_str().to_owned();
    path.push(".lock");
    PathBuf::from(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_waited_for_or_made_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let guarded = folder.path().join("a");
        assert!(Lock::at_once(&guarded).is_none());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        let first = Lock::beside(&guarded, PATIENCE).unwrap();
        assert!(Lock::at_once(&guarded).is_none());
        drop(first);
        let second = Lock::at_once(&guarded).unwrap();
        assert!(Lock::at_once(&guarded).is_none());
        drop(second);
        Lock::beside(&guarded, PATIENCE).unwrap();
    }
    #[test]
    fn a_lock_that_is_never_given_back_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let guarded = folder.path().join("a");
        let _held = Lock::beside(&guarded, PATIENCE).unwrap();
        let busy = Lock::beside(&guarded, Duration::from_millis(20)).unwrap_err();
        assert_eq!(busy, ProfileError::Busy(Untrusted::path(&path(&guarded))));
    }
}
