//! The real `zoho-grant`, run as a person runs it.

use std::io::{Seek, Write};
use std::process::{Command as StdCommand, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// Nothing takes this long; what does has hung.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// A running program, killed when dropped.
pub struct Program {
    child: Child,
    stdout: JoinHandle<String>,
    stderr: Lines<BufReader<ChildStderr>>,
    seen: String,
}

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Everything on standard output.
    pub stdout: String,
    /// Everything on standard error.
    pub stderr: String,
}

impl Program {
    /// Starts it with these arguments, no standard input, and nothing in the environment that it obeys.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_in(&[], arguments)
    }

    /// The same with these variables.
    pub fn start_in(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let command = command(variables, arguments);
        Self::spawn(command.into(), Stdio::null())
    }

    /// The same with a text on standard input.
    pub fn start_with(text: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut input = tempfile::tempfile().expect("there is room for a file");
        input.write_all(text.as_bytes()).expect("it was just made");
        input.rewind().expect("it is a file");
        let command = command(variables, arguments);
        Self::spawn(command.into(), input.into())
    }

    /// Starts a command that runs the program.
    pub fn spawn(mut command: Command, input: Stdio) -> Self {
        let mut child = command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("cargo has built the program");
        let mut stdout = child.stdout.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        Self {
            child,
            stdout: tokio::spawn(async move {
                let mut text = String::new();
                let read = stdout.read_to_string(&mut text).await;
                read.expect("it prints UTF-8");
                text
            }),
            stderr: BufReader::new(stderr).lines(),
            seen: String::new(),
        }
    }

    /// The next line of standard error that contains `part`.
    pub async fn line_with(&mut self, part: &str) -> String {
        let until = Instant::now() + DEADLINE;
        loop {
            match self.line(part, until).await {
                Some(line) if line.contains(part) => return line,
                Some(_) => {}
                None => panic!("it ended without {part:?} after:\n{}", self.seen),
            }
        }
    }

    /// Sends it a signal: "INT", say.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = StdCommand::new("kill").args(["-s", name, &id]).status();
        assert!(sent.expect("there is kill").success());
    }

    /// Its process.
    #[cfg(target_os = "linux")]
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Waits for its end.
    pub async fn wait(mut self) -> Ended {
        let until = Instant::now() + DEADLINE;
        while self.line("its end", until).await.is_some() {}
        let Ok(status) = timeout_at(until, self.child.wait()).await else {
            panic!("it closed standard error and runs on after:\n{}", self.seen);
        };
        Ended {
            code: status.expect("it is our child").code(),
            stdout: self.stdout.await.expect("reading does not panic"),
            stderr: self.seen,
        }
    }

    async fn line(&mut self, awaited: &str, until: Instant) -> Option<String> {
        let Ok(line) = timeout_at(until, self.stderr.next_line()).await else {
            panic!("no {awaited:?} in time after:\n{}", self.seen);
        };
        let line = line.expect("it prints UTF-8")?;
        self.seen += &line;
        self.seen.push('\n');
        Some(line)
    }
}

/// The program with these variables and arguments, and nothing else in the environment that it obeys.
pub fn command(variables: &[(&str, &str)], arguments: &[&str]) -> StdCommand {
    let mut command = StdCommand::new(env!("CARGO_BIN_EXE_zoho-grant"));
    for (name, _) in std::env::vars_os() {
        if is_obeyed(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    // Nothing is found or left behind in the home of the person who runs the tests.
    command.env("HOME", "/dev/null/nowhere");
    command.args(arguments).envs(variables.iter().copied());
    command
}

/// The same, by a shell that does something first.
#[cfg(unix)]
pub fn after(first: &str, command: &StdCommand) -> StdCommand {
    let mut shell = StdCommand::new("sh");
    shell.args(["-c", &format!("{first}; exec \"$@\""), "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

fn is_obeyed(variable: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    name.starts_with("ZOHO_")
        || name.ends_with("_PROXY")
        || name.starts_with("XDG_")
        || [
            "BROWSER",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "CODESPACES",
            "NO_COLOR",
            "REMOTE_CONTAINERS",
            "SSH_CONNECTION",
        ]
        .contains(&name.as_str())
}
