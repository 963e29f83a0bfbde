//! `device`: the person consents on any other device.

use crate::cli::flows::Device as Arguments;
use crate::cli::plan::{self, Opener};
use crate::commands::{Around, Stop, conclude, nothing_pasted, revoke_old, surroundings};
use crate::terminal::Terminal;
use std::process::ExitCode;
use std::sync::Arc;
use zoho_grant::error::Error;
use zoho_grant::login::device::device;
use zoho_grant::login::outcome::Login;
use zoho_grant::settings::Settings;

/// Runs it.
pub fn run(arguments: &Arguments, around: &Around) -> Result<ExitCode, Stop> {
    let (settings, warnings) = plan::without_callback(
        &arguments.client,
        &arguments.servers,
        &arguments.credentials,
        &arguments.keep,
    )?;
    let old = revoke_old::old(&settings);
    around.terminal.warn(&warnings);
    let followed = follow(&settings, Opener::Nobody, around.terminal);
    let outcome = around.runtime.block_on(followed);
    let code = conclude(around.terminal, &outcome);
    revoke_old::offer(around, &outcome, old, arguments.keep.revoke_old);
    Ok(code)
}

/// Runs it, or its rehearsal.
pub async fn follow(
    settings: &Settings,
    opener: Opener,
    terminal: &Arc<Terminal>,
) -> Result<Login, Error> {
    let mut around = surroundings(terminal, opener, nothing_pasted());
    device(settings, &mut around).await
}
