//! `export`: the credentials once more, in any format.

use crate::cli::{Export as Arguments, export::export};
use crate::commands::Stop;
use crate::terminal::Terminal;
use crate::terminal::output::Output;
use std::process::ExitCode;

/// Runs it.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<ExitCode, Stop> {
    let mut warnings = Vec::new();
    let exported = export(arguments, &mut Output, &mut warnings);
    terminal.warn(&warnings);
    terminal.exported(&exported?);
    Ok(ExitCode::SUCCESS)
}
