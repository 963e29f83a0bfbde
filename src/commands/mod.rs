//! One file for each command: from its arguments to its exit code.

pub mod api;
pub mod check;
pub mod demo;
pub mod device;
pub mod exchange;
pub mod export;
pub mod generated;
pub mod guide;
mod live;
pub mod login;
pub mod lookup;
pub mod profiles;
pub mod revoke;
mod revoke_old;
pub mod run;
pub mod setup;
mod source;
pub mod token;

use crate::cli::plan::Opener;
use crate::cli::usage::Usage;
use crate::terminal::Terminal;
use crate::terminal::output::Output;
use crate::{browser, prompt, signals};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use secrecy::{ExposeSecret, SecretString};
use std::borrow::Borrow;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use zoho_grant::context::Context;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::event::{Event, Tell};
use zoho_grant::handover::{Written, hand_over};
use zoho_grant::login::outcome::Outcome;
use zoho_grant::loopback::peer::Persons;
use zoho_grant::settings::Settings;
use zoho_grant::zoho::ANSWER_WITHIN;
use zoho_grant::zoho::http::Zoho;
use zoho_stand_in::visitor;

/// How a command ends: its exit code, or why it failed.
pub type Ended = Result<u8, Usage>;

/// What every command runs with. The keyring and locks block, so commands await Zoho only where they call it.
pub struct App {
    /// Runs requests to Zoho.
    pub runtime: Runtime,
    /// Communicates with the person.
    pub terminal: Arc<Terminal>,
}

impl App {
    /// A Zoho client that reports each request to the terminal.
    pub fn zoho(&self) -> Zoho {
        let terminal = Arc::clone(&self.terminal);
        let report = move |requested| terminal.event(&Event::Requested(requested));
        Zoho::new(ANSWER_WITHIN, Arc::new(report))
    }

    /// Prompts the person. Once a login has listened for signals they no longer end the process, so they end the prompt
    /// here.
    pub fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, Usage> {
        self.terminal.clear();
        let answer = self.runtime.block_on(async {
            let mut stopped = signals::first();
            tokio::select! {
                biased;
                _ = stopped.wait_for(Option::is_some) => Err(io::ErrorKind::Interrupted.into()),
                // Not started once a signal has arrived.
                answer = async { tokio::task::spawn_blocking(question).await } => answer.map_err(io::Error::other).flatten(),
            }
        });
        answer.map_err(|error| Usage::unanswered(&error))
    }

    /// Waits for Zoho, with a spinner on a terminal.
    pub fn wait<T>(&self, what: &str, answer: impl Future<Output = T>) -> T {
        self.terminal.spin(what);
        let answer = self.runtime.block_on(answer);
        self.terminal.clear();
        answer
    }

    /// Runs a flow to completion, and ends it.
    pub fn obtain(
        &self,
        settings: &Settings,
        revoke_old: bool,
        flow: impl Future<Output = Result<Outcome, Error>>,
    ) -> u8 {
        let old = revoke_old::old(settings.keeping.as_ref());
        let outcome = self.runtime.block_on(flow);
        self.end(outcome.map(|login| (login, settings)), old, revoke_old)
    }

    /// Reports how a flow with these settings went, and offers to revoke the refresh token that was overwritten.
    fn end(
        &self,
        outcome: Result<(Outcome, impl Borrow<Settings>), Error>,
        old: Option<Credentials>,
        revoke_old: bool,
    ) -> u8 {
        let (mut login, settings) = match outcome {
            Ok(obtained) => obtained,
            Err(error) => {
                self.terminal.failed(&error);
                return error.explain().exit_code;
            }
        };
        self.terminal.succeeded(&login);
        self.offer_to_print(&mut login, settings.borrow());
        if let Some(old) = old {
            revoke_old::offer(self, &login, &old, revoke_old);
        }
        login.exit_code()
    }

    /// Offers to print what only the page in the browser shows.
    fn offer_to_print(&self, login: &mut Outcome, settings: &Settings) {
        if !settings.page_first || login.written != Written::Nowhere {
            return;
        }
        let yes = self.ask(|| prompt::confirm("Print them here too?"));
        if !yes.unwrap_or_default() {
            return self.terminal.say(
                "Not printed. The page in your browser shows them until you close or reload it.",
            );
        }
        let (written, not) = hand_over(&login.credentials, &settings.target, &mut Output);
        login.written = written;
        if let Some(not) = not {
            let problem = Error::NotWritten(not);
            self.terminal.error(&problem);
            self.terminal.went_to(&login.written);
            login.problems.push(problem);
        }
    }

    /// The context of a person's own login: their terminal, standard output, the system's clock and randomness.
    fn context(&self, opener: Opener, pasting: bool) -> Context {
        let (sender, visited) = mpsc::channel(1);
        let terminal = Arc::clone(&self.terminal);
        let tell: Tell = Arc::new(move |event| {
            if let (Opener::PastingVisitor, Event::Ready { address, .. }) = (opener, &event) {
                tokio::spawn(visit(address.clone(), Some(sender.clone())));
            }
            terminal.event(&event);
        });
        // The user who started this program through `sudo`: their browser is the person's.
        let behind_sudo = std::env::var("SUDO_UID").ok();
        let behind_sudo = behind_sudo.and_then(|uid| uid.parse().ok());
        let told = Arc::clone(&tell);
        Context {
            open: Box::new(move |address| match opener {
                Opener::Nobody | Opener::PastingVisitor => {}
                Opener::Browser => browser::open(address, Arc::clone(&told)),
                Opener::Visitor => drop(tokio::spawn(visit(address.into(), None))),
            }),
            tell,
            pasted: if pasting { prompt::pasted() } else { visited },
            output: Box::new(Output),
            persons: Arc::new(Persons::of_this_process(behind_sudo)),
            random: Box::new(UnwrapErr(SysRng)),
            now: SystemTime::now,
            stopped: signals::listen(),
        }
    }
}

/// The login itself reports where the visit ended, unless the address is to be pasted.
async fn visit(address: SecretString, paste: Option<mpsc::Sender<SecretString>>) {
    let visit = visitor::consent(address.expose_secret()).await;
    if let (Ok(visit), Some(paste)) = (visit, paste) {
        // If the login has ended in the meantime, it no longer needs the address.
        let _ = paste.send(visit.address).await;
    }
}
