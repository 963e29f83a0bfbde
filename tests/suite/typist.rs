//! `script` of util-linux gives the program a real terminal: what is written to it is typed there.

use crate::program::DEADLINE;
use std::process::Stdio;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A person at a terminal.
pub struct Typist {
    /// The terminal.
    pub child: Child,
    /// What is typed.
    pub keys: ChildStdin,
    screen: ChildStdout,
    /// What the screen has shown.
    pub seen: String,
}

impl Typist {
    /// Runs the program with these arguments, and whatever follows them in the shell.
    pub fn start(arguments: &str, variables: &[(&str, &str)]) -> Self {
        Self::run(&format!("\"$PROGRAM\" {arguments}"), variables)
    }

    /// Runs a script of a shell, in which `$PROGRAM` is the program.
    pub fn run(script: &str, variables: &[(&str, &str)]) -> Self {
        let program = format!("trap : INT; stty echo; {script}; echo code=$?");
        let mut command = Command::new("script");
        command.args([
            "--quiet",
            "--echo",
            "never",
            "--command",
            &program,
            "/dev/null",
        ]);
        for name in [
            "SSH_CONNECTION",
            "CODESPACES",
            "REMOTE_CONTAINERS",
            "BROWSER",
        ] {
            command.env_remove(name);
        }
        let mut child = command
            .env("SHELL", "/bin/sh")
            .env("TERM", "xterm")
            .env("PROGRAM", env!("CARGO_BIN_EXE_zoho-grant"))
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("util-linux is there");
        let (keys, screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self {
            child,
            keys,
            screen,
            seen: String::new(),
        }
    }

    /// Reads on until the screen has shown `part`.
    pub async fn until(&mut self, part: &str) {
        let read = async {
            let mut bytes = [0; 4096];
            while !self.seen.contains(part) {
                let count = self.screen.read(&mut bytes).await.unwrap();
                assert!(count > 0, "it ended without {part:?} after:\n{}", self.seen);
                self.seen += &String::from_utf8_lossy(&bytes[..count]);
            }
        };
        assert!(
            tokio::time::timeout(DEADLINE, read).await.is_ok(),
            "no {part:?}"
        );
    }

    /// Types a line.
    pub async fn enter(&mut self, line: &str) {
        self.keys.write_all(line.as_bytes()).await.unwrap();
        self.keys.write_all(b"\n").await.unwrap();
    }

    /// The address with this part that the screen has shown.
    pub fn address(&self, part: &str) -> String {
        let plain = anstream::adapter::strip_str(&self.seen).to_string();
        let mut words = plain.split_whitespace();
        let address = words.find(|word| word.starts_with("http") && word.contains(part));
        address.unwrap().to_owned()
    }
}
