//! Properties that must hold for any input, checked on the seeds and on many pseudo-random mutations of them. `fuzz/`
//! checks the same properties on inputs that a fuzzer finds.

mod decide;
mod dotenv;
mod expected;
mod pasted;
mod query;
mod scopes;
mod setup;
mod token;
mod untrusted;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::panic::catch_unwind;
use std::path::Path;

/// Inputs per property; all together take about a second.
const TRIES: usize = 2_000;

/// The most changes made to one input.
const CHANGES: usize = 6;

#[test]
fn only_the_genuine_request_counts() {
    holds("decide", decide::check);
}

#[test]
fn only_the_set_up_pages_own_form_is_taken() {
    holds("setup", setup::check);
}

#[test]
fn the_query_is_read_by_the_rules() {
    holds("query", query::check);
}

#[test]
fn only_this_logins_address_is_taken() {
    holds("pasted", pasted::check);
}

#[test]
fn tokens_come_from_good_answers_only() {
    holds("token", token::check);
}

#[test]
fn scopes_read_the_same_again() {
    holds("scopes", scopes::check);
}

#[test]
fn merging_keeps_every_other_line() {
    holds("dotenv", dotenv::check);
}

#[test]
fn the_terminal_obeys_nothing_from_outside() {
    holds("untrusted", untrusted::check);
}

fn holds(name: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/seeds")
        .join(name);
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        seeds.push(std::fs::read(file.unwrap().path()).unwrap());
    }
    seeds.sort();
    let mut random = StdRng::seed_from_u64(1);
    for at in 0..TRIES {
        let mut input = seeds[at % seeds.len()].clone();
        if at >= seeds.len() {
            for _ in 0..random.random_range(1..=CHANGES) {
                let other = &seeds[random.random_range(0..seeds.len())];
                change(&mut input, other, &mut random);
            }
        }
        let held = catch_unwind(|| check(&input));
        assert!(held.is_ok(), "{name} fails on {}", input.escape_ascii());
    }
}

/// Replaces a short piece with a piece of another seed, with one byte, or with nothing.
fn change(input: &mut Vec<u8>, other: &[u8], random: &mut StdRng) {
    let mut piece = |length: usize| {
        let start = random.random_range(0..=length);
        let end = random.random_range(start..=length.min(start + 12));
        start..end
    };
    let (place, from) = (piece(input.len()), piece(other.len()));
    match random.random_range(0..4) {
        0 => drop(input.drain(place)),
        1 => drop(input.splice(place.start..place.start, other[from].iter().copied())),
        2 => drop(input.splice(place, other[from].iter().copied())),
        _ => drop(input.splice(place.start..place.start, [random.random::<u8>()])),
    }
}
