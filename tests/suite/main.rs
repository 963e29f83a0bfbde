//! The whole program: the flow in the library, the real binary, real sockets, a real browser.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod browser;
mod chromium;
mod cli;
mod errors;
mod flow;
mod program;
mod properties;
mod rehearsed;
mod settings;
mod ways;
mod ways_program;
