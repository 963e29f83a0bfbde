//! Deadlines (rows 4, 12, 17, 20) with a clock that the test controls, in the library without its process.

use super::wire::{self, ask};
use super::zoho::{Hostile, Reply, ok, token};
use rand::SeedableRng;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, advance, pause, resume};
use url::Url;
use zoho_grant::context::{Context, Signal};
use zoho_grant::error::Error;
use zoho_grant::handover::Target;
use zoho_grant::handover::format::Form;
use zoho_grant::handover::format_options::FormatOptions;
use zoho_grant::login::login;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::loopback::{Loopback, redirect_uri::RedirectUri};
use zoho_grant::settings::Settings;
use zoho_grant::zoho::client::{Client, Id};
use zoho_grant::zoho::network::NetworkFailure;
use zoho_grant::zoho::scopes::{self, Scopes};
use zoho_grant::zoho::token::ExchangeError;
use zoho_grant::zoho::trust::{AccountsServer, ApiDomain, Trust};

const MINUTE: Duration = Duration::from_mins(1);

/// A wall clock that jumps by a century each time it is read.
fn jumping() -> SystemTime {
    static LOOKS: AtomicU64 = AtomicU64::new(1);
    let century = Duration::from_hours(100 * 365 * 24);
    let looks = LOOKS.fetch_add(1, Ordering::Relaxed);
    SystemTime::UNIX_EPOCH + century * u32::try_from(looks % 3).unwrap()
}

fn settings(zoho: &Hostile) -> Settings {
    let home = AccountsServer::given(&zoho.url).unwrap();
    let domain = ApiDomain::given(&zoho.url).unwrap();
    Settings {
        client: Client::new(
            Id::new("1000.CLIENT").unwrap(),
            "secret-of-the-client".into(),
        )
        .unwrap(),
        scopes: Scopes::parse(scopes::DEFAULT).unwrap(),
        trust: Trust::new(&home, (Vec::new(), vec![domain])),
        home,
        pkce: true,
        verify: true,
        timeout: 5 * MINUTE,
        answer_within: MINUTE / 3,
        target: Target {
            form: Form::named("json").unwrap(),
            extras: FormatOptions::default(),
            file: None,
            last_resort: None,
        },
        keeping: None,
        destination: None,
        rehearsal: false,
        page_first: false,
    }
}

/// Runs a login in the library alongside `meanwhile`, which receives its start address and its stop signal.
async fn with<F: Future<Output = ()>>(
    settings: Settings,
    meanwhile: impl FnOnce(Url, watch::Sender<Option<Signal>>) -> F,
) -> Result<Outcome, Error> {
    let redirect_uri = RedirectUri::parse("http://localhost:0/callback").unwrap();
    let loopback = Loopback::bind(&redirect_uri).await.unwrap();
    let (started, mut starts) = mpsc::unbounded_channel();
    let (stop, stopped) = watch::channel(None);
    let mut around = Context {
        tell: Arc::new(|_| {}),
        open: Box::new(move |address| drop(started.send(address.parse().unwrap()))),
        pasted: mpsc::channel(1).1,
        output: Box::new(std::io::sink()),
        persons: std::sync::Arc::new(zoho_grant::loopback::peer::Persons::of_this_process(None)),
        random: Box::new(rand::rngs::StdRng::seed_from_u64(1)),
        now: jumping,
        stopped,
    };
    let meanwhile = async { meanwhile(starts.recv().await.unwrap(), stop).await };
    tokio::join!(login(&settings, loopback, &mut around), meanwhile).0
}

/// The genuine callback's address, reached from the start address.
async fn callback(start: &Url) -> Url {
    let answer = ask(start, "GET", "").await;
    let consent: Url = answer.header("location").unwrap().parse().unwrap();
    let state = consent
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    start
        .join(&format!("/callback?code=1000.code&state={state}"))
        .unwrap()
}

async fn comes_back(start: &Url) {
    let answer = ask(&callback(start).await, "GET", "").await;
    let page = start.join(answer.header("location").unwrap()).unwrap();
    assert_eq!(ask(&page, "GET", "").await.status(), "201");
}

#[tokio::test]
async fn row_20_a_wall_clock_that_jumps_ends_no_login() {
    let zoho = Hostile::start(|_| None).await;
    let outcome = with(settings(&zoho), async |start, _stop| {
        comes_back(&start).await;
    })
    .await;
    let shown = format!("{outcome:?}");
    assert_eq!(outcome.unwrap().exit_code(), 0);
    for secret in ["1000.access", "1000.refresh", "secret-of-the-client"] {
        assert!(!shown.contains(secret));
    }
}

#[tokio::test]
async fn row_20_the_deadline_comes_by_the_monotonic_clock() {
    let zoho = Hostile::start(|_| None).await;
    let began = Instant::now();
    // Once the clock is paused, it jumps to the next deadline.
    let outcome = with(settings(&zoho), async |_, _stop| pause()).await;
    assert!(
        matches!(outcome, Err(Error::TimedOut { .. })),
        "{outcome:?}"
    );
    let waited = began.elapsed();
    assert!(waited >= 5 * MINUTE && waited < 6 * MINUTE, "{waited:?}");
}

#[tokio::test]
async fn row_12_a_token_endpoint_that_hangs_is_given_up() {
    let mut zoho =
        Hostile::start(|request| (request == "POST /oauth/v2/token").then_some(Reply::Never)).await;
    let settings = settings(&zoho);
    let began = Instant::now();
    let outcome = with(settings, async |start, _stop| {
        let back = callback(&start).await;
        tokio::spawn(async move { ask(&back, "GET", "").await });
        zoho.arrived("POST /oauth/v2/token").await;
        pause();
    });
    match outcome.await {
        Err(Error::Unfulfilled(_, ExchangeError::NoAnswer(error), _)) => {
            assert_eq!(error.trouble, NetworkFailure::Slow);
        }
        other => panic!("{other:?}"),
    }
    // A third of a minute for Zoho, five seconds for a browser that never comes.
    assert!(began.elapsed() < MINUTE / 2);
}

#[tokio::test]
async fn row_17_a_signal_waits_ten_seconds_for_the_exchange() {
    let mut zoho =
        Hostile::start(|request| (request == "POST /oauth/v2/token").then_some(Reply::Never)).await;
    let settings = settings(&zoho);
    let began = Instant::now();
    let outcome = with(settings, async |start, stop| {
        let back = callback(&start).await;
        tokio::spawn(async move { ask(&back, "GET", "").await });
        zoho.arrived("POST /oauth/v2/token").await;
        stop.send_replace(Some(Signal::Terminate));
        pause();
    });
    let error = outcome.await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Stopped {
                code_spent: true,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.explain().exit_code, 143);
    let waited = began.elapsed();
    // Ten seconds for the exchange, five for a browser that never comes.
    assert!(
        waited >= Duration::from_secs(10) && waited < Duration::from_secs(20),
        "{waited:?}"
    );
}

#[tokio::test]
async fn row_17_a_callback_accepted_before_the_deadline_gets_its_page_after_it() {
    let release = Arc::new(Notify::new());
    let held = Arc::clone(&release);
    let mut zoho = Hostile::start(move |request| {
        let answer = ok(token(r#""x":1"#));
        (request == "POST /oauth/v2/token").then(|| Reply::Released(Arc::clone(&held), answer))
    })
    .await;
    let settings = Settings {
        timeout: MINUTE / 12,
        ..settings(&zoho)
    };
    let outcome = with(settings, async |start, _stop| {
        let back = callback(&start).await;
        let browser = tokio::spawn(async move { ask(&back, "GET", "").await });
        zoho.arrived("POST /oauth/v2/token").await;
        pause();
        advance(MINUTE / 6).await;
        resume();
        release.notify_one();
        let answer = browser.await.unwrap();
        let page = start.join(answer.header("location").unwrap()).unwrap();
        assert_eq!(ask(&page, "GET", "").await.status(), "201");
    });
    assert_eq!(outcome.await.unwrap().exit_code(), 0);
}

#[tokio::test]
async fn row_04_a_head_that_never_ends_has_a_deadline() {
    let zoho = Hostile::start(|_| None).await;
    let outcome = with(settings(&zoho), async |start, stop| {
        let host = format!("GET / HTTP/1.1\r\nHost: {}\r\n", start.authority());
        let mut open = Vec::new();
        for part in [
            "",
            "G",
            "GET / HTTP/1.1\r\nCoo",
            &format!("{host}\r\n"),
            "\u{16}",
        ] {
            let mut stream = wire::connect(start.port().unwrap()).await;
            stream.write_all(part.as_bytes()).await.unwrap();
            open.push(stream);
        }
        let began = Instant::now();
        pause();
        for stream in &mut open {
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        let waited = began.elapsed();
        assert!(waited < Duration::from_secs(15), "{waited:?}");
        stop.send_replace(Some(Signal::Interrupt));
    });
    assert_eq!(outcome.await.unwrap_err().explain().exit_code, 130);
}
