//! `profiles` and `forget`.

use crate::cli::tokens::Forget;
use crate::cli::variables::Variables;
use crate::cli::{folder, saving};
use crate::commands::{App, Stop};
use std::process::ExitCode;
use zoho_grant::error::Error;

/// Lists what is kept.
pub fn list(app: &App) -> Result<ExitCode, Stop> {
    let listed = folder::profiles()?.list().map_err(Error::Profile)?;
    let printed = app.terminal.profiles(&listed);
    printed.map_err(Error::NotPrinted)?;
    Ok(ExitCode::SUCCESS)
}

/// Removes one.
pub fn forget(arguments: &Forget, app: &App) -> Result<ExitCode, Stop> {
    let named = arguments.profile.as_deref();
    let name = saving::name(Variables::of_environment().or(named, "ZOHO_PROFILE")?)?;
    folder::profiles()?.forget(&name).map_err(Error::Profile)?;
    app.terminal.forgotten(&name);
    Ok(ExitCode::SUCCESS)
}
