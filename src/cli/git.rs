//! Asking git about a file that secrets go to.

use crate::cli::variables::withhold;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether git would add the file: it lies in a work tree and nothing ignores it. Git itself is asked, and
/// where there is no git, a `.git` above is enough to warn.
pub fn would_take(path: &Path) -> bool {
    let Ok(path) = std::path::absolute(path) else {
        return false;
    };
    let Some(folder) = path.parent() else {
        return false;
    };
    if !folder
        .ancestors()
        .any(|folder| folder.join(".git").exists())
    {
        return false;
    }
    !question(folder, &path)
        .status()
        .is_ok_and(|status| status.success())
}

/// `git check-ignore`. A work tree's own settings can name a program as its watcher: none is started.
fn question(folder: &Path, path: &Path) -> Command {
    let mut git = Command::new("git");
    git.args(["-c", "core.fsmonitor=false", "-C"])
        .arg(folder)
        .args(["check-ignore", "--quiet", "--"])
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    withhold(&mut git);
    git
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_work_tree_that_does_not_ignore_the_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zoho.env");
        assert!(!would_take(&path));
        let git = Command::new("git")
            .args(["init", "--quiet"])
            .arg(folder.path())
            .status();
        assert!(
            git.is_ok_and(|status| status.success()),
            "this test needs git"
        );
        assert!(would_take(&path));
        fs::write(folder.path().join(".gitignore"), "*.env\n").unwrap();
        assert!(!would_take(&path));
    }
}
