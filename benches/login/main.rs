//! How fast and how small a login is: the release program against the stand-in Zoho in another process, over TLS,
//! with the whole certificate store of the system. `cargo bench` prints one table. Linux only: elsewhere the
//! system's store cannot be given another authority for one process.

mod browser;
mod certificates;
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

/// The program that is measured.
const PROGRAM: &str = env!("CARGO_BIN_EXE_zoho-grant");

/// The argument with which this program calls itself as the stand-in.
const STAND_IN: &str = "--stand-in";

/// Logins that are not counted: they bring files into the system's cache.
const WARM_UP: usize = 3;

/// Logins that are counted.
const RUNS: usize = 100;

/// Everything here ends the benchmark.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [mode, redirect_uri] if mode == STAND_IN => serve::serve(redirect_uri),
        // `cargo test --all-targets` calls without --bench: time is no matter of tests.
        given if given.iter().any(|given| given == "--bench") => measure(),
        _ => Ok(()),
    }
}

fn measure() -> Outcome<()> {
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
    let mut runs = Vec::new();
    for _ in 0..WARM_UP + RUNS {
        runs.push(login::login(&mut stand_in, &place)?);
    }
    print(&runs.split_off(WARM_UP))
}

fn print(runs: &[Measured]) -> Outcome<()> {
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
                Some((10.0, 8.0))
            ),
            Row::new(
                "last answer → 303",
                "ms",
                milliseconds(|run| run.answering),
                Some((2.0, 1.0))
            ),
            Row::new(
                "close → exit",
                "ms",
                milliseconds(|run| run.closing),
                Some((20.0, 5.0))
            ),
            Row::new("whole login", "ms", milliseconds(|run| run.whole), None),
            Row::new("peak memory", "MB", peak, Some((10.0, 6.0))),
            Row::new("binary", "MB", vec![size], Some((4.5, 5.0))),
        ])
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "far fewer bytes than 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
