//! `device`: the person consents on any other device.

use crate::cli::Device;
use crate::cli::plan::Opener;
use crate::commands::{App, Ended, guide};
use zoho_grant::error::Error;
use zoho_grant::login::device::device;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::settings::Settings;

/// Runs `device`.
pub fn run(arguments: &Device, app: &App) -> Ended {
    let (settings, warnings) = guide::settings(&arguments.grant, &arguments.consent, app)?;
    app.terminal.warn(&warnings);
    let flow = follow(&settings, Opener::Nobody, app);
    let (code, _) = app.obtain(&settings, arguments.grant.keep.revoke_old, flow);
    Ok(code)
}

/// Follows the device flow, real or rehearsed.
pub async fn follow(settings: &Settings, opener: Opener, app: &App) -> Result<Outcome, Error> {
    device(settings, &mut app.context(opener, false)).await
}
