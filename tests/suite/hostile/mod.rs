//! What an attacker, a browser or a fault can do, and what must hold: one row of the list after the other.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod callbacks;
mod clock;
mod connections;
mod endings;
mod files;
mod front;
pub mod login;
#[cfg(target_os = "linux")]
mod neighbors;
mod network;
#[cfg(target_os = "linux")]
mod output;
mod pages;
mod places;
mod port;
mod proxies;
mod raw;
#[cfg(target_os = "linux")]
mod resolver;
mod secrets;
mod trust;
pub mod wire;
mod wrapped;
pub mod zoho;

use std::io::Write;

/// Tells loudly that something was not tested; with `REQUIRE_HOSTILE=1` that is a failure.
fn missing(why: &str) {
    let required = std::env::var_os("REQUIRE_HOSTILE").is_some();
    assert!(!required, "not tested: {why}");
    // Not by eprintln!, whose words cargo swallows when a test passes.
    let _ = writeln!(std::io::stderr(), "NOT TESTED: {why}");
}
