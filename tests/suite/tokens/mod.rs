//! Tests what follows a login: tokens that are saved, refreshed, handed out, checked and revoked.

#[cfg(unix)]
mod api;
mod end;
mod exchange;
mod json;
mod keyring;
mod refresh;
mod remembered;
#[cfg(unix)]
mod run;
mod saving;
pub mod source;
#[cfg(unix)]
mod stalled;
#[cfg(unix)]
mod terminal;
