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
        let mut path = guarded.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
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
}
