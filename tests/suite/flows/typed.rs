//! Tests that the terminal is restored whatever the shell, the person and the system do, and that answers to prompts
//! are hidden.

use crate::program::{Program, after, command, through};
use crate::rehearsed::bounded;
use crate::typist::{Modes, Typist};
use rexpect::process::Signal;
use rustix::io::ioctl_fionbio;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use secrecy::ExposeSecret;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use zoho_stand_in::visitor;

/// Prompts for a grant token.
const QUESTION: &str = r#""$PROGRAM" demo --flow self-client"#;

/// Waits for the browser, or for its pasted address.
const PASTING: &str = r#""$PROGRAM" demo --flow paste --no-browser"#;

/// Shells with job control; the first leaves the terminal as a stopped program left it.
const SHELLS: [&[&str]; 2] = [&["dash", "-i"], &["bash", "--norc", "--noprofile", "-i"]];

impl Typist {
    /// An interactive shell.
    async fn interactive(shell: &[&str]) -> Self {
        let mut typist = Self::shell(shell, &[("PS1", "shell> "), ("ENV", "")]);
        typist.enter("stty sane; echo ready=$((1))").await;
        typist.next("ready=1").await;
        typist.next("shell> ").await;
        typist
    }

    /// Waits for the prompt.
    async fn asked(&mut self) {
        self.next("(not shown): ").await;
        self.next("\x1b[?25h").await;
    }

    /// Types keys at a prompt one by one, waiting until the program has read each.
    async fn answer(&mut self, keys: &str) {
        for key in keys.split_inclusive(|_| true) {
            self.press(key).await;
            self.next("\x1b[?25h").await;
        }
    }

    /// The terminal modes with which the shell starts programs.
    async fn given(&mut self) -> String {
        self.enter("echo \"is=$(stty -g)=\"").await;
        self.next("is=$").await;
        self.next("is=").await;
        let modes = self.next("=").await;
        self.next("shell> ").await;
        modes
    }

    /// Asks for the exit code of the last program.
    async fn ended(&mut self) -> String {
        self.enter("echo code=$?,").await;
        self.next("code=$").await;
        self.next("code=").await;
        let code = self.next(",").await;
        self.next("shell> ").await;
        code
    }

    /// Accepts in the browser at this address, and pastes the address where it ended up.
    async fn paste(&mut self, address: &str) {
        let visit = bounded(visitor::consent(address)).await;
        self.enter(visit.unwrap().address.expose_secret()).await;
    }
}

/// Prompts on a terminal without a shell. Returns the modes before, and the modes and exit code after `act`.
async fn alone(act: impl AsyncFnOnce(&mut Typist)) -> (Modes, Modes, i32) {
    let mut typist = Typist::alone(&[], &["demo", "--flow", "self-client"]);
    typist.until("ready").await;
    let before = typist.modes();
    typist.enter("go").await;
    typist.asked().await;
    assert_ne!(typist.modes(), before);
    typist.answer("1000.half").await;
    act(&mut typist).await;
    let code = typist.end().await;
    assert!(!typist.seen.contains("half"), "{}", typist.seen);
    (before, typist.modes(), code)
}

#[tokio::test]
async fn a_key_or_a_signal_that_ends_a_question_leaves_the_terminal_as_before() {
    for (key, code) in [("\x03", 130), ("\x1c", 131), ("\x1b", 130)] {
        let (before, now, ended) = alone(async |typist| typist.press(key).await).await;
        assert_eq!((now, ended), (before, code), "{key:?}");
    }
    for (signal, code) in [
        (Signal::SIGINT, 130),
        (Signal::SIGTERM, 143),
        (Signal::SIGHUP, 129),
        (Signal::SIGQUIT, 131),
    ] {
        let (before, now, ended) = alone(async |typist| typist.signal(signal)).await;
        assert_eq!((now, ended), (before, code), "{signal}");
    }
}

#[tokio::test]
async fn ctrl_z_does_nothing_where_nobody_could_go_on() {
    let (before, now, ended) = alone(async |typist| {
        typist.press("\x1a").await;
        typist.enter("").await;
    })
    .await;
    assert_eq!((now, ended), (before, 5));
}

#[tokio::test]
async fn ends_in_a_shell_leave_the_terminal_as_before() {
    for shell in SHELLS {
        for (key, code) in [("\x03", "130"), ("\x1c", "131")] {
            let mut typist = Typist::interactive(shell).await;
            let before = typist.given().await;
            typist.enter(QUESTION).await;
            typist.asked().await;
            typist.answer("1000.half").await;
            typist.press(key).await;
            typist.next("shell> ").await;
            assert_eq!(typist.ended().await, code, "{shell:?}");
            assert_eq!(typist.given().await, before, "{shell:?}");
        }
    }
}

#[tokio::test]
async fn a_question_comes_back_after_ctrl_z_and_stays_unseen() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        let before = typist.given().await;
        typist.enter(QUESTION).await;
        typist.asked().await;
        typist.answer("1000.").await;
        typist.press("\x1a").await;
        typist.next("shell> ").await;
        assert_eq!(typist.given().await, before, "{shell:?}");
        typist.enter("fg").await;
        let seen = typist.next("(not shown): ").await;
        typist.press("\x1b[200~not.known\x1b[201~\r").await;
        let seen = seen + &typist.next("shell> ").await;
        assert!(!seen.contains("not.known"), "{shell:?}: {seen}");
        assert_eq!(typist.ended().await, "5", "{shell:?}");
        assert_eq!(typist.given().await, before, "{shell:?}");
    }
}

#[tokio::test]
async fn a_stopped_question_can_be_ended_from_the_shell() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        let before = typist.given().await;
        typist
            .enter(&format!("sh -c 'echo process=$$,; exec {QUESTION}'"))
            .await;
        typist.next("process=$").await;
        typist.next("process=").await;
        let process = typist.next(",").await;
        typist.asked().await;
        typist.press("\x1a").await;
        typist.next("shell> ").await;
        let state = format!("/proc/{process}/status");
        typist
            .enter(&format!(
                "kill %1; kill -CONT %1; while grep -q '^State:.[RSDT]' {state}; do :; done"
            ))
            .await;
        typist.next("shell> ").await;
        assert_eq!(typist.given().await, before, "{shell:?}");
    }
}

#[tokio::test]
async fn a_question_in_the_background_waits_to_be_in_front() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        let before = typist.given().await;
        typist.enter(&format!("{QUESTION} & :")).await;
        typist.next("shell> ").await;
        typist
            .enter("until grep -q ') T ' /proc/$!/stat; do :; done; echo stopped=$((1))")
            .await;
        let seen = typist.next("stopped=1").await;
        typist.next("shell> ").await;
        assert!(!seen.contains("(not shown)"), "{shell:?}: {seen}");
        typist.enter("fg").await;
        typist.next("(not shown): ").await;
        typist.enter("1000.not.known").await;
        let seen = typist.next("shell> ").await;
        assert!(!seen.contains("not.known"), "{shell:?}: {seen}");
        assert_eq!(typist.ended().await, "5", "{shell:?}");
        assert_eq!(typist.given().await, before, "{shell:?}");
    }
}

#[tokio::test]
async fn what_a_shell_has_set_for_itself_is_not_restored() {
    let own = "stty -icanon -icrnl -echo";
    let stopped = "until grep -q ') T ' /proc/$!/stat; do :; done";
    let script =
        format!("set -m; {own}; {QUESTION} & {stopped}; stty icanon icrnl echo; fg; stty -a");
    let mut typist = Typist::run(&script, &[]);
    typist.asked().await;
    typist.enter("1000.not.known").await;
    typist.next("invalid_code").await;
    typist.until("code=0").await;
    for off in ["-icanon", "-icrnl", " -echo "] {
        assert!(!typist.seen.contains(off), "{off}: {}", typist.seen);
    }
    assert!(typist.seen.contains("icanon"), "{}", typist.seen);
}

#[tokio::test]
async fn a_login_goes_on_in_the_background_and_takes_an_address_in_front() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        typist.enter(&format!("{PASTING} & :")).await;
        typist.until("Waiting for Zoho").await;
        let address = typist.address("/oauth/v2/auth");
        // The shell receives its lines even though the program waits for one, too.
        typist.enter("echo mine=$((1))").await;
        typist.until("mine=1").await;
        typist.enter("jobs").await;
        typist.until("Running").await;
        typist.enter("fg").await;
        typist.paste(&address).await;
        typist.until("Credentials obtained").await;
    }
}

#[tokio::test]
async fn a_login_that_was_stopped_takes_an_address() {
    for shell in SHELLS {
        let mut typist = Typist::interactive(shell).await;
        typist.enter(PASTING).await;
        typist.until("Waiting for Zoho").await;
        let address = typist.address("/oauth/v2/auth");
        typist.press("\x1a").await;
        typist.next("shell> ").await;
        typist.enter("fg").await;
        typist.paste(&address).await;
        typist.until("Credentials obtained").await;
    }
}

#[tokio::test]
async fn what_was_ignored_at_the_start_stays_ignored() {
    let arguments = ["demo", "--no-browser", "--format", "json"];
    let mut ignoring = after("trap '' INT HUP TERM QUIT TSTP", &command(&[], &arguments));
    let mut program = Program::spawn(&mut ignoring);
    let address = program.line_with("/oauth/v2/auth").await;
    for signal in ["INT", "HUP", "TERM", "QUIT", "TSTP", "INT"] {
        program.signal(signal);
    }
    bounded(visitor::consent(address.trim())).await.unwrap();
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("refresh_token"));
}

#[tokio::test]
async fn keys_of_ignored_signals_do_nothing_at_a_question() {
    let mut typist = Typist::run(&format!("trap '' INT QUIT; {QUESTION}"), &[]);
    typist.next("(not shown): ").await;
    typist.press("\x03\x1c").await;
    typist.enter("1000.not.known").await;
    typist.until("code=5").await;
}

#[tokio::test]
async fn a_terminal_that_is_gone_ends_a_question_though_hangups_are_ignored() {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let end = File::options()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap())
        .unwrap();
    let asking = command(&[], &["demo", "--flow", "self-client"]);
    let asking = after("trap '' HUP", &asking);
    let mut session = through(&["setsid", "--ctty"], &asking);
    session
        .stdin(end.try_clone().unwrap())
        .stdout(Stdio::null())
        .stderr(end)
        .kill_on_drop(true);
    let mut asked = session.spawn().unwrap();
    drop(session);
    let (mut screen, mut seen) = (File::from(terminal), String::new());
    let drawn = |seen: &str| {
        seen.split("(not shown): ")
            .nth(1)
            .is_some_and(|rest| rest.contains("\x1b[?25h"))
    };
    while !drawn(&seen) {
        let mut bytes = [0; 4096];
        let count = screen.read(&mut bytes).unwrap();
        seen += &String::from_utf8_lossy(&bytes[..count]);
    }
    drop(screen);
    assert_eq!(bounded(asked.wait()).await.unwrap().code(), Some(129));
}

#[tokio::test]
async fn the_second_signal_ends_a_login_whose_output_nobody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let (_unread, path) = full_pipe(folder.path());
    let login = command(&[], &["demo", "--yes"]);
    let mut login = after(&format!("exec > {}", path.display()), &login);
    let mut program = Program::spawn(&mut login);
    program.line_with("who owns the tokens").await;
    program.signal("INT");
    program.signal("TERM");
    assert_eq!(program.wait().await.code, Some(143));
}

#[tokio::test]
async fn no_core_file_can_hold_a_secret() {
    let most = "ulimit -S -c $(ulimit -H -c)";
    let mut waiting = after(most, &command(&[], &["demo", "--no-browser"]));
    let mut program = Program::spawn(&mut waiting);
    program.line_with("/oauth/v2/auth").await;
    let limits = fs::read_to_string(format!("/proc/{}/limits", program.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core"))
        .unwrap();
    let soft = core.split_whitespace().nth(4).unwrap();
    assert!(["0", "1"].contains(&soft), "{core}");
}

/// A pipe that accepts no more data.
fn full_pipe(folder: &Path) -> (File, PathBuf) {
    let path = folder.join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    let pipe = File::options().read(true).write(true).open(&path).unwrap();
    ioctl_fionbio(&pipe, true).unwrap();
    while (&pipe).write(&[0; 4096]).is_ok() {}
    (pipe, path)
}
