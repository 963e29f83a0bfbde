//! The stand-in Zoho in its own process, so that its time and memory are not attributed to the program.

use crate::process::Process;
use crate::serve::Opening;
use crate::{Outcome, STAND_IN};
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime};

/// The process that plays Zoho. It ends when this is dropped.
pub struct StandIn {
    /// The first line it printed: its addresses and its client.
    pub opening: Opening,
    /// Ends along with this value.
    _process: Process,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Times on this machine's clock.
pub struct Last {
    /// When it began to write its last response.
    pub answer: SystemTime,
    /// When it had read the beginning of the last POST, which is the one with the code once that has arrived.
    pub post: SystemTime,
}

impl StandIn {
    /// Starts this same program again; its client has one redirect URI.
    pub fn start(redirect_uri: &str) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args([STAND_IN, redirect_uri])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = Process::start(&mut command)?;
        let questions = process
            .0
            .stdin
            .take()
            .ok_or("its standard input is a pipe")?;
        let answers = process
            .0
            .stdout
            .take()
            .ok_or("its standard output is a pipe")?;
        let mut answers = BufReader::new(answers);
        let mut line = String::new();
        answers.read_line(&mut line)?;
        Ok(Self {
            opening: serde_json::from_str(&line)?,
            _process: process,
            questions,
            answers,
        })
    }

    /// The times of its last events so far.
    pub fn last(&mut self) -> Outcome<Last> {
        writeln!(self.questions)?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let (answer, post) = line.trim().split_once(' ').ok_or("it says two times")?;
        let moment = |nanoseconds: &str| -> Outcome<SystemTime> {
            Ok(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds.parse()?))
        };
        Ok(Last {
            answer: moment(answer)?,
            post: moment(post)?,
        })
    }
}
