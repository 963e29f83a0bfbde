//! A person typing at a pseudo-terminal.

use crate::program::{DEADLINE, after, command, in_its_environment};
use rexpect::process::{PtyProcess, WaitStatus};
use rustix::termios::{InputModes, LocalModes, OutputModes, Winsize, tcgetattr, tcsetwinsize};
use std::ffi::OsStr;
use std::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::process::Command;
use tokio::time::{Instant, timeout_at};

/// How a terminal handles input and output.
pub type Modes = (InputModes, OutputModes, LocalModes);

/// Turns echo on, which the library turns off.
const USUAL: &str = "stty sane";

/// A person at a terminal. Dropping it closes the terminal and ends the foreground program.
pub struct Typist {
    terminal: File,
    keys: Sender,
    screen: Receiver,
    process: PtyProcess,
    /// What the screen has shown.
    pub seen: String,
}

impl Typist {
    /// Runs only the program with these arguments: no shell could resume it after a stop. It starts on a new line.
    pub fn alone(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let program = command(variables, arguments);
        Self::at(after(&format!("{USUAL}; echo ready; read go"), &program))
    }

    /// Runs the program with these arguments, plus any shell code after them.
    pub fn start(arguments: &str, variables: &[(&str, &str)]) -> Self {
        Self::run(&format!("\"$PROGRAM\" {arguments}"), variables)
    }

    /// Runs a shell script in which `$PROGRAM` is the program.
    pub fn run(script: &str, variables: &[(&str, &str)]) -> Self {
        let script = format!("trap : INT; {USUAL}; {script}; echo code=$?");
        Self::shell(&["sh", "-c", &script], variables)
    }

    /// Runs a shell in which `$PROGRAM` is the program.
    pub fn shell(shell: &[&str], variables: &[(&str, &str)]) -> Self {
        let program = command(variables, &[]);
        let words = shell.iter().map(OsStr::new);
        let mut command = in_its_environment(&program, words);
        command.env("PROGRAM", program.as_std().get_program());
        Self::at(command)
    }

    fn at(mut command: Command) -> Self {
        command.env("TERM", "xterm");
        let mut process = PtyProcess::new(command.into_std()).unwrap();
        process.set_kill_timeout(Some(1000));
        let terminal = process.get_file_handle().unwrap();
        rustix::io::ioctl_fionbio(&terminal, true).unwrap();
        Self {
            // Each end of a terminal can be awaited like a pipe's.
            keys: Sender::from_file_unchecked(process.get_file_handle().unwrap()).unwrap(),
            screen: Receiver::from_file_unchecked(process.get_file_handle().unwrap()).unwrap(),
            terminal,
            process,
            seen: String::new(),
        }
    }

    /// Reads until the screen has shown `part`, and discards everything up to its end.
    pub async fn next(&mut self, part: &str) -> String {
        self.until(part).await;
        let (before, _) = self.seen.split_once(part).unwrap();
        let before = before.to_owned();
        self.seen.drain(..before.len() + part.len());
        before
    }

    /// Reads until the screen has shown `part`.
    pub async fn until(&mut self, part: &str) {
        let late = Instant::now() + DEADLINE;
        while !self.seen.contains(part) {
            let more = self.read(late, part).await;
            assert!(more, "it ended without {part:?} after:\n{}", self.seen);
        }
    }

    /// Reads to the end. Returns the exit code, in a shell's form for a signal.
    pub async fn end(&mut self) -> i32 {
        let late = Instant::now() + DEADLINE;
        while self.read(late, "the end").await {}
        match self.process.wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
            other => panic!("{other:?}"),
        }
    }

    /// Whether more arrived; nothing does once every program has closed the terminal.
    async fn read(&mut self, late: Instant, awaited: &str) -> bool {
        let mut bytes = [0; 4096];
        let Ok(read) = timeout_at(late, self.screen.read(&mut bytes)).await else {
            panic!("no {awaited:?} in time after:\n{}", self.seen);
        };
        let count = read.unwrap_or_default();
        self.seen += &String::from_utf8_lossy(&bytes[..count]);
        count > 0
    }

    /// Presses keys.
    pub async fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).await.unwrap();
    }

    /// Types a line.
    pub async fn enter(&mut self, line: &str) {
        self.press(&format!("{line}\r")).await;
    }

    /// The terminal's current modes.
    pub fn modes(&self) -> Modes {
        let modes = tcgetattr(&self.terminal).unwrap();
        (modes.input_modes, modes.output_modes, modes.local_modes)
    }

    /// Makes the terminal this wide.
    pub fn widen(&self, columns: u16) {
        let size = Winsize {
            ws_row: 40,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&self.terminal, size).unwrap();
    }

    /// Sends the first process a signal, such as "INT".
    pub fn signal(&mut self, signal: rexpect::process::Signal) {
        self.process.signal(signal).unwrap();
    }

    /// The address containing this part that the screen has shown.
    pub fn address(&self, part: &str) -> String {
        let plain = anstream::adapter::strip_str(&self.seen).to_string();
        let mut words = plain.split_whitespace();
        let address = words.find(|word| word.starts_with("http") && word.contains(part));
        address.unwrap().to_owned()
    }
}
