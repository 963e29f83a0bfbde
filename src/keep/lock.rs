//! A lock among processes: on a file beside the one that it guards, because that one is replaced by each write.

use crate::keep::trouble::Trouble;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Held until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for its turn. The lock file stays: removing it would let two processes lock two files of one name.
    pub fn beside(guarded: &Path) -> Result<Self, Trouble> {
        let path = path(guarded);
        let failed = |error: std::io::Error| Trouble::Lock {
            path: path.clone(),
            reason: error.to_string(),
        };
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(Self { _file: file })
    }

    /// The same without waiting: none while another process has its turn, or when nobody ever had one.
    pub fn at_once(guarded: &Path) -> Option<Self> {
        let file = File::options().write(true).open(path(guarded)).ok()?;
        file.try_lock().ok()?;
        Some(Self { _file: file })
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
        let first = Lock::beside(&guarded).unwrap();
        assert!(Lock::at_once(&guarded).is_none());
        drop(first);
        let second = Lock::at_once(&guarded).unwrap();
        assert!(Lock::at_once(&guarded).is_none());
        drop(second);
        Lock::beside(&guarded).unwrap();
    }
}
