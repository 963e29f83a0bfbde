//! One file for each command: from its arguments to its exit code.

pub mod demo;
pub mod device;
pub mod export;
pub mod login;
pub mod lookup;

use crate::cli::plan::Opener;
use crate::terminal::Terminal;
use crate::{browser, signals};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use secrecy::SecretString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::mpsc;
use zoho_grant::demo::visitor;
use zoho_grant::error::Error;
use zoho_grant::event::Tell;
use zoho_grant::{Login, Surroundings};

/// What a person's own login touches: their terminal, standard output, the system's clock and randomness.
fn surroundings(
    terminal: &Arc<Terminal>,
    opener: Opener,
    pasted: mpsc::Receiver<SecretString>,
) -> Surroundings {
    let told = Arc::clone(terminal);
    let tell: Tell = Arc::new(move |event| told.event(&event));
    Surroundings {
        open: open(opener, &tell),
        tell,
        pasted,
        output: Box::new(std::io::stdout()),
        random: Box::new(UnwrapErr(SysRng)),
        now: SystemTime::now,
        stopped: signals::listen(),
    }
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
    ExitCode::from(
        outcome
            .as_ref()
            .map_or_else(Error::exit_code, Login::exit_code),
    )
}
