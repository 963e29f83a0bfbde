//! Writes everything that a person reads on the terminal; nothing else prints.

pub mod check_report;
mod facts;
mod flows;
mod guide;
mod outcome;
pub mod output;
mod port;
pub mod screen;
mod table;
mod tokens;

use crate::cli::Talk;
use crate::cli::plan::{Opener, Plan};
use crate::cli::tunnel::{self, Surroundings};
use crate::cli::usage::Usage;
use crate::prompt;
use anstream::{AutoStream, ColorChoice};
use screen::{BAD, BOLD, DIM, Screen, WARNING, lock, unbroken, width};
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashSet;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;
use zoho_grant::event::Event;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::trust::AccountsServer;

/// How long to wait before explaining the error pages that Zoho shows without redirecting.
const SILENCE: Duration = Duration::from_secs(30);

/// How long to wait for a browser at the start address before saying that none came.
const OPENING: Duration = Duration::from_secs(10);

/// How long to wait before suggesting that something intercepts the browser's requests.
const STUCK: Duration = Duration::from_mins(1);

/// How long to wait before saying that Zoho is slow.
const SLOW: Duration = Duration::from_secs(5);

/// The key for having shown the redirect URI.
const REDIRECT_URI: &str = "redirect URI";

/// Messages for the person, on standard error.
pub struct Terminal {
    screen: Screen,
    talk: Talk,
    registration: OnceLock<Registration>,
    /// Zoho's consent page for this login.
    consent: OnceLock<SecretString>,
    /// The one-time messages that were shown.
    said: Mutex<HashSet<&'static str>>,
    refusals: AtomicUsize,
}

/// What must match Zoho's console for a login to succeed.
struct Registration {
    home: AccountsServer,
    redirect_uri: RedirectUri,
    /// Whether the redirected address can be pasted.
    pasting: bool,
    opener: Opener,
    surroundings: Surroundings,
    /// Whether Zoho is the stand-in.
    rehearsal: bool,
}

/// An address as a clickable link, on terminals that support it.
fn linked(address: &str) -> String {
    if supports_hyperlinks::on(supports_hyperlinks::Stream::Stderr) {
        format!("\x1b]8;;{address}\x1b\\{address}\x1b]8;;\x1b\\")
    } else {
        address.to_owned()
    }
}

/// Minutes and seconds.
fn clock(left: Duration) -> String {
    let seconds = left.as_millis().div_ceil(1000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

impl Terminal {
    /// Writes to standard error.
    pub fn on_stderr(talk: Talk) -> Self {
        match talk.color {
            clap::ColorChoice::Always => ColorChoice::Always,
            clap::ColorChoice::Never => ColorChoice::Never,
            clap::ColorChoice::Auto => ColorChoice::Auto,
        }
        .write_global();
        let stderr = std::io::stderr();
        let colored = AutoStream::choice(&stderr) != ColorChoice::Never;
        prompt::colored(colored);
        // Without colors, the sequence that clears a row is stripped, too.
        let is_live = colored && stderr.is_terminal() && !talk.quiet;
        Self {
            screen: Screen::new(Box::new(AutoStream::auto(stderr)), is_live, width),
            talk,
            registration: OnceLock::new(),
            consent: OnceLock::new(),
            said: Mutex::default(),
            refusals: AtomicUsize::new(0),
        }
    }

    /// Says what must be registered and where, and shows warnings, before the person consents.
    pub fn listening(&self, plan: &Plan, redirect_uri: &RedirectUri, pasting: bool) {
        let known = self.registration.get_or_init(|| Registration {
            home: plan.settings.home.clone(),
            redirect_uri: redirect_uri.clone(),
            pasting,
            opener: plan.opener,
            surroundings: match plan.opener {
                Opener::Visitor | Opener::PastingVisitor => Surroundings::Here,
                Opener::Nobody | Opener::Browser => tunnel::of_this_process(redirect_uri),
            },
            rehearsal: plan.settings.rehearsal,
        });
        if plan.settings.rehearsal {
            self.rehearsal();
        } else if self.is_new(REDIRECT_URI) {
            self.say(&format!(
                "Redirect URI; register exactly this at {}:",
                known.home.api_console()
            ));
            self.say(&format!("  {BOLD}{redirect_uri}{BOLD:#}"));
        }
        plan.note.iter().for_each(|note| self.say(note));
        self.warn(&plan.warnings);
        self.explain_surroundings(known);
        self.spin("Connecting to Zoho …");
    }

    /// Explains how a browser on another machine reaches this one.
    fn explain_surroundings(&self, known: &Registration) {
        match &known.surroundings {
            Surroundings::Here => {}
            Surroundings::Remote(command) => {
                self.must_say(
                    "Is your browser on another machine? Run this there first, and leave it open:",
                );
                self.must_say(&format!("  {BOLD}{}{BOLD:#}", unbroken(command)));
            }
            Surroundings::Container => self.say(&format!(
                "This looks like a container: a browser outside it reaches {} only if the \
                 container shares the host's network (docker run --network host).{}",
                known.redirect_uri.authority(),
                if known.pasting {
                    ""
                } else {
                    " Otherwise, run it in a terminal (docker run -it) to paste the address that \
                     the browser ends up at."
                }
            )),
        }
    }

    /// Starts a spinner for something that may take a moment.
    pub fn spin(&self, text: &str) {
        self.screen.live(text, true);
    }

    /// Stops the spinner.
    pub fn clear(&self) {
        self.screen.clear();
    }

    /// Shows warnings, one sentence each.
    pub fn warn(&self, warnings: &[String]) {
        for warning in warnings {
            self.warn_of(warning);
        }
    }

    /// Shows one warning.
    pub fn warn_of(&self, warning: &str) {
        self.must_say(&format!("{WARNING}warning:{WARNING:#} {warning}"));
    }

    /// Shows what could not be done, why, and what to do next.
    pub fn error(&self, error: impl Into<Usage>) -> ExitCode {
        let usage = error.into();
        let what = usage.what;
        self.screen.clear();
        self.must_say(&format!("{BAD}error:{BAD:#} {BOLD}{what}{BOLD:#}"));
        self.must_say(&format!("  Why:   {}", usage.cause));
        self.must_say(&format!("  Next:  {}", usage.remedy));
        ExitCode::from(usage.exit_code)
    }

    /// Reports what happens while the login runs.
    pub fn event(&self, event: &Event) {
        match event {
            Event::Ready { start, address } => self.ready(start.as_deref(), address),
            Event::EnterCode {
                user_code,
                address,
                complete,
            } => {
                self.enter_code(user_code, address, complete.as_ref());
            }
            Event::MovedTo(server) => {
                self.say(&format!(
                    "Your account is in another data center. Continuing at {server} …"
                ));
            }
            Event::NotTaken(not) => self.not_taken(*not),
            Event::BrowserFailed(why) => self.browser_failed(why),
            Event::Waiting {
                since,
                left,
                started,
            } => self.waiting(*since, *left, *started),
            Event::OnPort(notice) => self.on_port(*notice),
            Event::SenderUnseen => self.warn_of(
                "The connection with Zoho's response closed before zoho-grant could see which user \
                 of this machine it belonged to. Check that the organization and the person are \
                 yours.",
            ),
            Event::Exchanging(server) => {
                self.step(&format!("Exchanging the grant token at {server} …"));
            }
            Event::StillExchanging(since) => self.still_exchanging(*since),
            Event::Checking(domain) => self.step(&format!("Asking {domain} who owns the tokens …")),
            // What moves would erase a last line that does not end.
            Event::HandingOver => self.screen.clear(),
            Event::UnknownLocation(location) => {
                self.say(&format!("Zoho named an unknown data center: {location}."));
            }
            Event::SetUp(step) => self.set_up(step),
            Event::Requested(it) => {
                let took = it.took.as_millis();
                self.detail(&format!("{} → {} ({took} ms)", it.request, it.result));
            }
        }
    }

    /// Shows the address to open: if a browser opens here, only the short one, which contains no state.
    fn ready(&self, start: Option<&str>, address: &SecretString) {
        self.screen.clear();
        let opened = self.is_opened();
        let elsewhere =
            !opened || self.login_is(|it| matches!(it.surroundings, Surroundings::Remote(_)));
        if let Some(start) = start {
            self.say(if opened {
                "Opening your browser. If it does not open, open this address on this machine:"
            } else {
                "Open this address in a browser on this machine:"
            });
            self.must_say(&format!("  {}", linked(start)));
        }
        if start.is_none() || elsewhere {
            self.say(match start {
                Some(_) => "In a browser on another machine, open Zoho's page instead:",
                None => "Open this address, and accept:",
            });
            self.must_say(&format!("  {}", address.expose_secret()));
        }
        self.consent.get_or_init(|| address.clone());
        self.explain_pasting();
    }

    fn login_is(&self, so: impl Fn(&Registration) -> bool) -> bool {
        self.registration.get().is_some_and(so)
    }

    /// Whether the start address is opened in a browser.
    fn is_opened(&self) -> bool {
        self.login_is(|it| it.opener != Opener::Nobody)
    }

    /// Whether the redirected address can be pasted.
    fn is_pasting(&self) -> bool {
        self.login_is(|it| it.pasting)
    }

    fn waiting(&self, since: Duration, left: Duration, started: bool) {
        if since >= SILENCE {
            self.explain_error_pages();
        }
        let is_here = self.login_is(|it| it.redirect_uri.is_here());
        if is_here && !started && since >= OPENING && self.is_opened() {
            self.once("No browser has opened the address above yet. Open it yourself.");
        }
        if is_here && since >= STUCK {
            // An earlier app's service worker that intercepts everything looks just like a person who takes their time.
            self.once(if self.is_pasting() {
                "Nothing happens? Open the address above in a private window, or paste the address \
                 that the browser ends up at here: an app that used this port before may intercept \
                 it."
            } else {
                "Nothing happens? Open the address above in a private window: an app that used \
                 this port before may intercept it."
            });
        }
        let left = clock(left);
        let line = format!("Waiting for Zoho … {left} left, Ctrl-C stops");
        if !self.screen.live(&line, false) && self.is_new("waiting") {
            self.say(&format!(
                "Waiting for Zoho, up to {left} minutes. Ctrl-C stops."
            ));
        }
    }

    /// Shows a spinner if Zoho's response takes more than a second.
    fn still_exchanging(&self, since: Duration) {
        let seconds = since.as_secs();
        self.spin(&format!("Waiting for Zoho's response … {seconds} s"));
        if since >= SLOW && self.is_new("slow exchange") {
            self.say(
                "Zoho is slow to answer. zoho-grant keeps waiting, because a grant token works \
                 only once.",
            );
        }
    }

    fn explain_error_pages(&self) {
        if let Some(known) = self.registration.get()
            && self.is_new("error pages")
        {
            let (home, redirect_uri) = (&known.home, &known.redirect_uri);
            let center = home.data_center();
            let center = center.map_or_else(|| home.to_string(), |center| center.name.to_owned());
            self.must_say(&format!(
                "Does Zoho's page show an error? Zoho does not redirect then, so zoho-grant cannot detect it:\n  \
                 Invalid Client        The client ID does not exist in this data center ({center}): check --client-id and --dc.\n  \
                 Invalid Redirect Uri  Register exactly {redirect_uri} at {}.\n  \
                 Invalid OAuth Scope   One of the scopes does not exist: check the spelling in --scope.\n\
                 Fix it, then run the login again.",
                home.api_console()
            ));
        }
    }

    fn browser_failed(&self, why: &str) {
        let instead = if self.login_is(|it| it.rehearsal) {
            "Open the address above yourself, or run zoho-grant demo --yes."
        } else {
            "Open the address above yourself."
        };
        let why = Untrusted::new(why);
        self.warn_of(&format!("No browser could be opened ({why}). {instead}"));
    }

    /// A short step, which leaves nothing behind on a terminal.
    fn step(&self, line: &str) {
        if !self.screen.live(line, true) {
            self.say(line);
        }
    }

    fn once(&self, lines: &'static str) {
        if self.is_new(lines) {
            self.must_say(lines);
        }
    }

    fn is_new(&self, what: &'static str) -> bool {
        lock(&self.said).insert(what)
    }

    fn detail(&self, line: &str) {
        if self.talk.verbose > 0 {
            self.must_say(&format!("{DIM}{line}{DIM:#}"));
        }
    }

    /// Says what is good to know; nothing with `--quiet`.
    pub fn say(&self, line: &str) {
        if !self.talk.quiet {
            self.must_say(line);
        }
    }

    /// Says what a person needs to know.
    pub fn must_say(&self, line: &str) {
        self.screen.line(line);
    }
}

#[cfg(test)]
mod tests;
