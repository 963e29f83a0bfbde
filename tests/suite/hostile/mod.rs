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
pub mod login;
#[cfg(target_os = "linux")]
pub mod neighbors;
mod network;
#[cfg(target_os = "linux")]
mod output;
mod pages;
mod places;
pub mod port;
mod proxies;
mod raw;
#[cfg(target_os = "linux")]
mod resolver;
mod secrets;
mod trust;
pub mod wire;
mod wrapped;
pub mod zoho;

use crate::needs;

/// What these tests want; with `REQUIRE_HOSTILE=1` the lack of it is a failure.
pub fn missing(why: &str) {
    needs::missing("REQUIRE_HOSTILE", why);
}
