//! Every word that a person reads on the terminal, and the only place that prints.

pub mod findings;
mod life;
mod outcome;
mod screen;
mod table;
mod ways;

use crate::cli::usage::Usage;
use crate::cli::{Color, Talk};
use crate::prompt;
use anstream::{AutoStream, ColorChoice};
use screen::{BAD, BOLD, DIM, Screen, WARNING};
use secrecy::ExposeSecret;
use std::collections::HashSet;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use zoho_grant::event::Event;
use zoho_grant::foreign::Foreign;
use zoho_grant::loopback::decide::Refusal;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::settings::Settings;

/// After this much silence, the error pages are explained that Zoho shows and never redirects.
const SILENCE: Duration = Duration::from_secs(30);

/// More lines about refused requests than this tell nothing new, even to whoever asked for all.
const REFUSALS_TOLD: usize = 20;

/// Standard error, as a person sees it.
pub struct Terminal {
    screen: Screen,
    quiet: bool,
    verbose: bool,
    /// For what is looked up, which goes to standard output.
    colors: ColorChoice,
    /// The redirected address can be pasted.
    pasting: AtomicBool,
    registration: OnceLock<Registration>,
    /// What is said only once, and was.
    said: Mutex<HashSet<&'static str>>,
    refusals: AtomicUsize,
}

/// What must agree with Zoho's console for a login to come back.
struct Registration {
    redirect_uri: String,
    /// Whether this machine serves it.
    is_here: bool,
    console: &'static str,
    data_center: String,
}

impl Terminal {
    /// Writes to standard error.
    pub fn on_stderr(talk: Talk) -> Self {
        let stderr = std::io::stderr();
        let choice = match talk.color {
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
            Color::Auto => AutoStream::choice(&stderr),
        };
        prompt::colored(choice != ColorChoice::Never);
        let is_terminal = stderr.is_terminal();
        let screen = Screen::new(Box::new(AutoStream::new(stderr, choice)), is_terminal);
        Self::new(screen, talk)
    }

    fn new(screen: Screen, talk: Talk) -> Self {
        Self {
            screen,
            quiet: talk.quiet,
            verbose: talk.verbose > 0,
            colors: match talk.color {
                Color::Always => ColorChoice::Always,
                Color::Never => ColorChoice::Never,
                Color::Auto => AutoStream::choice(&std::io::stdout()),
            },
            pasting: AtomicBool::new(false),
            registration: OnceLock::new(),
            said: Mutex::default(),
            refusals: AtomicUsize::new(0),
        }
    }

    /// Both listeners are up: what must be registered, and where.
    pub fn listening(&self, settings: &Settings, redirect_uri: &RedirectUri) {
        let console = settings.home.api_console();
        let center = settings.home.data_center();
        self.registration.get_or_init(|| Registration {
            redirect_uri: redirect_uri.to_string(),
            is_here: redirect_uri.is_here(),
            console,
            data_center: center.map_or_else(
                || settings.home.to_string(),
                |center| center.name.to_owned(),
            ),
        });
        if settings.rehearsal {
            self.rehearsal();
        } else {
            self.say(&format!(
                "Redirect URI, to be registered exactly like this at {console}:"
            ));
            self.say(&format!("  {BOLD}{redirect_uri}{BOLD:#}"));
        }
    }

    /// Warnings, one sentence each.
    pub fn warn(&self, warnings: &[String]) {
        for warning in warnings {
            self.must_say(&format!("{WARNING}warning:{WARNING:#} {warning}"));
        }
    }

    /// A setting that cannot be used.
    pub fn usage(&self, usage: &Usage) -> ExitCode {
        self.problem(&usage.what, &usage.cause, &usage.remedy);
        ExitCode::from(usage.exit_code)
    }

    /// What happens while the login runs.
    pub fn event(&self, event: &Event) {
        match event {
            Event::Ready { address } => {
                self.say(if self.registration.get().is_some_and(|known| !known.is_here) {
                    "Open this address, and consent:"
                } else {
                    "Consent in your browser, at this address:"
                });
                self.must_say(&format!("  {}", address.expose_secret()));
                self.explain_pasting();
            }
            Event::EnterCode { user_code, address, complete } => {
                self.enter_code(user_code, address, complete.as_ref());
            }
            Event::MovedTo(server) => {
                self.say(&format!("The consent was given at another data centre. Going on at {server} …"));
            }
            Event::NotTaken(not) => self.not_taken(*not),
            Event::BrowserFailed(why) => self.warn(&[format!(
                "No browser could be opened ({}). Open the address above yourself.",
                Foreign::new(why)
            )]),
            Event::Waiting { since, left } => self.waiting(*since, *left),
            Event::Refused(refusal) => self.refused(*refusal),
            Event::StartedTwice => self.once(
                "The one-time start address was opened a second time, which had no effect. If that was not you, another\n\
                 program of this machine opened it: check that organisation and person are yours at the end.",
            ),
            Event::SpokeTls => self.once(
                "Your browser spoke https to this program, which serves http: its https-only mode does that.\n\
                 Make an exception for localhost there, or open the address in another browser.",
            ),
            Event::Exchanging(server) => {
                self.say(&format!("Exchanging the grant token at {server} …"));
            }
            Event::Checking(domain) => self.say(&format!("Asking {domain} whose the tokens are …")),
            Event::UnknownLocation(location) => {
                self.say(&format!("Zoho names a data centre that is not in the table: {location}."));
            }
            Event::Requested { request, result, took } => {
                self.detail(&format!("{request} → {result} ({} ms)", took.as_millis()));
            }
        }
    }

    fn waiting(&self, since: Duration, left: Duration) {
        if since >= SILENCE {
            self.explain_error_pages();
        }
        let seconds = left.as_millis().div_ceil(1000);
        let left = format!("{}:{:02}", seconds / 60, seconds % 60);
        if !self.screen.is_terminal {
            if self.is_new("waiting") {
                self.say(&format!(
                    "Waiting for Zoho, {left} minutes at most. Ctrl-C stops."
                ));
            }
        } else if !self.quiet {
            self.screen.live(&format!(
                "{DIM}Waiting for Zoho … {left} left, Ctrl-C stops{DIM:#}"
            ));
        }
    }

    fn explain_error_pages(&self) {
        let Some(Registration {
            redirect_uri,
            console,
            data_center,
            ..
        }) = self.registration.get()
        else {
            return;
        };
        if !self.is_new("error pages") {
            return;
        }
        self.must_say(&format!(
            "Does Zoho's page show an error? It stays there, and this program hears nothing of it:\n  \
             Invalid Client        The client ID does not exist in this data centre ({data_center}): check --client-id and --dc.\n  \
             Invalid Redirect Uri  Register exactly {redirect_uri} at {console}.\n  \
             Invalid OAuth Scope   One of the scopes does not exist: check --scope letter by letter.\n\
             Mend it, and run the login again."
        ));
    }

    fn refused(&self, refusal: Refusal) {
        match refusal {
            Refusal::UntiedError => self.once(
                "A refusal came back that cannot be tied to this login, so it changed nothing.\n\
                 If you refused the consent, Ctrl-C stops.",
            ),
            Refusal::ForeignState | Refusal::Repeated => self.once(
                "An answer came that does not belong to this login, so it changed nothing. Waiting goes on.",
            ),
            Refusal::Bare => self.once(
                "The redirect URI was opened without an answer from Zoho, which changed nothing. If Zoho led there, the\n\
                 client is client-based (JavaScript) and never gets a refresh token: register a new client of the type \"Server-based\n\
                 Applications\" in Zoho's API console, with this redirect URI, and start again with its ID and secret.",
            ),
            Refusal::Host | Refusal::Path | Refusal::Method | Refusal::Metadata => {}
        }
        if self.refusals.fetch_add(1, Ordering::Relaxed) < REFUSALS_TOLD {
            self.detail(&format!(
                "A request was refused and changed nothing: {refusal:?}"
            ));
        }
    }

    fn problem(&self, what: &str, cause: &str, remedy: &str) {
        self.must_say(&format!("{BAD}error:{BAD:#} {BOLD}{what}{BOLD:#}"));
        self.must_say(&format!("  Why:  {cause}"));
        self.must_say(&format!("  Next: {remedy}"));
    }

    fn once(&self, lines: &'static str) {
        if self.is_new(lines) {
            self.must_say(lines);
        }
    }

    fn is_new(&self, what: &'static str) -> bool {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(what)
    }

    fn detail(&self, line: &str) {
        if self.verbose {
            self.must_say(&format!("{DIM}{line}{DIM:#}"));
        }
    }

    fn say(&self, line: &str) {
        if !self.quiet {
            self.must_say(line);
        }
    }

    fn must_say(&self, line: &str) {
        self.screen.line(line);
    }
}

#[cfg(test)]
mod tests;
