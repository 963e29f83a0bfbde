//! One file for each command: from its arguments to its exit code.

pub mod check;
pub mod demo;
pub mod device;
pub mod exchange;
pub mod export;
pub mod generated;
mod live;
pub mod login;
pub mod lookup;
pub mod profiles;
pub mod revoke;
mod revoke_old;
pub mod token;

use crate::cli::ask;
use crate::cli::plan::Opener;
use crate::cli::usage::Usage;
use crate::terminal::Terminal;
use crate::{browser, signals};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use secrecy::SecretString;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use zoho_grant::error::Error;
use zoho_grant::event::Tell;
use zoho_grant::loopback::peer::Persons;
use zoho_grant::zoho::{ANSWER_WITHIN, Zoho};
use zoho_grant::{Login, Surroundings};
use zoho_stand_in::visitor;

/// Why a command ends before its end.
pub enum Stop {
    /// A setting cannot be used.
    Usage(Usage),
    /// Something failed.
    Error(Error),
}

impl From<Usage> for Stop {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What every command runs with. Keyring and locks block, so commands wait for Zoho only where they ask it.
pub struct Around<'a> {
    /// Waits for Zoho's answers.
    pub runtime: &'a Runtime,
    /// Talks to the person.
    pub terminal: &'a Arc<Terminal>,
}

impl Around<'_> {
    /// Zoho, telling the terminal of each request.
    pub fn zoho(&self) -> Zoho {
        Zoho::new(ANSWER_WITHIN, tell(self.terminal))
    }

    /// Asks for a line. Once a login has listened for signals they kill no more, so they are listened for here too.
    pub fn line(&self, question: &str) -> io::Result<String> {
        let question = question.to_owned();
        self.runtime.block_on(async {
            let mut stopped = signals::listen();
            let answer = tokio::task::spawn_blocking(move || ask::line(&question));
            tokio::select! {
                answer = answer => answer.map_err(io::Error::other)?,
                _ = stopped.wait_for(Option::is_some) => Err(io::ErrorKind::Interrupted.into()),
            }
        })
    }

    /// Whether the person says yes.
    pub fn yes(&self, question: &str) -> io::Result<bool> {
        let answer = self.line(&format!("{question} [y/N]"))?;
        Ok(matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
    }
}

/// What a person's own login touches: their terminal, standard output, the system's clock and randomness.
fn surroundings(
    terminal: &Arc<Terminal>,
    opener: Opener,
    pasted: mpsc::Receiver<SecretString>,
) -> Surroundings {
    let tell = tell(terminal);
    Surroundings {
        open: open(opener, &tell),
        tell,
        pasted,
        output: Box::new(std::io::stdout()),
        persons: Persons::of_this_process(behind_sudo()),
        random: Box::new(UnwrapErr(SysRng)),
        now: SystemTime::now,
        stopped: signals::listen(),
    }
}

/// Who started this program through `sudo`: their browser is the person's.
fn behind_sudo() -> Option<u32> {
    std::env::var("SUDO_UID").ok()?.parse().ok()
}

/// Events go to the terminal.
fn tell(terminal: &Arc<Terminal>) -> Tell {
    let told = Arc::clone(terminal);
    Arc::new(move |event| told.event(&event))
}

fn open(opener: Opener, tell: &Tell) -> Box<dyn Fn(&str) + Send> {
    let tell = Arc::clone(tell);
    match opener {
        Opener::Nobody => Box::new(|_| {}),
        Opener::Browser => Box::new(move |address| browser::open(address, Arc::clone(&tell))),
        Opener::Visitor => Box::new(|address| {
            let address = address.to_owned();
            // Where the visit ended is told by the login itself.
            tokio::spawn(async move { drop(visitor::consent(&address).await) });
        }),
    }
}

/// No texts are pasted.
fn nothing_pasted() -> mpsc::Receiver<SecretString> {
    mpsc::channel(1).1
}

/// Tells how it ended.
fn conclude(terminal: &Terminal, outcome: &Result<Login, Error>) -> ExitCode {
    terminal.outcome(outcome, SystemTime::now());
    let code = outcome.as_ref();
    ExitCode::from(code.map_or_else(Error::exit_code, Login::exit_code))
}
