//! `export`: the credentials once more, in any format.

use crate::cli::{Export as Arguments, export::export};
use crate::terminal::Terminal;
use std::process::ExitCode;

/// Runs it.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> ExitCode {
    let mut warnings = Vec::new();
    let exported = export(arguments, &mut std::io::stdout(), &mut warnings);
    terminal.warn(&warnings);
    match exported {
        Ok(written) => {
            terminal.exported(&written);
            ExitCode::SUCCESS
        }
        Err(usage) => terminal.usage(&usage),
    }
}
