//! What an attacker, a browser or a fault can do, and what must hold: one row of the list after the other.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod callbacks;
mod clock;
mod connections;
mod endings;
mod files;
mod front;
mod login;
mod network;
mod pages;
mod places;
mod port;
mod raw;
mod secrets;
mod trust;
mod wire;
mod zoho;
