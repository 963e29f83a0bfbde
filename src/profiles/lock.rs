//! A lock between processes, on a separate file, because each write replaces the file that it guards.

use crate::handover::permissions;
use crate::profiles::error::ProfileError;
use crate::untrusted::Untrusted;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The holder may be waiting for Zoho, or for a person at the keyring.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// Locks until the returned file is dropped or the process ends, however it ends. Waits up to this long: a stopped process
/// holds a lock forever. The lock file is never removed, which would let two processes lock two files of the same name.
pub fn beside(guarded: &Path, patience: Duration) -> Result<File, ProfileError> {
    let path = guarded.with_added_extension("lock");
    let shown = Untrusted::path(&path);
    let failed = |error: io::Error| ProfileError::Lock(shown.clone(), error.to_string());
    let unopened = |error| match fs::symlink_metadata(&path) {
        Ok(there) if !there.is_file() => ProfileError::NotAFile(shown.clone()),
        _ => failed(error),
    };
    let file = open(&path, File::options().create(true)).map_err(unopened)?;
    let until = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => return Err(ProfileError::Busy(shown)),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}

/// The same without waiting: none while another process has the lock, or if nobody ever had it.
pub fn at_once(guarded: &Path) -> Option<File> {
    let file = open(&guarded.with_added_extension("lock"), &mut File::options()).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

/// A link or a pipe in its place may be a trap.
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = permissions::open(path, options.read(true).write(true).truncate(false))?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_waited_for_or_made_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let guarded = folder.path().join("a");
        assert!(at_once(&guarded).is_none());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        let first = beside(&guarded, PATIENCE).unwrap();
        assert!(at_once(&guarded).is_none());
        drop(first);
        let second = at_once(&guarded).unwrap();
        assert!(at_once(&guarded).is_none());
        drop(second);
        beside(&guarded, PATIENCE).unwrap();
    }
    #[test]
    fn a_lock_that_is_never_given_back_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let guarded = folder.path().join("a");
        let _held = beside(&guarded, PATIENCE).unwrap();
        let busy = beside(&guarded, Duration::from_millis(20)).unwrap_err();
        let lock = Untrusted::path(&folder.path().join("a.lock"));
        assert_eq!(busy, ProfileError::Busy(lock));
    }
}
