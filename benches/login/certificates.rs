//! The system's certificate store plus one authority, as if the person's company had added it.

use crate::Outcome;
use std::fs;
use std::io::Write;
use std::path::Path;
use tempfile::NamedTempFile;

/// Where systems keep the CA bundle.
const BUNDLES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// A copy of the bundle with one more authority at the end.
pub struct Store(NamedTempFile);

impl Store {
    /// Copies the system's bundle and adds an authority in PEM.
    pub fn with(authority: &str) -> Outcome<Self> {
        let mut bundles = BUNDLES.iter().filter_map(|bundle| fs::read(bundle).ok());
        let bundle = bundles
            .next()
            .ok_or("the system has no certificate store in a usual place")?;
        let mut copy = NamedTempFile::new()?;
        copy.write_all(&bundle)?;
        writeln!(copy, "{authority}")?;
        Ok(Self(copy))
    }

    /// The path for SSL_CERT_FILE, which makes a process read this bundle instead of the system's.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}
