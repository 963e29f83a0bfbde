//! One command and one click from nothing to checked Zoho CRM credentials.
//!
//! The line from start to end, each step in the module that is named for it:
//!
//! 1. [`loopback`] binds the redirect URI on this machine, in both address families.
//! 2. [`zoho::authorization`] makes the authorization request: state, PKCE challenge, scopes.
//! 3. [`loopback::serve::Server`] serves the redirect URI; the browser is opened at its start address.
//! 4. [`loopback::decide`] judges each request; only the response to this very request counts.
//! 5. [`zoho::token`] redeems the grant token at the person's data centre, if it is to be trusted.
//! 6. [`zoho::crm`] asks whose the tokens are.
//! 7. [`handover`] writes the credentials where they shall go.
//! 8. The browser gets a page that tells the truth, and the login ends.
//!
//! [`device`] and [`self_client`] are the other ways to tokens; a response that no browser could bring is
//! pasted ([`loopback::pasted`]).
//! [`mod@keep`] holds client and tokens between runs, for whoever needs a live access token later.
//!
//! `zoho_stand_in` is a strict stand-in for Zoho, for rehearsals and tests. The library never prints, never ends
//! the process and never reads its arguments: [`event`] says what happens, and the caller says the words.
#![forbid(unsafe_code)]

pub mod credentials;
pub mod device;
pub mod error;
pub mod event;
pub mod foreign;
pub mod handover;
pub mod keep;
pub mod loopback;
mod obtain;
mod outcome_page;
pub mod self_client;
pub mod settings;
pub mod unfulfilled;
pub mod zoho;

use credentials::Credentials;
use error::{Error, Signal};
use event::{Event, Tell};
use handover::Written;
use keep::kept::Kept;
use keep::profile::{Name, Place};
use keep::trouble::Trouble;
use loopback::Loopback;
use loopback::decide::Expectation;
use loopback::peer::Persons;
use loopback::serve::{Callback, Server, Serving};
use loopback::strangers::page_for;
use rand::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use settings::Settings;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval, sleep_until};
use zoho::Zoho;
use zoho::authorization::{AuthorizationRequest, random_letters, random_text};

/// What a login touches outside itself; a test gives its own.
pub struct Surroundings {
    /// Told what happens.
    pub tell: Tell,
    /// Opens an address in the person's browser, without waiting for it.
    pub open: Box<dyn Fn(&str) + Send>,
    /// Texts that the person pasted: the redirected address among them, perhaps.
    pub pasted: mpsc::Receiver<SecretString>,
    /// Where credentials go that go to no file.
    pub output: Box<dyn Write + Send>,
    /// Whose requests are the person's.
    pub persons: Persons,
    /// The source of state, verifier and one-time addresses.
    pub random: Box<dyn CryptoRng + Send>,
    /// The wall clock, for the moment at which the access token ends.
    pub now: fn() -> SystemTime,
    /// Turns to a signal when the process is asked to end.
    pub stopped: watch::Receiver<Option<Signal>>,
}

/// A login that obtained something.
#[derive(Debug)]
pub struct Login {
    /// What it obtained.
    pub credentials: Credentials,
    /// Where it was written.
    pub written: Written,
    /// The profile that keeps it, and where.
    pub kept: Option<(Name, Place)>,
    /// What is wrong all the same, the gravest first.
    pub problems: Vec<Error>,
    /// Nobody could see which user of this machine brought Zoho's response: they may have consented with an account
    /// of their own.
    pub sender_unseen: bool,
}

/// One login, from the bound redirect URI to the page that tells how it went.
pub async fn login(
    settings: &Settings,
    loopback: Loopback,
    around: &mut Surroundings,
) -> Result<Login, Error> {
    let zoho = Zoho::new(settings.answer_within, around.tell.clone());
    let listens = loopback.redirect_uri().is_here();
    let request = authorization_request(settings, &loopback, around);
    let mut server = serve(settings, loopback, &request, around);
    reach(&zoho, settings, around).await?;

    // Zoho's own address holds the state, so no opener may have it on its command line.
    let start = listens.then(|| server.start_address());
    (around.tell)(Event::Ready {
        start: start.clone(),
        address: request.address.clone(),
    });
    if let Some(start) = start {
        (around.open)(&start);
    }
    let Callback { response, unseen } = wait(settings, &mut server, &request, around).await?;
    if unseen {
        (around.tell)(Event::SenderUnseen);
    }

    let outcome = obtain::obtain(&zoho, settings, &request, response, around).await;
    let outcome = match outcome {
        Ok(obtained) => Ok(Login {
            sender_unseen: unseen,
            ..hand_over(settings, obtained, around).await
        }),
        Err(error) => Err(error),
    };
    server
        .show(outcome_page::of(&outcome, settings, (around.now)()))
        .await;
    outcome
}

impl Login {
    /// 0, or that of the gravest problem.
    pub fn exit_code(&self) -> u8 {
        self.problems.first().map_or(0, Error::exit_code)
    }
}

fn authorization_request(
    settings: &Settings,
    loopback: &Loopback,
    around: &mut Surroundings,
) -> AuthorizationRequest {
    AuthorizationRequest::new(
        &settings.home,
        settings.client.id(),
        &settings.scopes,
        loopback.redirect_uri().as_str(),
        settings.pkce,
        around.random.as_mut(),
    )
}

fn serve(
    settings: &Settings,
    loopback: Loopback,
    request: &AuthorizationRequest,
    around: &mut Surroundings,
) -> Server {
    let mut one_time = |place: &str| {
        let random = random_text(around.random.as_mut());
        format!("/{place}/{}", random.expose_secret()).into()
    };
    let (start_path, page_path) = (one_time("start"), one_time("result"));
    let name = random_letters(around.random.as_mut());
    let expected = Expectation {
        redirect_uri: loopback.redirect_uri().clone(),
        state: request.state.clone(),
        start_path,
        page_path,
        page_host: loopback.host_below_localhost(&name),
        home: settings.home.clone(),
        trust: settings.trust.clone(),
    };
    loopback.serve(Serving {
        expected,
        consent: request.address.clone(),
        persons: around.persons.clone(),
        draw: {
            let rehearsal = settings.rehearsal;
            Arc::new(move |occasion| page_for(occasion, rehearsal))
        },
        tell: {
            let tell = Arc::clone(&around.tell);
            Arc::new(move |notice| tell(Event::OnPort(notice)))
        },
    })
}

async fn reach(zoho: &Zoho, settings: &Settings, around: &mut Surroundings) -> Result<(), Error> {
    tokio::select! {
        reached = zoho.reach(&settings.home) => reached.map_err(Error::Unreachable),
        signal = stopped(&mut around.stopped) => Err(Error::Stopped { signal, code_spent: false }),
    }
}

/// Waits for the authorization response. One that was accepted before the deadline wins over it.
async fn wait(
    settings: &Settings,
    server: &mut Server,
    request: &AuthorizationRequest,
    around: &mut Surroundings,
) -> Result<Callback, Error> {
    let began = Instant::now();
    let deadline = began + settings.timeout;
    let mut second = interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            biased;
            response = server.response() => return Ok(response),
            signal = stopped(&mut around.stopped) => return Err(Error::Stopped { signal, code_spent: false }),
            () = sleep_until(deadline) => return Err(Error::TimedOut {
                redirect_uri: request.redirect_uri.clone(),
                console: settings.home.api_console().to_owned(),
            }),
            Some(text) = around.pasted.recv() => match server.pasted(&text) {
                Ok(response) => return Ok(Callback { response, unseen: false }),
                Err(not) => (around.tell)(Event::NotTaken(not)),
            },
            now = second.tick() => (around.tell)(Event::Waiting {
                since: now.saturating_duration_since(began),
                left: deadline.saturating_duration_since(now),
                started: server.was_started(),
            }),
        }
    }
}

async fn hand_over(
    settings: &Settings,
    obtained: (Credentials, Vec<Error>),
    around: &mut Surroundings,
) -> Login {
    let (credentials, mut problems) = obtained;
    let (kept, not_kept) = match keep(settings, &credentials, around).await {
        Ok(kept) => (kept, None),
        Err(trouble) => (None, Some(Error::NotKept(trouble))),
    };
    let (written, not_written) = if kept.is_some() && !settings.hands_over() {
        (Written::Nowhere, None)
    } else {
        handover::hand_over(&credentials, &settings.target, around.output.as_mut())
    };
    // Only a foreign API domain is graver: it comes first already.
    let grave = problems
        .iter()
        .take_while(|problem| problem.exit_code() == 7)
        .count();
    problems.splice(grave..grave, not_kept.into_iter().chain(not_written));
    Login {
        credentials,
        written,
        kept,
        problems,
        sender_unseen: false,
    }
}

async fn keep(
    settings: &Settings,
    credentials: &Credentials,
    around: &mut Surroundings,
) -> Result<Option<(Name, Place)>, Trouble> {
    let Some(keeping) = settings.keeping.clone() else {
        return Ok(None);
    };
    let kept = Kept::of(credentials);
    keeping.keep(kept, &mut around.stopped).await.map(Some)
}

async fn stopped(stopped: &mut watch::Receiver<Option<Signal>>) -> Signal {
    match stopped
        .wait_for(Option::is_some)
        .await
        .map(|signal| *signal)
    {
        Ok(Some(signal)) => signal,
        // Nobody is left who could stop it.
        _ => std::future::pending().await,
    }
}
