//! `scopes` and `datacenters`: offline lookups.

use crate::commands::{App, Ended};
use std::process::ExitCode;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::scope_catalog;

/// Runs `scopes`.
pub fn scopes(word: Option<&str>, app: &App) -> Ended {
    let word = word.unwrap_or_default();
    let found = scope_catalog::matching(word);
    if found.is_empty() {
        app.terminal.no_scope(word, scope_catalog::nearest(word));
    }
    let rows = found.iter();
    let rows = rows.map(|known| [known.scope, known.evidence, known.description]);
    let names = ["SCOPE", "EVIDENCE", "WHAT IT ALLOWS"];
    app.terminal.table(names, rows)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs `datacenters`.
pub fn data_centers(app: &App) -> Ended {
    let names = [
        "CODE",
        "NAME",
        "ACCOUNTS SERVER",
        "API DOMAIN",
        "API CONSOLE",
        "EVIDENCE",
    ];
    let rows = DATA_CENTERS.iter().map(|center| {
        let console = center.api_console.unwrap_or("-");
        let (server, domain) = (center.accounts_server, center.api_domain);
        [
            center.code,
            center.name,
            server,
            domain,
            console,
            center.evidence,
        ]
    });
    app.terminal.table(names, rows)?;
    Ok(ExitCode::SUCCESS)
}
