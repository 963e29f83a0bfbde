//! `device`: the person consents on any other device.

use crate::cli::flows::Device as Arguments;
use crate::cli::plan::{self, Opener};
use crate::commands::{App, Stop, conclude, context, nothing_pasted, revoke_old};
use crate::terminal::Terminal;
use std::process::ExitCode;
use std::sync::Arc;
use zoho_grant::error::Error;
use zoho_grant::login::device::device;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::settings::Settings;

/// Runs it.
pub fn run(arguments: &Arguments, app: &App) -> Result<ExitCode, Stop> {
    let (settings, warnings) = plan::without_callback(
        &arguments.client,
        &arguments.servers,
        &arguments.credentials,
        &arguments.keep,
    )?;
    let old = revoke_old::old(&settings);
    app.terminal.warn(&warnings);
    let followed = follow(&settings, Opener::Nobody, app.terminal);
    let outcome = app.runtime.block_on(followed);
    let code = conclude(app.terminal, &outcome);
    revoke_old::offer(app, &outcome, old, arguments.keep.revoke_old);
    Ok(code)
}

/// Runs it, or its rehearsal.
pub async fn follow(
    settings: &Settings,
    opener: Opener,
    terminal: &Arc<Terminal>,
) -> Result<Outcome, Error> {
    let mut context = context(terminal, opener, nothing_pasted());
    device(settings, &mut context).await
}
