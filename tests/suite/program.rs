//! The real `zoho-grant`: started, read from, and ended. No test starts it in any other way.

use std::ffi::OsStr;
use std::fs;
use std::io::{Seek, Write};
use std::iter;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout, timeout_at};

/// The program's path.
pub const BINARY: &str = env!("CARGO_BIN_EXE_zoho-grant");

/// Nothing takes this long; anything that does has hung.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// Some systems start no program without these.
const KEPT_VARIABLES: [&str; 2] = ["PATH", "SystemRoot"];

/// A running program, killed when dropped.
pub struct Program {
    child: Child,
    stdout: Output,
    stderr: Output,
    /// How much of standard error has been searched line by line.
    passed: usize,
}

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Everything on standard output.
    pub stdout: String,
    /// Everything on standard error.
    pub stderr: String,
}

impl Program {
    /// Starts it with these arguments, no standard input, and an empty environment.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_in(&[], arguments)
    }

    /// Starts it with these variables as well.
    pub fn start_in(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::spawn(&mut command(variables, arguments))
    }

    /// Starts it with text on standard input as well.
    pub fn start_with(text: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut input = tempfile::tempfile().expect("there is room for a file");
        input.write_all(text.as_bytes()).expect("it was just made");
        input.rewind().expect("it is a file");
        let mut command = command(variables, arguments);
        Self::spawn_between(&mut command, input.into(), Stdio::piped())
    }

    /// Starts a command that runs the program.
    pub fn spawn(command: &mut Command) -> Self {
        Self::spawn_between(command, Stdio::null(), Stdio::piped())
    }

    /// Starts a command with this standard input and output.
    pub fn spawn_between(command: &mut Command, input: Stdio, output: Stdio) -> Self {
        command.stdin(input).stdout(output).stderr(Stdio::piped());
        let mut child = command
            .kill_on_drop(true)
            .spawn()
            .expect("cargo has built the program");
        Self {
            stdout: Output::of(child.stdout.take()),
            stderr: Output::of(child.stderr.take()),
            child,
            passed: 0,
        }
    }

    /// The next line of standard error that contains `part`.
    pub async fn line_with(&mut self, part: &str) -> String {
        let until = Instant::now() + DEADLINE;
        loop {
            while let Some(line) = self.next_line() {
                if line.contains(part) {
                    return line;
                }
            }
            let more = timeout_at(until, self.stderr.bytes.changed()).await;
            let said = || self.stderr.text();
            let Ok(more) = more else {
                panic!("no {part:?} in time after:\n{}", said());
            };
            assert!(more.is_ok(), "it ended without {part:?} after:\n{}", said());
        }
    }

    fn next_line(&mut self) -> Option<String> {
        let bytes = self.stderr.bytes.borrow();
        let rest = &bytes[self.passed..];
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        self.passed += end + 1;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    }

    /// Waits until standard error contains the text in complete lines. Returns all of it so far.
    pub async fn told(&mut self, text: &str) -> String {
        let holds = |bytes: &Vec<u8>| {
            bytes.ends_with(b"\n") && String::from_utf8_lossy(bytes).contains(text)
        };
        let told = timeout(DEADLINE, self.stderr.bytes.wait_for(holds)).await;
        let found = matches!(told, Ok(Ok(_)));
        drop(told);
        let said = self.stderr.text();
        assert!(found, "it never said {text:?}, but:\n{said}");
        said
    }

    /// Waits until standard output holds the text.
    pub async fn has_printed(&mut self, text: &str) {
        let holds = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(text);
        let printed = timeout(DEADLINE, self.stdout.bytes.wait_for(holds)).await;
        assert!(matches!(printed, Ok(Ok(_))), "it never printed {text:?}");
    }

    /// Everything on standard output so far.
    pub fn printed(&self) -> String {
        self.stdout.text()
    }

    /// Sends it a signal, such as "INT".
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", name, &id])
            .status();
        assert!(sent.expect("there is kill").success());
    }

    /// Its process ID.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Closes the reading end of both outputs.
    pub fn hang_up(&self) {
        self.stdout.reader.abort();
        self.stderr.reader.abort();
    }

    /// Waits for the process to exit, whatever it printed. Returns its exit code.
    pub async fn exit(&mut self) -> Option<i32> {
        let Ok(status) = timeout(DEADLINE, self.child.wait()).await else {
            panic!("it runs on after:\n{}", self.stderr.text());
        };
        status.expect("it is our child").code()
    }

    /// Waits for it to end. A panic in its output is a failure.
    pub async fn wait(mut self) -> Ended {
        let code = self.exit().await;
        let stderr = self.stderr.whole().await;
        assert!(!stderr.contains("panicked"), "{stderr}");
        Ended {
            code,
            stdout: self.stdout.whole().await,
            stderr,
        }
    }

    /// Waits for it to end with this exit code. Returns standard error.
    pub async fn ends_with(self, code: i32) -> String {
        let ended = self.wait().await;
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        ended.stderr
    }
}

/// One of a program's outputs, as far as it has been read.
struct Output {
    /// Closed after the last byte has been read.
    bytes: watch::Receiver<Vec<u8>>,
    reader: AbortHandle,
}

impl Output {
    fn of(pipe: Option<impl AsyncRead + Send + Unpin + 'static>) -> Self {
        let (sender, bytes) = watch::channel(Vec::new());
        let reader = tokio::spawn(async move {
            let Some(mut pipe) = pipe else { return };
            let mut some = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut some).await {
                sender.send_modify(|all| all.extend_from_slice(&some[..length]));
            }
        });
        Self {
            bytes,
            reader: reader.abort_handle(),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.borrow()).into_owned()
    }

    async fn whole(mut self) -> String {
        let closed = async { while self.bytes.changed().await.is_ok() {} };
        let ended = timeout(DEADLINE, closed).await;
        ended.expect("nobody else writes to its outputs");
        let bytes = self.bytes.borrow().clone();
        String::from_utf8(bytes).expect("it prints UTF-8")
    }
}

/// The program with these arguments and only these variables in its environment.
pub fn command(variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.env_clear();
    for name in KEPT_VARIABLES {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // Nothing is read from or left in the home folder of the user running the tests.
    command.env("HOME", "/dev/null/nowhere");
    command.args(arguments).envs(variables.iter().copied());
    command
}

/// A command started through other words, such as `sh -c`.
pub fn through(words: &[&str], command: &Command) -> Command {
    let words = words.iter().map(OsStr::new);
    let inner = command.as_std();
    let words = words.chain([inner.get_program()]).chain(inner.get_args());
    in_its_environment(command, words)
}

/// The command with the program at another path.
pub fn at(place: &Path, command: &Command) -> Command {
    let words = iter::once(place.as_os_str()).chain(command.as_std().get_args());
    in_its_environment(command, words)
}

/// Other words in a command's environment.
pub fn in_its_environment<'a>(
    command: &Command,
    mut words: impl Iterator<Item = &'a OsStr>,
) -> Command {
    let mut other = Command::new(words.next().expect("there is a first word"));
    let variables = command.as_std().get_envs();
    let variables = variables.filter_map(|(name, value)| Some((name, value?)));
    other.args(words).env_clear().envs(variables);
    other
}

/// The command in a shell that does something else first.
#[cfg(unix)]
pub fn after(first: &str, command: &Command) -> Command {
    through(
        &["sh", "-c", &format!("{first}; exec \"$@\""), "sh"],
        command,
    )
}

/// Puts the program where users other than its builder may run it. A copy could not be run while another test's new
/// process still holds it open for writing.
pub fn link(to: &Path) {
    fs::hard_link(BINARY, to).unwrap_or_else(|_| assert!(fs::copy(BINARY, to).is_ok()));
}
