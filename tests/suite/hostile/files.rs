//! Row 18: unusable files, as an ordinary user sees them: root ignores every file mode.

use super::login::Login;
use super::missing;
use super::zoho::{Hostile, Whole};
use crate::program::{self, Program};
use crate::rehearsed::Stage;
use rustix::process::Signal;
use std::env;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::process::Command;
use zoho_grant::handover::file::{Existing, PrivateFile};
use zoho_grant::handover::format::Form;
use zoho_stand_in::Rehearsal;

/// "nobody": an ordinary user without a group of its own.
const NOBODY: u32 = 65534;

fn is_superuser() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// An ordinary user's folder, with the program in it.
pub fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    program::link(&home.path().join("zoho-grant"));
    if is_superuser() {
        chown(&home, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    fs::create_dir(home.path().join("work")).unwrap();
    hand_to_user(&home.path().join("work"));
    home
}

fn hand_to_user(path: &Path) {
    if is_superuser() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// The login as an ordinary user, started through another program if necessary.
pub fn ordinary(home: &TempDir, zoho: &Hostile, through: &[&str], more: &[&str]) -> Command {
    let mut words = through.to_vec();
    if is_superuser() {
        words.extend([
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
        ]);
    }
    let program = home.path().join("zoho-grant");
    program::through(&words, &program::at(&program, &zoho.command(more)))
}

fn output(path: &Path) -> [&str; 2] {
    ["--output", path.to_str().unwrap()]
}

/// Asserts that the program ends before it contacts Zoho. Returns what it said.
async fn not_begun(path: &Path, home: &TempDir, more: &[&str], code: i32) -> String {
    let zoho = Hostile::start(|_| None).await;
    let options = [&output(path)[..], more].concat();
    let login = Program::spawn(&mut ordinary(home, &zoho, &[], &options));
    let stderr = login.ends_with(code).await;
    assert!(zoho.requests.borrow().is_empty(), "{}", path.display());
    assert!(stderr.contains("--output"), "{stderr}");
    stderr
}

fn written(path: PathBuf, text: &str) -> PathBuf {
    fs::write(&path, text).unwrap();
    hand_to_user(&path);
    path
}

#[tokio::test]
async fn row_18_what_cannot_be_written_is_told_before_the_browser_opens() {
    let home = home();
    let work = home.path().join("work");
    let dotenv = ["--format", "dotenv"];

    let locked = home.path().join("locked");
    fs::create_dir(&locked).unwrap();
    hand_to_user(&locked);
    fs::set_permissions(&locked, Permissions::from_mode(0o555)).unwrap();
    not_begun(&locked.join("out"), &home, &[], 1).await;
    not_begun(&work.join("missing/out"), &home, &[], 1).await;
    not_begun(&work, &home, &["--force"], 2).await;
    not_begun(Path::new("/dev/full"), &home, &["--force"], 2).await;

    let target = written(work.join("target"), "old");
    let link = work.join("link");
    symlink(&target, &link).unwrap();
    let dangling = work.join("dangling");
    symlink(work.join("nowhere"), &dangling).unwrap();
    for link in [&link, &dangling] {
        for more in [&[][..], &["--force"], &dotenv] {
            let stderr = not_begun(link, &home, more, 2).await;
            assert!(stderr.contains("symbolic link"), "{stderr}");
        }
    }
    not_begun(&target, &home, &[], 2).await;
    assert_eq!(fs::read_to_string(&target).unwrap(), "old");
    assert!(!work.join("nowhere").exists());
}

#[tokio::test]
async fn row_18_a_fifo_is_no_file() {
    let home = home();
    let fifo = home.path().join("work/fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    // Otherwise its owner would be the reason.
    hand_to_user(&fifo);
    for more in [&["--force"][..], &["--format", "dotenv"]] {
        let stderr = not_begun(&fifo, &home, more, 2).await;
        assert!(stderr.contains("regular file"), "{stderr}");
    }
}

#[tokio::test]
async fn row_18_a_file_of_someone_else_is_not_replaced() {
    if !is_superuser() {
        return missing("chown needs the superuser");
    }
    let home = home();
    let theirs = home.path().join("work/theirs");
    fs::write(&theirs, "old").unwrap();
    fs::set_permissions(&theirs, Permissions::from_mode(0o666)).unwrap();
    for more in [&["--force"][..], &["--format", "dotenv"]] {
        let stderr = not_begun(&theirs, &home, more, 2).await;
        assert!(stderr.contains("another user"), "{stderr}");
    }
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "old");
}

/// A login during which something happens to the path.
async fn meanwhile(home: &TempDir, path: &Path, more: &[&str], happens: impl FnOnce()) -> Whole {
    let zoho = Hostile::start(|_| None).await;
    let options = [&output(path)[..], more].concat();
    let login = Login::of(&mut ordinary(home, &zoho, &[], &options)).await;
    happens();
    Hostile::complete(login).await
}

fn assert_printed_instead(whole: &Whole) {
    assert_eq!(whole.code, Some(1), "{}", whole.stderr);
    assert!(whole.stdout.contains("1000.refresh"), "{}", whole.stderr);
    assert!(
        whole.stderr.contains("could not be written"),
        "{}",
        whole.stderr
    );
    assert!(whole.page.body().contains("could not be written"));
}

#[tokio::test]
async fn row_18_what_happens_to_the_path_meanwhile_loses_nothing() {
    let home = home();
    let work = home.path().join("work");
    let target = written(work.join("target"), "old");
    for (number, more) in [&[][..], &["--force"], &["--format", "dotenv"]]
        .into_iter()
        .enumerate()
    {
        let path = work.join(format!("link-{number}"));
        let whole = meanwhile(&home, &path, more, || symlink(&target, &path).unwrap()).await;
        assert_printed_instead(&whole);
        assert!(path.is_symlink());
    }
    assert_eq!(fs::read_to_string(&target).unwrap(), "old");

    let appeared = work.join("appeared");
    let whole = meanwhile(&home, &appeared, &[], || {
        drop(written(appeared.clone(), "new"));
    })
    .await;
    assert_printed_instead(&whole);
    assert_eq!(fs::read_to_string(&appeared).unwrap(), "new");

    let gone = work.join("gone");
    fs::create_dir(&gone).unwrap();
    hand_to_user(&gone);
    let whole = meanwhile(&home, &gone.join("out"), &[], || {
        fs::remove_dir_all(&gone).unwrap();
    })
    .await;
    assert_printed_instead(&whole);
}

#[tokio::test]
async fn row_18_a_new_file_is_its_owners_alone() {
    let home = home();
    let path = home.path().join("work/out");
    let whole = meanwhile(&home, &path, &[], || ()).await;
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    assert!(whole.stdout.is_empty());
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(fs::read_dir(home.path().join("work")).unwrap().count(), 1);
}

#[tokio::test]
async fn row_18_merging_lets_no_other_group_in() {
    if !is_superuser() {
        return missing("chown needs the superuser");
    }
    let home = home();
    let path = written(home.path().join("work/zoho.env"), "OLD=1\n");
    chown(&path, None, Some(4711)).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let whole = meanwhile(&home, &path, &["--format", "dotenv"], || ()).await;
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
}

/// Set only in a process that a test starts: the file that its login writes.
const WRITES: &str = "LOGIN_WRITES";

/// The program itself would survive this signal, so the login runs in the library, in a process of its own.
#[tokio::test]
async fn row_18_killed_while_writing_it_is_the_old_content_or_the_new() {
    if let Some(path) = env::var_os(WRITES) {
        let mut stage = Stage::new(Rehearsal::default()).await;
        stage.settings.target.form = Form::named("dotenv").unwrap();
        let file = PrivateFile::prepare(Path::new(&path), Existing::Merge);
        stage.settings.target.file = Some(file.unwrap());
        return assert_eq!(stage.visited().await.code(), 0);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zoho.env");
    // The new content differs from the first line on.
    let kept = "KEPT=0123456789\n".repeat(60_000);
    let old = format!("ZOHO_REFRESH_TOKEN=old\n{kept}");
    fs::write(&path, &old).unwrap();
    // The system kills a process in the middle of writing more than this to a file.
    let login = |limits: &[&str]| {
        let own = "hostile::files::row_18_killed_while_writing_it_is_the_old_content_or_the_new";
        let mut command = std::process::Command::new("prlimit");
        command.args(limits);
        command.arg(env::current_exe().unwrap());
        command.args(["--exact", own]).env(WRITES, &path);
        command.output().unwrap()
    };
    let killed = login(&["--core=0", "--fsize=20000"]);
    let by = killed.status.signal();
    assert_eq!(by, Some(Signal::XFSZ.as_raw()), "{killed:?}");
    assert!(fs::read_to_string(&path).unwrap() == old);
    let files = fs::read_dir(&folder).unwrap().map(Result::unwrap);
    let left: Vec<_> = files.filter(|file| file.path() != path).collect();
    let left = left.iter().map(|file| file.metadata().unwrap());
    let left: Vec<_> = left.map(|it| (it.len(), it.mode() & 0o777)).collect();
    assert_eq!(left, [(20_000, 0o600)], "it was in the middle of writing");

    let ended = login(&["--core=0"]);
    assert!(ended.status.success(), "{ended:?}");
    let new = fs::read_to_string(&path).unwrap();
    assert!(new.starts_with("ZOHO_REFRESH_TOKEN=1000.") && new.contains(&kept));
}

#[tokio::test]
async fn row_35_beyond_a_limit_on_file_size_the_old_content_stays_and_all_is_printed() {
    let home = home();
    let old = "KEPT=0123456789\n".repeat(6_000);
    let path = written(home.path().join("work/zoho.env"), &old);
    let zoho = Hostile::start(|_| None).await;
    let options = [&output(&path)[..], &["--format", "dotenv"]].concat();
    // The system kills a process that writes more than this to a file, unless it ignores the signal.
    let limited = ["prlimit", "--fsize=20000"];
    let login = Login::of(&mut ordinary(&home, &zoho, &limited, &options)).await;
    let whole = Hostile::complete(login).await;
    assert_eq!(whole.code, Some(1), "{}", whole.stderr);
    assert!(whole.stdout.contains("1000.refresh"), "{}", whole.stderr);
    assert!(fs::read_to_string(&path).unwrap() == old);
}

#[tokio::test]
async fn row_18_on_a_full_disk_the_old_content_stays_and_the_credentials_are_printed() {
    let home = home();
    let disk = home.path().join("disk");
    fs::create_dir(&disk).unwrap();
    // A small disk that nothing else sees, full except for file names.
    let script = format!(
        "mount -t tmpfs -o size=16k,mode=777 tmpfs {0} && cd {0} && echo OLD=1 >zoho.env && \
         {{ chown 65534:65534 zoho.env; cat /dev/zero >full 2>/dev/null; \"$@\"; code=$?; \
         cat zoho.env; ls -A; exit $code; }} || exit 99",
        disk.display()
    );
    let alone = if is_superuser() { "-m" } else { "-rm" };
    if !std::process::Command::new("unshare")
        .args([alone, "true"])
        .status()
        .is_ok_and(|status| status.success())
    {
        return missing("unshare -m is not permitted");
    }
    let zoho = Hostile::start(|_| None).await;
    let through = ["unshare", alone, "sh", "-c", &script, "sh"];
    let path = disk.join("zoho.env");
    let options = [&output(&path)[..], &["--format", "dotenv"]].concat();
    let login = Login::of(&mut ordinary(&home, &zoho, &through, &options)).await;
    let whole = Hostile::complete(login).await;
    assert_printed_instead(&whole);
    assert!(whole.stderr.contains("No space left"), "{}", whole.stderr);
    // No half-written file remains beside the old content.
    assert!(
        whole.stdout.ends_with("OLD=1\nfull\nzoho.env\n"),
        "{}",
        whole.stdout
    );
}

#[tokio::test]
async fn row_35_a_full_standard_output_leaves_a_file_of_the_state_folder_and_the_page() {
    let zoho = Hostile::start(|_| None).await;
    let full = File::options().write(true).open("/dev/full").unwrap();
    let state = tempfile::tempdir().unwrap();
    let mut command = zoho.command(&[]);
    command.env("XDG_STATE_HOME", state.path());
    let program = Program::spawn_between(&mut command, Stdio::null(), full.into());
    let mut login = Login::heard(program).await;
    let target = format!("/callback?code=1000.code&state={}", login.state());
    let answer = login.get(&target, "").await;
    let page = login.get(answer.header("location").unwrap(), "").await;
    assert!(page.body().contains("1000.refresh") && page.body().contains("credentials-"));
    login.program.told("standard output").await;
    let told = login.program.told("credentials-").await;
    login.ends_with(1).await;
    let folder = state.path().join("zoho-grant");
    let file = fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    assert!(told.contains(file.to_str().unwrap()), "{told}");
    assert!(fs::read_to_string(&file).unwrap().contains("1000.refresh"));
    let modes = [&folder, &file].map(|path| fs::metadata(path).unwrap().mode() & 0o777);
    assert_eq!(modes, [0o700, 0o600]);
}
