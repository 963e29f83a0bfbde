//! What an attacker, a browser or a fault can do, and what must hold anyway, following the rows of the threat list.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod callbacks;
mod clock;
mod connections;
mod endings;
mod files;
pub mod front;
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

/// Reports a missing requirement of these tests; with `REQUIRE_HOSTILE=1` it is a failure.
pub fn missing(why: &str) {
    needs::missing("REQUIRE_HOSTILE", why);
}
