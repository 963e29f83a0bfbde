//! The whole program: the flow in the library, the real binary, real sockets, real browsers.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod browser;
mod chromium;
#[cfg(unix)]
mod completions;
#[cfg(target_os = "linux")]
mod firefox;
mod flows;
mod handover;
mod hostile;
mod login;
mod program;
mod properties;
mod rehearsed;
mod tokens;
#[cfg(unix)]
mod typist;
