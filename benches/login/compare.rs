//! The program beside other loopback clients, under quiet and under load, in one table.

use crate::clients::{Client, Clients};
use crate::login::Place;
use crate::stand_in::StandIn;
use crate::table::spread;
use crate::{Outcome, PROGRAM, foreign, login, megabytes};

/// Logins of each client, under quiet and under load.
const RUNS: usize = 30;

/// A client whose first logins all fail is not tried again.
const ENOUGH: usize = 3;

/// The figures of one client in one condition; times in milliseconds, memory in MB.
#[derive(Default)]
struct Figures {
    tried: usize,
    listening: Vec<f64>,
    judging: Vec<f64>,
    answering: Vec<f64>,
    closing: Vec<f64>,
    peak: Vec<f64>,
    /// Why the first failed login did.
    failed: Option<String>,
}

/// Measures all that is here and prints the table.
pub fn compare(stand_in: &mut StandIn, place: &Place) -> Outcome<()> {
    let origin = stand_in.opening.generic_url.clone();
    let clients = Clients::find(&origin)?;
    println!(
        "| client | load | logins | start → listening, ms | callback → code at Zoho, ms | last answer → page, ms | close → exit, ms \
         | peak, MB | size, MB |\n|---|---|--:|--:|--:|--:|--:|--:|--:|"
    );
    let size = megabytes(std::fs::metadata(PROGRAM)?.len());
    let mut notes = Vec::new();
    for loaded in [false, true] {
        let figures = ours(stand_in, place, loaded);
        notes.extend(figures.print("zoho-grant", loaded, size));
        for client in &clients.found {
            let figures = theirs(&clients, client, stand_in, place, loaded);
            notes.extend(figures.print(client.name, loaded, megabytes(client.bytes)));
        }
    }
    println!(
        "Median (10 %–90 %). – is no figure: the login failed, or the page came before the exchange."
    );
    for name in &clients.missing {
        println!("Skipped, because it is not here: {name}");
    }
    for note in notes {
        println!("{note}");
    }
    Ok(())
}

fn ours(stand_in: &mut StandIn, place: &Place, loaded: bool) -> Figures {
    let mut figures = Figures::default();
    while figures.goes_on() {
        figures.tried += 1;
        match login::login(stand_in, place, loaded) {
            Ok(run) => figures.add(
                [run.listening, run.closing],
                [Some(run.judging), Some(run.answering)],
                run.peak_bytes,
            ),
            Err(error) => figures.fail(&error.to_string()),
        }
    }
    figures
}

fn theirs(
    clients: &Clients,
    client: &Client,
    stand_in: &mut StandIn,
    place: &Place,
    loaded: bool,
) -> Figures {
    let mut figures = Figures::default();
    while figures.goes_on() {
        figures.tried += 1;
        match foreign::login(clients, client, stand_in, place, loaded) {
            Ok(run) => figures.add(
                [run.listening, run.closing],
                [run.judging, run.answering],
                run.peak_bytes,
            ),
            Err(error) => figures.fail(&error.to_string()),
        }
    }
    figures
}

impl Figures {
    fn goes_on(&self) -> bool {
        self.tried < RUNS && (self.tried < ENOUGH || !self.listening.is_empty())
    }

    fn add(
        &mut self,
        [listening, closing]: [std::time::Duration; 2],
        [judging, answering]: [Option<std::time::Duration>; 2],
        peak: u64,
    ) {
        let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1e3;
        self.listening.push(milliseconds(listening));
        self.closing.push(milliseconds(closing));
        self.judging.extend(judging.map(milliseconds));
        self.answering.extend(answering.map(milliseconds));
        self.peak.push(megabytes(peak));
    }

    fn fail(&mut self, why: &str) {
        self.failed.get_or_insert_with(|| why.to_owned());
    }

    /// Prints the line of the table; a note, if a login failed.
    fn print(self, name: &str, loaded: bool, size: f64) -> Option<String> {
        let load = if loaded { "loaded" } else { "quiet" };
        let logins = format!("{} of {}", self.listening.len(), self.tried);
        let times = [
            self.listening,
            self.judging,
            self.answering,
            self.closing,
            self.peak,
        ]
        .map(spread);
        println!(
            "| {name} | {load} | {logins} | {} | {size:.2} |",
            times.join(" | ")
        );
        self.failed
            .map(|why| format!("{name}, {load}: a login failed: {why}"))
    }
}
