//! `scopes` and `datacenters`: look-ups, offline.

use crate::cli::flows::Scopes;
use crate::terminal::Terminal;
use std::process::ExitCode;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::scope_catalog;

/// Runs `scopes`.
pub fn scopes(arguments: &Scopes, terminal: &Terminal) -> ExitCode {
    let word = arguments.word.as_deref().unwrap_or_default();
    let found = scope_catalog::matching(word);
    if found.is_empty() {
        terminal.no_scope(word, scope_catalog::nearest(word));
    }
    let rows = found
        .iter()
        .map(|known| [known.scope, known.evidence, known.description]);
    terminal.table(["SCOPE", "EVIDENCE", "WHAT IT ALLOWS"], rows)
}

/// Runs `datacenters`.
pub fn data_centers(terminal: &Terminal) -> ExitCode {
    let rows = DATA_CENTERS.iter().map(|center| {
        let console = center.api_console.unwrap_or("-");
        [
            center.code,
            center.name,
            center.accounts_server,
            center.api_domain,
            console,
            center.evidence,
        ]
    });
    terminal.table(
        [
            "CODE",
            "NAME",
            "ACCOUNTS SERVER",
            "API DOMAIN",
            "API CONSOLE",
            "EVIDENCE",
        ],
        rows,
    )
}
