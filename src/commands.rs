//! One file for each command.

pub mod check;
pub mod exchange;
mod live;
pub mod login;
pub mod profiles;
pub mod revoke;
mod revoke_old;
pub mod token;

use crate::cli::ask;
use crate::cli::usage::Usage;
use crate::signals;
use crate::terminal::Terminal;
use std::io;
use std::sync::Arc;
use tokio::runtime::Runtime;
use zoho_grant::error::Error;
use zoho_grant::event::Tell;
use zoho_grant::zoho::{ANSWER_WITHIN, Zoho};

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
        Zoho::new(ANSWER_WITHIN, self.tell())
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

    /// Events go to the terminal.
    pub fn tell(&self) -> Tell {
        let terminal = Arc::clone(self.terminal);
        Arc::new(move |event| terminal.event(&event))
    }
}
