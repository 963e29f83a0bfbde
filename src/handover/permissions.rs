//! What the system says about a file: its owner, who may read it, and how to open it without following a trap.

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

/// Whether the group or everyone has one of these permissions: 4 is read, 2 is write.
#[cfg(unix)]
pub(crate) fn others_may(metadata: &Metadata, mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & mode != 0
}

/// On other systems, the person's own folder is closed to others by default.
#[cfg(not(unix))]
pub(crate) fn others_may(_: &Metadata, _: u32) -> bool {
    false
}

/// Whether something is mounted on this path, as docker mounts a file: no other file can be renamed to it.
#[cfg(target_os = "linux")]
pub(super) fn is_mount_point(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let stat = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty());
    stat.is_ok_and(|stat| stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_mount_point(_: &Path) -> bool {
    false
}

/// Opens the path itself: a link is an error, and a pipe is opened without waiting for its other end.
#[cfg(unix)]
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = flags.bits().cast_signed();
    options.mode(0o600).custom_flags(flags).open(path)
}

/// Opens the path itself, even if it is a link.
#[cfg(not(unix))]
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    // FILE_FLAG_OPEN_REPARSE_POINT of CreateFileW.
    options.custom_flags(0x0020_0000).open(path)
}

/// Copies the old file's permissions. If its group cannot be kept, no group gets access: it would be a different
/// group.
#[cfg(unix)]
pub(super) fn keep(file: &File, old: &Metadata) -> io::Result<()> {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mut mode = old.permissions().mode();
    let group = old.gid();
    if file.metadata()?.gid() != group && fchown(file, None, Some(group)).is_err() {
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
        assert!(open(&file, File::options().read(true)).is_ok());
        assert!(open(&link, File::options().read(true)).is_err());
        let pipe = folder.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        assert!(
            !open(&pipe, File::options().read(true))
                .unwrap()
                .metadata()
                .unwrap()
                .is_file()
        );
    }
}
