//! Tests what follows a login: tokens that are saved, refreshed, handed out, checked and revoked.

mod end;
mod exchange;
mod keyring;
mod refresh;
mod remembered;
mod saving;
pub mod source;
#[cfg(unix)]
mod stalled;
#[cfg(unix)]
mod terminal;
