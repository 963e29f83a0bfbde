//! Rows 33 to 35: the places that credentials are read from and written to, as people and attackers set them up.

use super::missing;
use super::zoho::{Hostile, Reply, ok};
use crate::program::{Ended, Program, command, through};
use crate::tokens::source::Life;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

const PAST: &str = "2020-01-01T00:00:00Z";

/// A file of variables whose access token has expired.
async fn stale_file(life: &Life, name: &str) -> PathBuf {
    let path = life.home.path().join(name);
    let to = path.to_str().unwrap();
    let ended = life.exchange(&["--format", "dotenv", "--output", to]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let text = fs::read_to_string(&path).unwrap();
    let is_end = |line: &&str| line.starts_with("ZOHO_ACCESS_TOKEN_EXPIRES_AT=");
    let end = text.lines().find(is_end).unwrap();
    let stale = text.replace(end, &format!("ZOHO_ACCESS_TOKEN_EXPIRES_AT={PAST}"));
    fs::write(&path, stale).unwrap();
    path
}

/// Runs the program from a shell.
async fn by_shell(life: &Life, words: &[&str], script: &str, arguments: &[&str]) -> Ended {
    let program = command(&life.variables(), arguments);
    let shell = [words, &["-c", script]].concat();
    Program::spawn(&mut through(&shell, &program)).wait().await
}

/// Whether this test may mount; if everything must be tested, it is a failure if not.
fn may_mount() -> bool {
    let mut alone = std::process::Command::new("unshare");
    let may = alone.args(["-m", "true"]).status();
    let may = may.is_ok_and(|status| status.success());
    if !may {
        missing("unshare -m is not permitted");
    }
    may
}

fn fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "zoho-grant")
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_is_refreshed_is_put_back_behind_a_link() {
    let life = Life::new().await;
    let file = stale_file(&life, "data").await;
    let link = life.home.path().join(".env");
    symlink("data", &link).unwrap();
    let arguments = ["token", "--env-file", link.to_str().unwrap()];
    for _ in 0..2 {
        let ended = life.run(&arguments).await;
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(ended.stdout.trim_end()));
    }
    assert!(link.is_symlink());
    assert_eq!(life.requests("refresh_token"), 1);
    assert_eq!(names(life.home.path()), [".env", "data", "data.lock"]);
}

#[tokio::test]
async fn a_file_that_is_a_mount_of_its_own_is_written_in_place() {
    if !may_mount() {
        return;
    }
    let life = Life::new().await;
    let source = stale_file(&life, "source").await;
    let target = life.home.path().join("mounted");
    fs::write(&target, "").unwrap();
    fs::set_permissions(&source, Permissions::from_mode(0o600)).unwrap();
    let script = "mount --bind \"$1\" \"$2\" && \"$0\" token --env-file \"$2\" && \"$0\" token --env-file \"$2\" \
        && \"$0\" export --env-file \"$2\" --format dotenv --env-prefix MY_ --output \"$2\"";
    let paths = [source.to_str().unwrap(), target.to_str().unwrap()];
    let ended = by_shell(&life, &["unshare", "-m", "sh"], script, &paths).await;
    assert_eq!(
        (ended.code, ended.stderr.contains("warning")),
        (Some(0), false),
        "{ended:?}"
    );
    let tokens: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1]);
    let text = fs::read_to_string(&source).unwrap();
    assert!(
        text.contains(tokens[0]) && text.contains("MY_CLIENT_ID="),
        "{text}"
    );
    assert_eq!(life.requests("refresh_token"), 1);
    assert_eq!(
        names(life.home.path()),
        ["mounted", "mounted.lock", "source"]
    );
}

#[tokio::test]
async fn what_a_mounted_file_does_not_take_stands_whole_beside_it() {
    if !may_mount() {
        return;
    }
    let life = Life::new().await;
    let source = stale_file(&life, "source").await;
    // The saved text is longer than the existing one.
    let text = fs::read_to_string(&source).unwrap();
    let others = text.lines().filter(|line| !line.contains("ACCESS_TOKEN"));
    fs::write(&source, others.collect::<Vec<_>>().join("\n") + "\n").unwrap();
    let [disk, target] = ["disk", "mounted"].map(|name| life.home.path().join(name));
    fs::create_dir(&disk).unwrap();
    fs::write(&target, "").unwrap();
    // A disk without room for one page more than the file has.
    let script = "mount -t tmpfs -o size=8k tmpfs \"$3\"; cp \"$1\" \"$3/file\"; printf '#%04000d\\n' 0 | head -c $((4096 - $(wc -c <\"$3/file\"))) >>\"$3/file\"; \
        cat /dev/zero >\"$3/full\" 2>/dev/null; mount --bind \"$3/file\" \"$2\"; \"$0\" token --env-file \"$2\"";
    let paths = [&source, &target, &disk].map(|path| path.to_str().unwrap());
    let ended = by_shell(&life, &["unshare", "-m", "sh"], script, &paths).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("it contains only part"),
        "{}",
        ended.stderr
    );
    let copies = names(life.home.path());
    let copy = copies.iter().find(|name| name.starts_with(".tmp")).unwrap();
    assert!(ended.stderr.contains(copy.as_str()), "{}", ended.stderr);
    let copy = life.home.path().join(copy);
    assert_eq!(fs::metadata(&copy).unwrap().mode() & 0o777, 0o600);
    let text = fs::read_to_string(copy).unwrap();
    assert!(text.contains(ended.stdout.trim_end()) && text.contains("0000"));
}

#[tokio::test]
async fn a_pipe_is_read_once_and_what_it_cannot_keep_is_told() {
    let life = Life::new().await;
    let file = stale_file(&life, "data").await;
    let script = "\"$0\" token --env-file <(cat \"$1\")";
    let ended = by_shell(&life, &["bash"], script, &[file.to_str().unwrap()]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.starts_with("1000."));
    assert!(
        ended.stderr.contains("cannot be saved to variables"),
        "{}",
        ended.stderr
    );
    assert_eq!(life.requests("refresh_token"), 1);
}

#[tokio::test]
async fn what_never_ends_or_never_begins_is_no_file_of_variables() {
    let life = Life::new().await;
    let pipe = life.home.path().join("pipe");
    fifo(&pipe);
    for (path, word) in [(Path::new("/dev/zero"), "larger than"), (&pipe, "in time")] {
        let arguments = ["token", "--env-file", path.to_str().unwrap()];
        let ended = life.run(&arguments).await;
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(word), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn row_34_locks_are_never_links_nor_pipes() {
    let life = Life::with_profile().await;
    life.change("expires_at", PAST);
    let folder = life.home.path().join("zoho-grant");
    let lock = folder.join("refresh-default.lock");
    let target = life.home.path().join("target");
    fs::remove_file(&lock).unwrap();
    let trap: [(&str, &dyn Fn()); 2] = [
        ("link", &|| symlink(&target, &lock).unwrap()),
        ("pipe", &|| fifo(&lock)),
    ];
    for (name, make) in trap {
        make();
        let ended = life.run(&["token"]).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(1), ""),
            "{name}: {}",
            ended.stderr
        );
        assert!(
            ended
                .stderr
                .contains("refresh-default.lock is not a regular file"),
            "{}",
            ended.stderr
        );
        fs::remove_file(&lock).unwrap();
    }
    assert!(!target.exists());
    assert_eq!(life.requests("refresh_token"), 0);
    assert_eq!(life.run(&["token"]).await.code, Some(0));
}

#[tokio::test]
async fn row_34_who_waits_for_a_stopped_run_is_told() {
    let life = Life::with_profile().await;
    life.change("expires_at", PAST);
    let lock = File::options()
        .write(true)
        .open(life.home.path().join("zoho-grant/refresh-default.lock"))
        .unwrap();
    lock.lock().unwrap();
    let mut program = Program::start_in(&life.variables(), &["token"]);
    program
        .line_with("Waiting for another zoho-grant process that is using profile default")
        .await;
    assert_eq!(life.requests("refresh_token"), 0);
    drop(lock);
    assert_eq!(program.wait().await.code, Some(0));
}

#[tokio::test]
async fn row_34_a_profile_folder_where_everyone_may_write_is_not_used() {
    let life = Life::with_profile().await;
    let folder = life.home.path().join("zoho-grant");
    fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
    for command in ["token", "profiles", "forget"] {
        let ended = life.run(&[command]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
        assert!(
            ended.stderr.contains("open to other users") && ended.stderr.contains("chmod go-rwx"),
            "{}",
            ended.stderr
        );
    }
    let ended = life.exchange(&["--save", "--save-to", "file"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(life.run(&["token"]).await.code, Some(0));
}

#[tokio::test]
async fn row_33_names_of_any_length_can_be_read_back() {
    let name = "n".repeat(600_000);
    let organization = ok(format!(
        r#"{{"org":[{{"company_name":"{name}","id":"1"}}]}}"#
    ));
    let zoho = Hostile::start(move |request| {
        request
            .starts_with("GET /crm/v8/org")
            .then(|| Reply::Bytes(organization.clone()))
    })
    .await;
    let life = Life::new().await;
    let secret = life.home.path().join("secret");
    fs::write(&secret, "secret-of-the-client").unwrap();
    let variables = life.variables();
    for profile in ["one", "two", "three"] {
        let arguments = [
            "exchange",
            "--accounts-url",
            &zoho.url,
            "--trust-api-domain",
            &zoho.url,
            "--client-id",
            "1000.A",
            "--client-secret-file",
            secret.to_str().unwrap(),
            "--save",
            profile,
            "--save-to",
            "file",
        ];
        let ended = Program::start_with("1000.code", &variables, &arguments)
            .wait()
            .await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }
    let ended = life.run(&["profiles"]).await;
    assert_eq!(ended.stdout.lines().count(), 3, "{}", ended.stderr);
    assert!(ended.stdout.contains("nnnn"));
    assert!(fs::metadata(life.profiles()).unwrap().size() < 10_000);
}

#[tokio::test]
async fn row_35_a_dash_is_standard_output() {
    let life = Life::with_profile().await;
    let mut program = command(
        &life.variables(),
        &["export", "--format", "json", "-o", "-"],
    );
    program.current_dir(life.home.path());
    let ended = Program::spawn(&mut program).wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("refresh_token"));
    assert_eq!(names(life.home.path()), [""; 0]);
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_spares_the_one_of_the_file() {
    let life = Life::new().await;
    let path = life.home.path().join(".env");
    let old = "# mine\r\nexport ZOHO_REFRESH_TOKEN=1000.r.old\r\n";
    fs::write(&path, old).unwrap();
    let to = path.to_str().unwrap();
    let demo = [
        "demo",
        "--yes",
        "--fail",
        "no-refresh-token",
        "--format",
        "dotenv",
        "--output",
        to,
    ];
    let ended = life.run(&demo).await;
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("ZOHO_ACCESS_TOKEN="),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stderr.contains("was left unchanged"),
        "{}",
        ended.stderr
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), old);
}
