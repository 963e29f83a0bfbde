//! The system's certificate store with one authority more, as if the person's company had added it.

use crate::Outcome;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where systems keep the bundle.
const BUNDLES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// A copy of the store: the bundle with the authority at its end, beside links to all that lies beside the
/// original. TLS libraries read both by default.
pub struct Store {
    directory: TempDir,
    bundle: PathBuf,
}

impl Store {
    /// Copies the system's store and adds an authority in PEM.
    pub fn with(authority: &str) -> Outcome<Self> {
        let original = BUNDLES
            .map(Path::new)
            .into_iter()
            .find(|bundle| bundle.exists());
        let original = original.ok_or("the system has no certificate store in a usual place")?;
        let name = original.file_name().unwrap_or(OsStr::new("bundle"));
        let directory = tempfile::tempdir()?;
        let bundle = directory.path().join(name);
        // Read and written, because a copy would keep a write protection.
        fs::write(&bundle, fs::read(original)?)?;
        writeln!(
            fs::OpenOptions::new().append(true).open(&bundle)?,
            "{authority}"
        )?;
        for entry in fs::read_dir(original.parent().unwrap_or(original))? {
            let entry = entry?;
            if entry.file_name() != name {
                link(&entry.path(), &directory.path().join(entry.file_name()))?;
            }
        }
        Ok(Self { directory, bundle })
    }

    /// The variables with which a process finds this store instead of the system's.
    pub fn variables(&self) -> [(&'static str, &Path); 2] {
        [
            ("SSL_CERT_FILE", &self.bundle),
            ("SSL_CERT_DIR", self.directory.path()),
        ]
    }
}

#[cfg(unix)]
fn link(original: &Path, link: &Path) -> std::io::Result<()> {
    // A dangling link stays one.
    std::os::unix::fs::symlink(original, link)
}

#[cfg(not(unix))]
fn link(original: &Path, link: &Path) -> std::io::Result<()> {
    fs::copy(original, link).map(drop)
}
