//! Measures the speed and size of a login: the release program against the stand-in Zoho in another process, over TLS,
//! with the system's complete certificate store. Linux only: elsewhere an authority cannot be added to the system's
//! store for a single process.
//!
//! - `cargo bench --bench login` prints the figures as a table.
//! - `cargo bench --bench login -- --load` does the same with strangers at the callback port.
//! - `cargo bench --bench login -- --pages` logs in 1,000 times and counts the pages that arrived whole.
#![cfg_attr(not(target_os = "linux"), allow(dead_code))]

mod browser;
mod certificates;
mod load;
mod login;
mod process;
mod serve;
mod stamped;
mod stand_in;
mod table;

use browser::Browser;
use certificates::Store;
use login::{Measured, Place};
use stand_in::StandIn;
use std::error::Error;
use table::Row;

/// The program to measure.
const PROGRAM: &str = env!("CARGO_BIN_EXE_zoho-grant");

/// The argument that makes this program run as the stand-in.
const STAND_IN: &str = "--stand-in";

/// The argument that makes it run as the strangers.
const STRANGERS: &str = "--strangers";

/// Uncounted logins, which bring files into the system's cache.
const WARM_UP: usize = 3;

/// Counted logins.
const RUNS: usize = 100;

/// Pages that must all arrive whole.
const PAGES: usize = 1_000;

/// Any error here ends the benchmark.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = |option| arguments.iter().any(|given| given == option);
    match arguments.as_slice() {
        [mode, redirect_uri] if mode == STAND_IN => serve::serve(redirect_uri),
        [mode, port] if mode == STRANGERS => {
            load::run(port.parse()?);
            Ok(())
        }
        // `cargo test --all-targets` runs this without --bench: tests measure no time.
        _ if !given("--bench") => Ok(()),
        _ => measure(given("--load"), given("--pages")),
    }
}

fn measure(loaded: bool, many_pages: bool) -> Outcome<()> {
    if !cfg!(target_os = "linux") {
        println!("This benchmark is for Linux: SSL_CERT_FILE is obeyed there.");
        return Ok(());
    }
    let port = login::free_port()?;
    let mut stand_in = StandIn::start(&format!("http://localhost:{port}/callback"))?;
    let place = Place {
        port,
        store: Store::with(&stand_in.opening.authority)?,
        browser: Browser::trusting(&stand_in.opening.authority)?,
    };
    if many_pages {
        pages(&mut stand_in, &place);
        return Ok(());
    }
    let mut runs = Vec::new();
    for _ in 0..WARM_UP + RUNS {
        runs.push(login::login(&mut stand_in, &place, loaded)?);
    }
    print(&runs.split_off(WARM_UP), loaded)
}

fn pages(stand_in: &mut StandIn, place: &Place) {
    let mut whole = 0;
    for _ in 0..PAGES {
        match login::login(stand_in, place, false) {
            Ok(_) => whole += 1,
            Err(error) => println!("{error}"),
        }
    }
    println!("{whole} of {PAGES} pages came whole");
}

fn print(runs: &[Measured], loaded: bool) -> Outcome<()> {
    let milliseconds = |of: fn(&Measured) -> std::time::Duration| {
        runs.iter().map(|run| of(run).as_secs_f64() * 1e3).collect()
    };
    let peak = runs.iter().map(|run| megabytes(run.peak_bytes)).collect();
    let size = megabytes(std::fs::metadata(PROGRAM)?.len());
    println!("{RUNS} logins, release build, TLS, the system's certificate store");
    print!(
        "{}",
        table::table(&[
            Row::new(
                "start → listening",
                "ms",
                milliseconds(|run| run.listening),
                Some(8.0)
            ),
            Row::new(
                "callback → code at Zoho",
                "ms",
                milliseconds(|run| run.judging),
                Some(if loaded { 100.0 } else { 1.5 })
            ),
            Row::new(
                "last answer → 303",
                "ms",
                milliseconds(|run| run.answering),
                Some(1.0)
            ),
            Row::new(
                "close → exit",
                "ms",
                milliseconds(|run| run.closing),
                Some(5.0)
            ),
            Row::new("whole login", "ms", milliseconds(|run| run.whole), None),
            Row::new("peak memory", "MB", peak, Some(10.0)),
            Row::new("binary", "MB", vec![size], Some(8.0)),
        ])
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "far fewer bytes than 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
