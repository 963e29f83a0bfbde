//! `device`: the person consents on any other device.

use crate::cli::Device;
use crate::cli::plan::Opener;
use crate::commands::{App, Ended, guide};
use zoho_grant::login::device::device;

/// Runs `device`.
pub fn run(arguments: &Device, app: &App) -> Ended {
    let (settings, warnings) = guide::settings(&arguments.grant, &arguments.consent, app)?;
    app.terminal.warn(&warnings);
    let flow = async { device(&settings, &mut app.context(Opener::Nobody, false)).await };
    Ok(app.obtain(&settings, arguments.grant.keep.revoke_old, flow))
}
