use super::port::REFUSALS_TOLD;
use super::*;
use crate::cli::Talk;
use expect_test::{Expect, expect};
use std::io::{self, Write};
use std::sync::Arc;
use zoho_grant::loopback::decide::Refusal;
use zoho_grant::loopback::notice::Notice;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is on the screen after the events, with terminal escapes made visible.
fn written(is_terminal: bool, verbose: u8, quiet: bool, events: &[Event]) -> String {
    written_where(false, is_terminal, verbose, quiet, events)
}

/// The same if the redirected address can be pasted.
fn written_where(
    pasting: bool,
    is_terminal: bool,
    verbose: u8,
    quiet: bool,
    events: &[Event],
) -> String {
    let paper = Paper::default();
    let talk = Talk {
        verbose,
        quiet,
        color: clap::ColorChoice::Auto,
    };
    let is_live = is_terminal && !quiet;
    let terminal = Terminal {
        screen: Screen::new(Box::new(paper.clone()), is_live, || usize::MAX),
        talk,
        registration: OnceLock::from(Registration {
            home: AccountsServer::given("https://accounts.zoho.eu").unwrap(),
            redirect_uri: RedirectUri::parse("http://localhost:8085/callback").unwrap(),
            pasting,
            opener: Opener::Browser,
            surroundings: Surroundings::Here,
            rehearsal: false,
        }),
        consent: OnceLock::new(),
        said: Mutex::default(),
        refusals: AtomicUsize::new(0),
    };
    for event in events {
        terminal.event(event);
    }
    let bytes = paper.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    if is_terminal {
        text.replace('\x1b', "␛").replace('\r', "␍")
    } else {
        anstream::adapter::strip_str(&text).to_string()
    }
}

fn waiting(seconds: u64) -> Event {
    Event::Waiting {
        since: Duration::from_secs(seconds),
        left: Duration::from_secs(300 - seconds),
        started: true,
    }
}

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(text);
}

#[test]
fn elsewhere_than_on_a_terminal_waiting_is_quiet_and_helps_once_after_half_a_minute() {
    let text = written(
        false,
        0,
        false,
        &[
            waiting(0),
            waiting(1),
            waiting(29),
            waiting(30),
            waiting(31),
        ],
    );
    check(
        &text,
        &expect![[r"
            Waiting for Zoho, up to 5:00 minutes. Ctrl-C stops.
            Does Zoho's page show an error? Zoho does not redirect then, so zoho-grant cannot detect it:
              Invalid Client        The client ID does not exist in this data center (Europe): check --client-id and --dc.
              Invalid Redirect Uri  Register exactly http://localhost:8085/callback at https://api-console.zoho.eu.
              Invalid OAuth Scope   One of the scopes does not exist: check the spelling in --scope.
            Fix it, then run the login again.
        "]],
    );
}

#[test]
fn after_a_minute_without_an_answer_the_ways_out_are_told_once() {
    let line = "Nothing happens? Open the address above in a private window";
    for (pasting, way) in [
        (true, ", or paste the address"),
        (false, ": an app that used"),
    ] {
        let told = |seconds: &[u64]| {
            let events: Vec<_> = seconds.iter().copied().map(waiting).collect();
            written_where(pasting, false, 0, false, &events)
        };
        let before = told(&[0, 30, 59]);
        assert!(!before.contains("Nothing happens?"), "{before}");
        let after = told(&[0, 59, 60, 61]);
        assert_eq!(after.matches(&format!("{line}{way}")).count(), 1, "{after}");
    }
}

#[test]
fn a_start_address_that_nobody_opens_is_told_after_ten_seconds() {
    let told = |seconds| {
        let nobody = Event::Waiting {
            since: Duration::from_secs(seconds),
            left: Duration::from_secs(300 - seconds),
            started: false,
        };
        written(false, 0, false, &[nobody])
    };
    assert!(!told(9).contains("No browser has opened the address above yet"));
    assert!(told(10).contains("No browser has opened the address above yet"));
}

#[test]
fn on_a_terminal_the_live_line_makes_room_for_others() {
    let text = written(
        true,
        0,
        false,
        &[waiting(0), waiting(9), Event::OnPort(Notice::SpokeTls)],
    );
    assert!(
        text.starts_with("␍␛[2K␛[2mWaiting for Zoho … 5:00 left, Ctrl-C stops␛[0m␍␛[2K␛[2mWaiting"),
        "{text}"
    );
    assert!(
        text.contains("4:51 left, Ctrl-C stops␛[0m␍␛[2KYour browser used https"),
        "{text}"
    );
}

#[test]
fn twenty_thousand_refusals_without_state_are_one_remark() {
    let events: Vec<Event> = (0..20_000)
        .map(|_| Event::OnPort(Notice::Refused(Refusal::UntiedError)))
        .collect();
    let text = written(false, 0, false, &events);
    check(
        &text,
        &expect![[r"
            Zoho returned an error that cannot be matched to this login, so it was ignored. If you declined the consent, press Ctrl-C to stop.
        "]],
    );
    assert_eq!(
        written(false, 1, false, &events).lines().count(),
        1 + REFUSALS_TOLD
    );
}

#[test]
fn quiet_says_the_address_and_what_needs_doing() {
    let ready = Event::Ready {
        start: Some("http://localhost:8085/start/x".to_owned()),
        address: "https://accounts.zoho.eu/oauth/v2/auth?x".into(),
    };
    let text = written(true, 0, true, &[ready, waiting(0), waiting(1)]);
    assert_eq!(text, "  http://localhost:8085/start/x\n");
}

#[test]
fn what_came_from_outside_cannot_write_to_the_terminal() {
    let location = Untrusted::new("x\u{1b}[2Jy\nz");
    let text = written(true, 0, false, &[Event::UnknownLocation(location)]);
    check(
        &text,
        &expect![[r"
            Zoho named an unknown data center: x\u{1b}[2Jy\nz.
        "]],
    );
}

#[test]
fn something_moves_while_an_answer_is_awaited() {
    let paper = Paper::default();
    let screen = Screen::new(Box::new(paper.clone()), true, || usize::MAX);
    let shown = || String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    screen.live("Asking", true);
    assert_eq!(shown(), "\r\x1b[2K\x1b[2m⠋ Asking\x1b[0m");
    while !shown().contains("⠙ Asking") {
        std::thread::yield_now();
    }
    screen.clear();
    screen.line("done");
    assert!(shown().ends_with("\r\x1b[2Kdone\n"), "{}", shown());
}

#[test]
fn exchange_and_check_are_steps_that_leave_nothing_on_a_terminal() {
    let steps = [
        Event::Exchanging("https://accounts.zoho.eu".to_owned()),
        Event::Checking("https://www.zohoapis.eu".to_owned()),
    ];
    let text = written(true, 0, false, &steps);
    for step in [
        "⠋ Exchanging the grant token",
        "Asking https://www.zohoapis.eu",
    ] {
        assert!(text.contains(step), "{text}");
    }
    assert!(!text.contains('\n'), "{text}");
    assert_eq!(written(false, 0, false, &steps).lines().count(), 2);
}
