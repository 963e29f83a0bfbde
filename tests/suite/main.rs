//! The whole program: the flow in the library, the real binary, real sockets, a real browser.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod browser;
mod chromium;
mod cli;
#[cfg(unix)]
mod completions;
mod errors;
mod export;
mod flow;
mod hostile;
mod life;
mod life_end;
mod life_exchange;
mod life_keyring;
mod life_saving;
mod life_source;
#[cfg(unix)]
mod life_stalled;
#[cfg(unix)]
mod life_terminal;
mod program;
mod properties;
mod rehearsed;
mod settings;
#[cfg(target_os = "linux")]
mod typist;
mod ways;
mod ways_program;
#[cfg(target_os = "linux")]
mod ways_typed;
