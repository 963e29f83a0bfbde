//! What an attacker, a browser or a fault can do, and what must hold: one row of the list after the other.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod callbacks;
mod clock;
mod connections;
mod endings;
mod files;
mod front;
mod heads;
mod login;
#[cfg(target_os = "linux")]
mod neighbors;
mod network;
mod pages;
mod places;
mod port;
mod raw;
mod secrets;
mod trust;
mod wire;
mod zoho;

use std::io::Write;

/// Tells loudly that something was not tested; with `REQUIRE_HOSTILE=1` that is a failure.
pub fn missing(why: &str) {
    let required = std::env::var_os("REQUIRE_HOSTILE").is_some();
    assert!(!required, "not tested: {why}");
    // Not by eprintln!, whose words cargo swallows when a test passes.
    let _ = writeln!(std::io::stderr(), "NOT TESTED: {why}");
}
