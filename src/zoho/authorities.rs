//! Unix except Apple: the system's trusted CA certificates are PEM files, in OpenSSL's bundle or folders.

use crate::untrusted::Untrusted;
use crate::zoho::BYTE_ORDER_MARK;
use openssl_probe::ProbeResult;
use reqwest::ClientBuilder;
use rustls::pki_types::{CertificateDer, UnixTime, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use webpki::{EndEntityCert, KeyUsage};

/// Makes a client trust the system's authorities; an error if there are none and they are `needed`.
pub(super) fn trusting(builder: ClientBuilder, needed: bool) -> Result<ClientBuilder, String> {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(env::var_os);
    let (bundle, folders) = places(named, openssl_probe::probe);
    let roots = match trusted(bundle.as_deref(), &folders) {
        Err(why) if needed => return Err(why),
        roots => roots.unwrap_or_else(|_| RootCertStore::empty()),
    };
    let config = ClientConfig::builder().with_root_certificates(roots);
    Ok(builder.tls_backend_preconfigured(config.with_no_client_auth()))
}

/// The places that the variables name; otherwise the system's bundle, or its folders if it has none. Next to a bundle, a
/// folder may contain certificates that are not trusted authorities.
fn places(
    named: [Option<OsString>; 2],
    probe: impl FnOnce() -> ProbeResult,
) -> (Option<PathBuf>, Vec<PathBuf>) {
    let [file, folders] = named.map(|name| name.filter(|name| !name.is_empty()));
    if file.is_none() && folders.is_none() {
        let found = probe();
        return match found.cert_file {
            Some(bundle) => (Some(bundle), Vec::new()),
            None => (None, found.cert_dir),
        };
    }
    let folders = folders.iter().flat_map(env::split_paths);
    let folders = folders.filter(|folder| !folder.as_os_str().is_empty());
    (file.map(PathBuf::from), folders.collect())
}

/// Reads the certificates. A bundle must be readable; other files in a folder are skipped.
fn trusted(bundle: Option<&Path>, folders: &[PathBuf]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = bundle {
        let unused = |why: &str| {
            let path = Untrusted::path(path);
            format!("The file of trusted certificates, {path}, {why}.")
        };
        let (added, _) = roots.add_parsable_certificates(read(path).map_err(|why| unused(&why))?);
        if added == 0 {
            return Err(unused("contains no readable certificate"));
        }
    }
    let listed = folders.iter().flat_map(fs::read_dir).flatten();
    for entry in listed.flatten() {
        let certificates = read(&entry.path()).unwrap_or_default();
        roots.add_parsable_certificates(certificates.into_iter().filter(is_authority));
    }
    if roots.is_empty() {
        return Err(
            "This system's certificate store is missing or empty, so no server's identity can be verified."
                .to_owned(),
        );
    }
    Ok(roots)
}

/// The certificates of a file, in PEM or as a single DER certificate; otherwise what is wrong with it.
fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |error| format!("cannot be read: {error}");
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    // A byte-order mark would hide the first line.
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(text).flatten().collect();
    if !certificates.is_empty() {
        return Ok(certificates);
    }
    let openssls = b"-----BEGIN TRUSTED CERTIFICATE-----";
    if text.windows(openssls.len()).any(|part| part == openssls) {
        return Err(
            "contains certificates in OpenSSL's own format (BEGIN TRUSTED CERTIFICATE)".to_owned(),
        );
    }
    Ok(vec![bytes.into()])
}

/// Whether the certificate may sign others. As a server's own certificate, only such a one is refused for this reason.
fn is_authority(certificate: &CertificateDer<'_>) -> bool {
    EndEntityCert::try_from(certificate).is_ok_and(|certificate| {
        let usage = KeyUsage::server_auth();
        let judged =
            certificate.verify_for_usage(&[], &[], &[], UnixTime::now(), usage, None, None);
        matches!(judged, Err(webpki::Error::CaUsedAsEndEntity))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, KeyPair};
    use std::os::unix::fs::symlink;
    use tempfile::{TempDir, tempdir};

    fn certificate(name: &str, is_ca: IsCa) -> Certificate {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = is_ca;
        params.distinguished_name.push(DnType::CommonName, name);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap()
    }

    fn authority(name: &str) -> Certificate {
        certificate(name, IsCa::Ca(BasicConstraints::Unconstrained))
    }

    fn at(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn count(bundle: Option<&Path>, folders: &[PathBuf]) -> usize {
        trusted(bundle, folders).map_or(0, |roots| roots.len())
    }

    #[test]
    fn a_bundle_counts_as_it_is() {
        let folder = tempdir().unwrap();
        let (one, two) = (authority("one").pem(), authority("two").pem());
        let broken = one.replace('M', "!");
        let text = format!("# first\n{one}\n{broken}\n{two}");
        let bundle = at(&folder, "bundle.crt", &text);
        assert_eq!(count(Some(&bundle), &[]), 2);
        let marked = at(&folder, "marked.crt", format!("\u{feff}{one}{two}"));
        assert_eq!(count(Some(&marked), &[]), 2);
        let binary = at(&folder, "binary.der", authority("three").der());
        assert_eq!(count(Some(&binary), &[]), 1);
    }

    #[test]
    fn a_folder_counts_without_what_is_no_authority() {
        let folder = tempdir().unwrap();
        let one = authority("one").pem();
        at(&folder, "one.pem", &one);
        at(&folder, "broken.pem", one.replace('M', "!"));
        let leaf = certificate("snakeoil", IsCa::NoCa).pem();
        at(&folder, "leaf.pem", &leaf);
        let leaf = certificate("snakeoil", IsCa::ExplicitNoCa).pem();
        at(&folder, "explicit.pem", leaf);
        symlink("nowhere", folder.path().join("dangling")).unwrap();
        fs::create_dir(folder.path().join("java")).unwrap();
        let folders = ["/does/not/exist".into(), folder.path().to_owned()];
        assert_eq!(count(None, &folders), 1);
    }

    #[test]
    fn folders_are_read_only_where_there_is_no_bundle() {
        let place = |file: Option<&str>, folders: &[&str]| {
            let folders = folders.iter().map(PathBuf::from);
            (file.map(PathBuf::from), folders.collect::<Vec<_>>())
        };
        let places = |named: [Option<&str>; 2], there: Option<&str>| {
            let (cert_file, cert_dir) = place(there, &["/folder"]);
            places(named.map(|name| name.map(OsString::from)), || ProbeResult {
                cert_file,
                cert_dir,
            })
        };
        for unset in [[None; 2], [Some(""); 2]] {
            assert_eq!(places(unset, Some("/bundle")), place(Some("/bundle"), &[]));
            assert_eq!(places(unset, None), place(None, &["/folder"]));
        }
        assert_eq!(
            places([Some("/a"), None], Some("/bundle")),
            place(Some("/a"), &[])
        );
        assert_eq!(
            places([Some("/a"), Some("/b::/c")], None),
            place(Some("/a"), &["/b", "/c"])
        );
        assert_eq!(
            places([None, Some("/b")], Some("/bundle")),
            place(None, &["/b"])
        );
    }

    #[test]
    fn a_file_that_holds_none_is_named_with_the_reason() {
        let folder = tempdir().unwrap();
        let trusted_form = authority("one").pem().replace("CERT", "TRUSTED CERT");
        for (name, bytes, reason) in [
            ("empty", "", "no readable certificate"),
            ("words", "no certificate", "no readable certificate"),
            ("trusted", &*trusted_form, "BEGIN TRUSTED CERTIFICATE"),
        ] {
            let why = trusted(Some(&at(&folder, name, bytes)), &[]).unwrap_err();
            assert!(why.contains(name) && why.contains(reason), "{why}");
        }
        for (path, reason) in [
            ("/does/not/exist", "cannot be read"),
            ("/", "not a regular file"),
        ] {
            let why = trusted(Some(Path::new(path)), &[]).unwrap_err();
            assert!(why.contains(path) && why.contains(reason), "{why}");
        }
        let why = trusted(None, &[folder.path().join("missing")]).unwrap_err();
        assert!(why.contains("missing or empty"), "{why}");
    }
}
