//! What the system says of a file: whose it is, who may read it, and how it is opened without being led astray.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
pub(super) fn is_ours(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
pub(super) fn is_ours(_: &Metadata) -> bool {
    true
}

#[cfg(unix)]
pub(super) fn others_can_read(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o044 != 0
}

#[cfg(not(unix))]
pub(super) fn others_can_read(_: &Metadata) -> bool {
    false
}

/// Opens what is at the path itself: a link is an error, and a pipe is opened without waiting for its other end.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let flags = i32::try_from(flags).expect("flags of open are an int of C");
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Opens what is at the path itself, a link included.
#[cfg(not(unix))]
pub(super) fn open(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    // FILE_FLAG_OPEN_REPARSE_POINT of CreateFileW.
    let flags = 0x0020_0000;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Lets those use a file who could use the old one. Where its group cannot be kept, no group may use it: another
/// one would be let in.
#[cfg(unix)]
pub(super) fn keep(file: &File, old: &Metadata) -> io::Result<()> {
    use rustix::fs::{Gid, fchown};
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let mut mode = old.permissions().mode();
    let group = old.gid();
    if file.metadata()?.gid() != group && fchown(file, None, Some(Gid::from_raw(group))).is_err() {
        mode &= !0o2070;
    }
    file.set_permissions(Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn keep(file: &File, old: &Metadata) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    #[test]
    fn links_are_not_followed_and_pipes_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        File::create(&file).unwrap();
        symlink(&file, &link).unwrap();
        assert!(open(&file).is_ok());
        assert!(open(&link).is_err());
        let pipe = folder.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        assert!(!open(&pipe).unwrap().metadata().unwrap().is_file());
    }
}
