//! Tests the whole program: the flow in the library, the real binary, real sockets, real browsers.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod browser;
mod browsers;
#[cfg(unix)]
mod completions;
mod flows;
mod handover;
#[cfg(unix)]
mod hostile;
mod login;
#[cfg(target_os = "linux")]
mod names;
mod needs;
#[cfg(unix)]
mod opener;
mod program;
mod properties;
mod rehearsed;
#[cfg(unix)]
mod setup;
mod tokens;
#[cfg(unix)]
mod typist;
