//! Tests the login through a browser on this machine: in the library, and in the real binary.

mod cli;
mod errors;
mod flow;
mod layers;
mod settings;
