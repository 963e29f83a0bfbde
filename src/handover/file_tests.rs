use super::*;
use crate::handover::samples::missing;
use tempfile::{TempDir, tempdir};

fn folder() -> TempDir {
    tempdir().unwrap()
}

fn write(path: &Path, existing: Existing, text: &str) -> Result<(), Unusable> {
    PrivateFile::prepare(path, existing)?.write(text)
}

fn names(folder: &TempDir) -> usize {
    fs::read_dir(folder.path()).unwrap().count()
}

#[test]
fn a_new_file_is_written_whole_and_nothing_else_stays() {
    let folder = folder();
    let path = folder.path().join("zoho.env");
    write(&path, Existing::Keep, "text\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "text\n");
    assert_eq!(names(&folder), 1);
}

#[test]
fn preparing_leaves_nothing_behind() {
    let folder = folder();
    PrivateFile::prepare(&folder.path().join("zoho.env"), Existing::Keep).unwrap();
    assert_eq!(names(&folder), 0);
}

#[test]
fn an_existing_file_needs_force() {
    let folder = folder();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    assert!(matches!(
        write(&path, Existing::Keep, "new"),
        Err(Unusable::Exists)
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    write(&path, Existing::Replace, "new").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
}

#[test]
fn a_file_that_appears_in_between_is_kept() {
    let folder = folder();
    let path = folder.path().join("file");
    let file = PrivateFile::prepare(&path, Existing::Keep).unwrap();
    fs::write(&path, "other").unwrap();
    assert!(file.write("ours").is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "other");
    assert_eq!(names(&folder), 1);
}

#[test]
fn folders_and_missing_folders_are_refused() {
    let folder = folder();
    assert!(matches!(
        write(folder.path(), Existing::Replace, ""),
        Err(Unusable::NotAFile)
    ));
    let missing = folder.path().join("missing").join("file");
    assert!(matches!(
        write(&missing, Existing::Keep, ""),
        Err(Unusable::System(_))
    ));
}

#[test]
fn what_cannot_be_merged_into_is_known_before() {
    let folder = folder();
    let path = folder.path().join("zoho.env");
    let prepared = || PrivateFile::prepare(&path, Existing::Merge);
    fs::write(&path, b"NAME=\xff\n").unwrap();
    assert!(matches!(prepared(), Err(Unusable::NotText)));
    fs::write(&path, "#".repeat(MOST_BYTES + 1)).unwrap();
    assert!(matches!(prepared(), Err(Unusable::TooLarge)));
    fs::write(&path, "#".repeat(MOST_BYTES)).unwrap();
    assert!(prepared().is_ok());
}

#[test]
fn what_could_not_be_read_back_is_not_written() {
    let folder = folder();
    let path = folder.path().join("file");
    write(&path, Existing::Keep, "old").unwrap();
    let large = "x".repeat(MOST_BYTES + 1);
    let refused = write(&path, Existing::Replace, &large);
    assert!(matches!(refused, Err(Unusable::TooLarge)));
    write(&path, Existing::Replace, &large[1..]).unwrap();
    let read = PrivateFile::at(&path, Existing::Replace).read().unwrap();
    assert_eq!(read.0.len(), MOST_BYTES);
    assert_eq!(names(&folder), 1);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_the_owner_can_read_a_new_or_replaced_file() {
        let folder = folder();
        let path = folder.path().join("file");
        write(&path, Existing::Keep, "a").unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        write(&path, Existing::Replace, "b").unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn merging_keeps_the_mode_and_warns_when_others_can_read() {
        let folder = folder();
        let path = folder.path().join("file");
        fs::write(&path, "OTHER=1\n").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let file = PrivateFile::prepare(&path, Existing::Merge).unwrap();
        assert!(file.is_open_to_others());
        assert_eq!(file.read().unwrap().0.as_str(), "OTHER=1\n");
        file.write("OTHER=1\nOURS=2\n").unwrap();
        assert_eq!(mode(&path), 0o640);
    }

    #[test]
    fn merging_keeps_the_group() {
        let folder = folder();
        let path = folder.path().join("file");
        fs::write(&path, "OTHER=1\n").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        // Only the superuser may give files to any group.
        if chown(&path, None, Some(4711)).is_err() {
            return missing("this is not the superuser, who alone gives files to any group");
        }
        write(&path, Existing::Merge, "OURS=2\n").unwrap();
        assert_eq!(
            (mode(&path), fs::metadata(&path).unwrap().gid()),
            (0o640, 4711)
        );
    }

    #[test]
    fn a_link_is_never_followed() {
        let folder = folder();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").unwrap();
        symlink(&target, &link).unwrap();
        for existing in [Existing::Keep, Existing::Replace, Existing::Merge] {
            assert!(matches!(write(&link, existing, "new"), Err(Unusable::Link)));
        }
        let late = PrivateFile::prepare(&folder.path().join("late"), Existing::Replace).unwrap();
        symlink(&target, &late.path).unwrap();
        assert!(matches!(late.write("new"), Err(Unusable::Link)));
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
    }
}
