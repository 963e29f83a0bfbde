//! `scopes` and `datacenters`: offline lookups.

use crate::commands::{App, Ended};
use serde::Serialize;
use serde_json::{Value, json};
use zoho_grant::handover::json::pretty;
use zoho_grant::zoho::data_centers::DATA_CENTERS;
use zoho_grant::zoho::scope_catalog;

/// Runs `scopes`.
pub fn scopes(word: Option<&str>, json: bool, app: &App) -> Ended {
    let word = word.unwrap_or_default();
    let found = scope_catalog::matching(word);
    if found.is_empty() {
        app.terminal.no_scope(word, scope_catalog::nearest(word));
    }
    if json {
        return print(found.iter(), app);
    }
    let rows = found.iter();
    let rows = rows.map(|known| [known.scope, known.evidence, known.description]);
    let names = ["SCOPE", "EVIDENCE", "DESCRIPTION"];
    app.terminal.table(names, rows)?;
    Ok(0)
}

/// Runs `datacenters`.
pub fn data_centers(json: bool, app: &App) -> Ended {
    if json {
        let list = DATA_CENTERS.iter().map(|center| {
            json!({
                "code": center.code,
                "name": center.name,
                "tld": center.tld,
                "accounts_url": center.accounts_server,
                "api_domain": center.api_domain,
                "api_console": center.api_console,
                "evidence": center.evidence,
            })
        });
        return print(list, app);
    }
    let names = [
        "CODE",
        "NAME",
        "ACCOUNTS SERVER",
        "API DOMAIN",
        "API CONSOLE",
        "EVIDENCE",
    ];
    let rows = DATA_CENTERS.iter().map(|center| {
        [
            center.code,
            center.name,
            center.accounts_server,
            center.api_domain,
            center.api_console.unwrap_or("-"),
            center.evidence,
        ]
    });
    app.terminal.table(names, rows)?;
    Ok(0)
}

/// Prints a list for programs, without unknown values; members are in the order of the alphabet.
pub fn print(list: impl Iterator<Item: Serialize>, app: &App) -> Ended {
    let list: Vec<_> = list.map(|item| told(json!(item))).collect();
    app.terminal.print(&pretty(&list))?;
    Ok(0)
}

fn told(mut object: Value) -> Value {
    if let Value::Object(members) = &mut object {
        members.retain(|_, value| !value.is_null());
        for value in members.values_mut() {
            *value = told(value.take());
        }
    }
    object
}
