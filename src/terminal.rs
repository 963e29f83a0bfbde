//! Every word that a person reads on the terminal, and the only place that prints.

use crate::cli::configure::Usage;
use crate::cli::{Color, Talk};
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use secrecy::ExposeSecret;
use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use zoho_grant::Login;
use zoho_grant::error::Error;
use zoho_grant::event::Event;
use zoho_grant::foreign::Foreign;
use zoho_grant::handover::Written;
use zoho_grant::loopback::decide::Refusal;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::settings::Settings;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// After this much silence, the error pages are explained that Zoho shows and never redirects.
const SILENCE: Duration = Duration::from_secs(30);

/// More lines about refused requests than this tell nothing new, even to whoever asked for all.
const REFUSALS_TOLD: usize = 20;

/// Standard error, as a person sees it.
pub struct Terminal {
    talk: Talk,
    /// Whether a line can be written over.
    live: bool,
    state: Mutex<State>,
}

struct State {
    out: Box<dyn Write + Send>,
    /// A live line stands on the last row.
    line_stands: bool,
    /// What is said only once.
    said: HashSet<Once>,
    refusals: usize,
    console: String,
    redirect_uri: String,
    center: String,
}

#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
enum Once {
    ErrorPages,
    ForeignCallback,
    Bare,
    UntiedError,
    StartedTwice,
    SpokeTls,
}

impl Terminal {
    /// Writes to standard error.
    pub fn on_stderr(talk: Talk) -> Self {
        let stderr = std::io::stderr();
        let live = stderr.is_terminal();
        let choice = match talk.color {
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
            Color::Auto => AutoStream::choice(&stderr),
        };
        Self::new(Box::new(AutoStream::new(stderr, choice)), live, talk)
    }

    fn new(out: Box<dyn Write + Send>, live: bool, talk: Talk) -> Self {
        let state = State {
            out,
            line_stands: false,
            said: HashSet::new(),
            refusals: 0,
            console: String::new(),
            redirect_uri: String::new(),
            center: String::new(),
        };
        Self {
            talk,
            live,
            state: Mutex::new(state),
        }
    }

    /// Both listeners are up: what must be registered, and where.
    pub fn listening(&self, settings: &Settings, redirect_uri: &RedirectUri) {
        self.with(|state| {
            settings.api_console().clone_into(&mut state.console);
            state.redirect_uri = redirect_uri.to_string();
            state.center = settings.home.data_center().map_or_else(
                || settings.home.to_string(),
                |center| center.name.to_owned(),
            );
        });
        if settings.rehearsal {
            self.say(&format!("{BOLD}Rehearsal{BOLD:#} against the stand-in Zoho inside this program: nothing leaves this machine."));
        } else {
            self.say(&format!(
                "Redirect URI, to be registered exactly like this at {}:",
                settings.api_console()
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
    pub fn event(&self, event: Event) {
        match event {
            Event::Ready { address } => {
                self.say("Consent in the browser. If none opened, open this address yourself:");
                self.must_say(&format!("  {}", address.expose_secret()));
            }
            Event::BrowserFailed(why) => self.must_say(&format!(
                "{WARNING}No browser could be opened{WARNING:#} ({}). Open the address above yourself.",
                Foreign::new(why)
            )),
            Event::Waiting { since, left } => self.waiting(since, left),
            Event::Refused(refusal) => self.refused(refusal),
            Event::StartedTwice => self.once(Once::StartedTwice, &[
                "The one-time start address was opened a second time, which had no effect. If that was not you, another",
                "program of this machine opened it: check that organisation and person are yours at the end.",
            ]),
            Event::SpokeTls => self.once(Once::SpokeTls, &[
                "Your browser spoke https to this program, which serves http: its https-only mode does that.",
                "Make an exception for localhost there, or open the address in another browser.",
            ]),
            Event::Exchanging(server) => self.say(&format!("Zoho's answer arrived. Exchanging the grant token at {server} …")),
            Event::Checking(domain) => self.say(&format!("Asking {domain} whose the tokens are …")),
            Event::UnknownLocation(location) => self.say(&format!("Zoho names a data centre that is not in the table: {location}.")),
            Event::Requested { request, result, took } => self.detail(&format!("{request} → {result} ({} ms)", took.as_millis())),
        }
    }

    /// How it ended.
    pub fn outcome(&self, outcome: &Result<Login, Error>, now: SystemTime) {
        match outcome {
            Ok(login) => {
                for problem in &login.problems {
                    self.error(problem);
                }
                self.obtained(login, now);
            }
            Err(error) => {
                self.error(error);
                if matches!(error, Error::TimedOut { .. }) {
                    self.explain_error_pages();
                }
            }
        }
    }

    fn obtained(&self, login: &Login, now: SystemTime) {
        let credentials = &login.credentials;
        let shown = |text: &Option<Foreign>| {
            text.as_ref()
                .map_or_else(|| "(no name)".to_owned(), Foreign::to_string)
        };
        self.say(&format!("{GOOD}Credentials obtained{GOOD:#}"));
        if let Some(organization) = credentials.organization() {
            let id = organization
                .id
                .as_ref()
                .map(|id| format!("  {DIM}ID {id}{DIM:#}"))
                .unwrap_or_default();
            self.say(&format!(
                "  Organisation  {BOLD}{}{BOLD:#}{id}",
                shown(&organization.name)
            ));
        }
        if let Some(user) = credentials.user() {
            let email = user
                .email
                .as_ref()
                .map(|email| format!("  {DIM}{email}{DIM:#}"))
                .unwrap_or_default();
            self.say(&format!(
                "  Person        {BOLD}{}{BOLD:#}{email}",
                shown(&user.name)
            ));
        }
        let center = credentials
            .data_center
            .map(|center| format!("{} ({}), ", center.name, center.code));
        self.say(&format!(
            "  Data centre   {}{}",
            center.unwrap_or_default(),
            credentials.accounts_server
        ));
        if let Some(left) = credentials
            .expires_at
            .and_then(|end| end.duration_since(now).ok())
        {
            self.say(&format!(
                "  Access token  ends in {} minutes",
                (left.as_secs() + 30) / 60
            ));
        }
        for sentence in credentials.identity.unchecked() {
            self.warn(&[sentence]);
        }
        match &login.written {
            Written::Output(format) => self.say(&format!(
                "Printed on standard output, as {}.",
                format.name()
            )),
            Written::File(format, path) => self.say(&format!(
                "Written to {}, as {}.",
                Foreign::new(path.display().to_string()),
                format.name()
            )),
            Written::Nowhere => {
                self.must_say("Written nowhere: the page in the browser shows them once.")
            }
        }
    }

    fn waiting(&self, since: Duration, left: Duration) {
        if since >= SILENCE {
            self.explain_error_pages();
        }
        if self.live && !self.talk.quiet {
            let seconds = left.as_secs();
            let line = format!(
                "{DIM}Waiting for Zoho … {}:{:02} left, Ctrl-C stops{DIM:#}",
                seconds / 60,
                seconds % 60
            );
            self.with(|state| {
                let _ = write!(state.out, "\r\x1b[2K{line}");
                let _ = state.out.flush();
                state.line_stands = true;
            });
        } else if since < Duration::from_secs(1) {
            let minutes =
                humantime::format_duration(Duration::from_secs(left.as_secs_f64().round() as u64));
            self.say(&format!(
                "Waiting for Zoho, {minutes} at most. Ctrl-C stops."
            ));
        }
    }

    fn explain_error_pages(&self) {
        let (console, redirect_uri, center) = self.with(|state| {
            (
                state.console.clone(),
                state.redirect_uri.clone(),
                state.center.clone(),
            )
        });
        self.once(Once::ErrorPages, &[
            "Does Zoho's page show an error? It stays there, and this program hears nothing of it:",
            &format!("  Invalid Client        The client ID does not exist in this data centre ({center}): check --client-id and --dc."),
            &format!("  Invalid Redirect Uri  Register exactly {redirect_uri} at {console}."),
            "  Invalid OAuth Scope   One of the scopes does not exist: check --scope letter by letter.",
            "Mend it, stop with Ctrl-C, and run the login again.",
        ]);
    }

    fn refused(&self, refusal: Refusal) {
        match refusal {
            Refusal::UntiedError => self.once(Once::UntiedError, &[
                "A refusal came back that cannot be tied to this login, so it changed nothing. If you refused the consent, Ctrl-C stops.",
            ]),
            Refusal::ForeignState | Refusal::Repeated => self.once(Once::ForeignCallback, &[
                "An answer came that does not belong to this login, so it changed nothing. Waiting goes on.",
            ]),
            Refusal::Bare => self.once(Once::Bare, &[
                "The redirect URI was opened without an answer from Zoho, which changed nothing. If Zoho led there, the client is",
                "client-based (JavaScript) and never gets a refresh token: register a server-based client.",
            ]),
            Refusal::Host | Refusal::Path | Refusal::Method | Refusal::Metadata => {}
        }
        let told = self.with(|state| {
            state.refusals += 1;
            state.refusals
        });
        if told <= REFUSALS_TOLD {
            self.detail(&format!(
                "A request was refused and changed nothing: {refusal:?}"
            ));
        }
    }

    fn error(&self, error: &Error) {
        self.problem(&error.to_string(), &error.cause(), &error.remedy());
    }

    fn problem(&self, what: &str, cause: &str, remedy: &str) {
        self.must_say(&format!("{BAD}error:{BAD:#} {BOLD}{what}{BOLD:#}"));
        self.must_say(&format!("  Why:  {cause}"));
        self.must_say(&format!("  Next: {remedy}"));
    }

    fn once(&self, what: Once, lines: &[&str]) {
        if self.with(|state| state.said.insert(what)) {
            for line in lines {
                self.must_say(line);
            }
        }
    }

    fn detail(&self, line: &str) {
        if self.talk.verbose > 0 {
            self.must_say(&format!("{DIM}{line}{DIM:#}"));
        }
    }

    fn say(&self, line: &str) {
        if !self.talk.quiet {
            self.must_say(line);
        }
    }

    /// A terminal that is gone must not end the login, so failures to write are passed over.
    fn must_say(&self, line: &str) {
        self.with(|state| {
            if std::mem::take(&mut state.line_stands) {
                let _ = write!(state.out, "\r\x1b[2K");
            }
            let _ = writeln!(state.out, "{line}");
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
