//! Asks git about a file that will contain secrets.

use crate::cli::variables::{remove_all, withhold};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long to wait: git answers within milliseconds, or never if `.gitignore` is a pipe.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether git would add the file: it is in a work tree and not ignored. Asks git itself; without git, a `.git` in a
/// parent folder is enough to warn.
pub fn would_take(path: &Path) -> bool {
    let path = std::path::absolute(path).unwrap_or_default();
    path.parent().is_some_and(|folder| {
        let mut above = folder.ancestors();
        above.any(|folder| folder.join(".git").exists()) && !says_yes(question(folder, &path))
    })
}

/// `git check-ignore`. The tree may be an attacker's, and its settings can name programs: a watcher, hooks, a remote to
/// fetch a missing `.gitignore` from. None of them is started. Git's own variables, left over from a hook, could point
/// it to another tree.
fn question(folder: &Path, path: &Path) -> Command {
    let mut git = Command::new("git");
    withhold(&mut git);
    remove_all(&mut git, b"GIT_");
    git.env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .args(["-c", "core.fsmonitor=false"])
        .args(["-c", "core.hooksPath=/dev/null"])
        .arg("-C")
        .arg(folder)
        .args(["check-ignore", "--quiet", "--"])
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    git
}

/// Whether git says yes. A late or missing answer counts as no.
fn says_yes(mut git: Command) -> bool {
    let Ok(mut child) = git.spawn() else {
        return false;
    };
    let until = Instant::now() + PATIENCE;
    while matches!(child.try_wait(), Ok(None)) && Instant::now() < until {
        sleep(Duration::from_millis(2));
    }
    // Nothing waits for a late one; one that has ended is not affected.
    let _ = child.kill();
    child.wait().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_work_tree_that_does_not_ignore_the_file_is_detected() {
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
