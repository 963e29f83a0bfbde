//! The whole program: the flow in the library, the real binary, real sockets, a real browser.
#![forbid(unsafe_code)]

mod cli;
mod errors;
mod flow;
mod program;
mod rehearsed;
