//! Facts about credentials, shown alike after a login and a check.

use crate::terminal::screen::{BOLD, DIM};
use std::time::SystemTime;
use zoho_grant::credentials::Credentials;
use zoho_grant::untrusted::Untrusted;

/// Formats one fact as a line.
pub fn line(label: &str, value: &str) -> String {
    format!("{label:14}{value}")
}

/// Who owns the credentials, which data center they belong to, and when they expire; none where unknown.
pub fn facts(credentials: &Credentials) -> [(&'static str, Option<String>); 4] {
    let organization = credentials.organization().map(|organization| {
        let id = organization.id.as_ref().map(|id| format!("ID {id}"));
        owner(organization.name.as_ref(), id)
    });
    let user = credentials.user().map(|user| {
        let email = user.email.as_ref().map(Untrusted::to_string);
        owner(user.name.as_ref(), email)
    });
    let server = &credentials.accounts_server;
    let center = match credentials.data_center {
        Some(center) => format!("{center}, {server}"),
        None => server.to_string(),
    };
    let left = credentials.expires_at.map(|end| {
        let left = end.duration_since(SystemTime::now()).unwrap_or_default();
        let minutes = (left.as_secs() + 30) / 60;
        let moment = humantime::format_rfc3339_seconds(end);
        format!("expires in {minutes} minutes, at {moment}")
    });
    [
        ("Organization", organization),
        ("Person", user),
        ("Data center", Some(center)),
        ("Access token", left),
    ]
}

fn owner(name: Option<&Untrusted>, detail: Option<String>) -> String {
    let name = name.map_or_else(|| "(no name)".to_owned(), Untrusted::to_string);
    let detail = detail.map(|detail| format!("  {DIM}{detail}{DIM:#}"));
    format!("{BOLD}{name}{BOLD:#}{}", detail.unwrap_or_default())
}
