//! `profiles` and `forget`: lists and removes saved profiles.

use crate::cli::folder;
use crate::cli::variables::Variables;
use crate::commands::{App, Ended};
use std::process::ExitCode;
use zoho_grant::error::Error;
use zoho_grant::profiles::profile::Name;

/// Lists the saved profiles.
pub fn list(app: &App) -> Ended {
    let listed = folder::profiles()?.list().map_err(Error::Profile)?;
    app.terminal.profiles(&listed)?;
    Ok(ExitCode::SUCCESS)
}

/// Removes a saved profile.
pub fn forget(named: Option<&Name>, app: &App) -> Ended {
    let name = Variables::of_environment().profile_name(named)?;
    folder::profiles()?.forget(&name).map_err(Error::Profile)?;
    app.terminal.forgotten(&name);
    Ok(ExitCode::SUCCESS)
}
