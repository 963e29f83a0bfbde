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
use zoho_grant::context::Context;
use zoho_grant::error::Error;
use zoho_grant::event::{Tell, reporting};
use zoho_grant::login::outcome::Outcome;
use zoho_grant::loopback::peer::Persons;
use zoho_grant::zoho::ANSWER_WITHIN;
use zoho_grant::zoho::http::Zoho;
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
pub struct App<'a> {
    /// Waits for Zoho's answers.
    pub runtime: &'a Runtime,
    /// Talks to the person.
    pub terminal: &'a Arc<Terminal>,
}

impl App<'_> {
    /// Zoho, telling the terminal of each request.
    pub fn zoho(&self) -> Zoho {
        Zoho::new(ANSWER_WITHIN, reporting(&tell(self.terminal)))
    }

    /// Asks the person. Once a login has listened for signals they end no process, so they end the question here.
    pub fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        self.runtime.block_on(async {
            let mut stopped = signals::first();
            tokio::select! {
                biased;
                _ = stopped.wait_for(Option::is_some) => Err(io::ErrorKind::Interrupted.into()),
                answer = async { tokio::task::spawn_blocking(question).await } => answer.map_err(io::Error::other)?,
            }
        })
    }
}

/// What a person's own login touches: their terminal, standard output, the system's clock and randomness.
fn context(
    terminal: &Arc<Terminal>,
    opener: Opener,
    pasted: mpsc::Receiver<SecretString>,
) -> Context {
    let tell = tell(terminal);
    Context {
        open: open(opener, &tell),
        tell,
        pasted,
        output: Box::new(std::io::stdout()),
        persons: Arc::new(Persons::of_this_process(behind_sudo())),
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
fn conclude(terminal: &Terminal, outcome: &Result<Outcome, Error>) -> ExitCode {
    terminal.outcome(outcome, SystemTime::now());
    ExitCode::from(match outcome {
        Ok(login) => login.exit_code(),
        Err(error) => error.explain().exit_code,
    })
}
