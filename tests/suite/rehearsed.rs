//! A login in this process against the stand-in, with everything around it under the test's control.

use rand::SeedableRng;
use rand::rngs::StdRng;
use secrecy::SecretString;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};
use tokio::sync::{mpsc, watch};
use tokio::task::yield_now;
use tokio::time::{advance, pause, resume};
use zoho_grant::context::{Context, Signal};
use zoho_grant::error::Error;
use zoho_grant::event::{Event, Tell};
use zoho_grant::handover::Target;
use zoho_grant::handover::format::Form;
use zoho_grant::handover::format_options::FormatOptions;
use zoho_grant::login::device::device;
use zoho_grant::login::login;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::login::self_client::exchange;
use zoho_grant::loopback::Loopback;
use zoho_grant::loopback::redirect_uri::RedirectUri;
use zoho_grant::settings::Settings;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::scopes::{DEFAULT, Scopes};
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain, Trust};
use zoho_stand_in::visitor::{self, Visit};
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

/// What a login left behind.
pub struct Ended {
    pub outcome: Result<Outcome, Error>,
    /// What it wrote, in place of standard output.
    pub output: String,
    /// Where the visitor ended up, if one was sent.
    pub visit: Option<Visit>,
    /// The names of the events it reported.
    pub told: Vec<String>,
    /// How often it opened a browser.
    pub opened: usize,
}

impl Ended {
    /// The exit code that the process would have.
    pub fn code(&self) -> u8 {
        match &self.outcome {
            Ok(login) => login.exit_code(),
            Err(error) => error.explain().exit_code,
        }
    }

    /// The credentials; fails if the login obtained none.
    pub fn login(&self) -> &Outcome {
        self.outcome
            .as_ref()
            .expect("the login obtained credentials")
    }

    /// What went wrong, with cause and remedy.
    pub fn words(&self) -> Vec<[String; 3]> {
        let words = |error: &Error| {
            let explained = error.explain();
            [error.to_string(), explained.cause, explained.remedy]
        };
        match &self.outcome {
            Ok(login) => login.problems.iter().map(words).collect(),
            Err(error) => vec![words(error)],
        }
    }
}

/// A stand-in, and the settings of a login at it.
pub struct Stage {
    pub stand_in: Arc<StandIn>,
    pub settings: Settings,
    pub redirect_uri: RedirectUri,
    /// Set to a signal, it asks the login to stop.
    pub stop: watch::Sender<Option<Signal>>,
}

impl Stage {
    pub async fn new(rehearsal: Rehearsal) -> Self {
        let stand_in = StandIn::start(rehearsal).await.unwrap();
        let settings = settings(&stand_in);
        let stop = watch::Sender::new(None);
        Self {
            stand_in: Arc::new(stand_in),
            settings,
            redirect_uri: RedirectUri::parse("http://localhost:0/callback").unwrap(),
            stop,
        }
    }

    /// Once the stand-in has received every request that it will not answer, the clock jumps to their deadline.
    pub fn jump_at<const N: usize>(&self, paths: [&'static str; N]) {
        let (stand_in, late) = (Arc::clone(&self.stand_in), self.settings.answer_within);
        tokio::spawn(async move {
            let asked = |path: &&str| stand_in.requests().iter().any(|it| it.path == **path);
            while !paths.iter().all(asked) {
                yield_now().await;
            }
            jump(late).await;
        });
    }

    /// Runs the login with the visitor that accepts.
    pub async fn visited(&self) -> Ended {
        self.run(|address| tokio::spawn(async move { visitor::consent(&address).await.ok() }))
            .await
    }

    /// Runs the login with a browser of the test's own.
    pub async fn run(&self, browser: impl Fn(String) -> Journey + Send + 'static) -> Ended {
        self.run_with(browser, mpsc::channel(1).1, |_| {}).await
    }

    /// Runs it with pasted text as well, and with access to what the login reports.
    pub async fn run_with(
        &self,
        browser: impl Fn(String) -> Journey + Send + 'static,
        pasted: mpsc::Receiver<SecretString>,
        ear: impl Fn(&Event) + Send + Sync + 'static,
    ) -> Ended {
        let loopback = Loopback::bind(&self.redirect_uri).await.unwrap();
        self.stand_in
            .register_redirect_uri(loopback.redirect_uri().as_str());
        let journeys = Arc::new(Mutex::new(Vec::new()));
        let (told, output) = (Arc::new(Mutex::new(Vec::new())), Paper::default());
        let mut around = self.surroundings(&told, &output);
        let begun = Arc::clone(&journeys);
        around.pasted = pasted;
        let tell = Arc::clone(&around.tell);
        around.tell = Arc::new(move |event| {
            ear(&event);
            tell(event);
        });
        around.open =
            Box::new(move |address| begun.lock().unwrap().push(browser(address.to_owned())));
        let outcome = bounded(login(&self.settings, loopback, &mut around)).await;
        drop(around);
        let journeys = std::mem::take(&mut *journeys.lock().unwrap());
        let opened = journeys.len();
        let mut visit = None;
        for journey in journeys {
            visit = bounded(journey).await.unwrap();
        }
        let told = told.lock().unwrap().clone();
        Ended {
            outcome,
            output: output.text(),
            visit,
            told,
            opened,
        }
    }

    /// Runs the device flow with the visitor that enters the code.
    pub async fn device(&self) -> Ended {
        let (told, output) = (Arc::new(Mutex::new(Vec::new())), Paper::default());
        let mut around = self.surroundings(&told, &output);
        around.open = Box::new(|address| {
            let address = address.to_owned();
            tokio::spawn(async move { visitor::consent(&address).await.is_ok() });
        });
        let outcome = bounded(device(&self.settings, &mut around)).await;
        ended(outcome, &told, &output)
    }

    /// Exchanges a self client's grant token.
    pub async fn exchange(&self, code: &SecretString) -> Ended {
        let (told, output) = (Arc::new(Mutex::new(Vec::new())), Paper::default());
        let mut around = self.surroundings(&told, &output);
        let outcome = bounded(exchange(&self.settings, code, &mut around)).await;
        ended(outcome, &told, &output)
    }

    fn surroundings(&self, told: &Arc<Mutex<Vec<String>>>, output: &Paper) -> Context {
        let told = Arc::clone(told);
        let tell: Tell = Arc::new(move |event: Event| told.lock().unwrap().push(name(&event)));
        Context {
            tell,
            pasted: mpsc::channel(1).1,
            open: Box::new(|_| {}),
            output: Box::new(output.clone()),
            persons: std::sync::Arc::new(zoho_grant::loopback::peer::Persons::of_this_process(
                None,
            )),
            random: Box::new(StdRng::from_seed([7; 32])),
            now: || UNIX_EPOCH + Duration::from_hours(500_000),
            stopped: self.stop.subscribe(),
        }
    }
}

fn ended(outcome: Result<Outcome, Error>, told: &Arc<Mutex<Vec<String>>>, output: &Paper) -> Ended {
    Ended {
        outcome,
        output: output.text(),
        visit: None,
        told: told.lock().unwrap().clone(),
        opened: 0,
    }
}

/// What a browser does with the start address.
pub type Journey = tokio::task::JoinHandle<Option<Visit>>;

/// A browser that never opens anything.
pub fn nobody(_: String) -> Journey {
    tokio::spawn(async { None })
}

/// Advances the clock immediately.
pub async fn jump(time: Duration) {
    pause();
    advance(time).await;
    resume();
}

/// Awaits what must come, and fails instead of hanging forever.
pub async fn bounded<T>(future: impl Future<Output = T>) -> T {
    let limit = Duration::from_mins(1);
    tokio::time::timeout(limit, future)
        .await
        .expect("it ends within a minute")
}

fn settings(stand_in: &StandIn) -> Settings {
    let server = |center| AccountsServer::given(&stand_in.accounts_url(center)).unwrap();
    let domain = |center| ApiDomain::given(&stand_in.api_domain(center)).unwrap();
    let home = server(DataCenter::Us);
    let domains = DataCenter::PAIR.map(domain).to_vec();
    Settings {
        client: Client::new(
            Id::new(&stand_in.client_id()).unwrap(),
            stand_in.client_secret(),
        )
        .unwrap(),
        scopes: Scopes::parse(DEFAULT).unwrap(),
        trust: Trust::new(&home, (vec![server(DataCenter::Eu)], domains)),
        home,
        pkce: true,
        verify: true,
        timeout: Duration::from_mins(1),
        answer_within: Duration::from_secs(30),
        target: Target {
            form: Form::named("json").unwrap(),
            extras: FormatOptions::default(),
            file: None,
            last_resort: None,
        },
        keeping: None,
        destination: None,
        rehearsal: true,
        page_first: false,
    }
}

fn name(event: &Event) -> String {
    let shown = format!("{event:?}");
    shown
        .split([' ', '(', '{'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Standard output, under the test's control.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
