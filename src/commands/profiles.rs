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
    app.terminal
        .profiles(&listed)
        .map_err(|error| unprinted(&error))?;
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

/// Standard output takes nothing.
pub(super) fn unprinted(error: &std::io::Error) -> Error {
    Error::NotWritten {
        place: "standard output".into(),
        reason: error.to_string(),
        printed: false,
        remedy: "Run it again with an output that can be written.",
    }
}
