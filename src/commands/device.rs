//! `device`: the person consents on any other device.

use crate::cli::plan::{self, Opener};
use crate::cli::ways::Device as Arguments;
use crate::commands::{conclude, nothing_pasted, surroundings};
use crate::terminal::Terminal;
use std::process::ExitCode;
use std::sync::Arc;
use zoho_grant::device::device;
use zoho_grant::settings::Settings;

/// Runs it.
pub async fn run(arguments: &Arguments, terminal: &Arc<Terminal>) -> ExitCode {
    match plan::device(arguments) {
        Ok((settings, warnings)) => {
            terminal.warn(&warnings);
            follow(&settings, Opener::Nobody, terminal).await
        }
        Err(usage) => terminal.usage(&usage),
    }
}

/// Runs it, or its rehearsal.
pub async fn follow(settings: &Settings, opener: Opener, terminal: &Arc<Terminal>) -> ExitCode {
    let mut around = surroundings(terminal, opener, nothing_pasted());
    let outcome = device(settings, &mut around).await;
    conclude(terminal, &outcome)
}
