//! The certificate authorities that this system trusts, where they are files: OpenSSL's bundle and folders. They are read
//! one by one. Read together, as the HTTP library would have them read, they would be the most that a login holds in
//! memory, each of them twice.

use reqwest::ClientBuilder;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use std::collections::HashSet;
use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// Has a client trust whom the system trusts; nothing if that is nobody and `needed`.
pub(super) fn trusting(builder: ClientBuilder, needed: bool) -> Option<ClientBuilder> {
    let (bundle, folders) = places();
    let roots = trusted(bundle, folders);
    if needed && roots.is_empty() {
        return None;
    }
    let config = ClientConfig::builder().with_root_certificates(roots);
    Some(builder.tls_backend_preconfigured(config.with_no_client_auth()))
}

/// Each once. What cannot be read is passed over, as OpenSSL does; nothing is added to what the system trusts.
fn trusted(bundle: Option<PathBuf>, folders: Vec<PathBuf>) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let mut read = HashSet::new();
    let listed = folders
        .into_iter()
        .flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
    let listed = listed.filter_map(|entry| Some(entry.ok()?.path()));
    for path in bundle.into_iter().chain(listed) {
        // A folder has several names for each file, and may hold the bundle.
        let is_new = |metadata: fs::Metadata| {
            metadata.is_file() && read.insert((metadata.dev(), metadata.ino()))
        };
        if fs::metadata(&path).is_ok_and(is_new) {
            add(&mut roots, path);
        }
    }
    roots
}

/// Those of SSL_CERT_FILE and SSL_CERT_DIR if one of them is set; else the system's.
fn places() -> (Option<PathBuf>, Vec<PathBuf>) {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(env::var_os);
    if let [None, None] = named {
        let found = openssl_probe::probe();
        return (found.cert_file, found.cert_dir);
    }
    let [file, folders] = named;
    let folders = folders.iter().flat_map(env::split_paths);
    let folders = folders.filter(|folder| !folder.as_os_str().is_empty());
    (file.map(PathBuf::from), folders.collect())
}

fn add(roots: &mut RootCertStore, path: PathBuf) {
    let certificates = CertificateDer::pem_file_iter(path).into_iter().flatten();
    for certificate in certificates.flatten() {
        if roots.add(certificate).is_ok()
            && let Some(added) = roots.roots.pop()
            && !roots.roots.contains(&added)
        {
            roots.roots.push(added);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
    use std::os::unix::fs::symlink;
    use tempfile::tempdir;

    fn authority(name: &str) -> String {
        let mut authority = CertificateParams::new([]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        authority.self_signed(&key).unwrap().pem()
    }

    #[test]
    fn every_authority_counts_once_and_what_is_none_is_passed_over() {
        let folder = tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (one, two, three) = (authority("one"), authority("two"), authority("three"));
        fs::write(
            at("bundle.crt"),
            format!("# first\n{one}\n{}\n{two}", one.replace('M', "!")),
        )
        .unwrap();
        fs::write(at("two.pem"), &two).unwrap();
        fs::write(at("three.pem"), &three).unwrap();
        symlink("three.pem", at("0a1b2c3d.0")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        fs::write(at("broken.pem"), one.replace('M', "!")).unwrap();
        fs::create_dir(at("java")).unwrap();

        let count = |bundle, folders: &[PathBuf]| trusted(bundle, folders.to_vec()).len();
        let (bundle, all) = (Some(at("bundle.crt")), [folder.path().to_owned()]);
        assert_eq!(count(bundle.clone(), &[]), 2);
        assert_eq!(count(bundle.clone(), &all), 3);
        assert_eq!(count(None, &all), 3);
        assert_eq!(count(Some(at("missing")), &[at("missing")]), 0);
    }
}
