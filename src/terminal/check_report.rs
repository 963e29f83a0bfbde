//! The result of `check`: lines for people, a JSON object for programs.

use crate::cli::usage::Usage;
use crate::terminal::screen::wrapped;
use crate::terminal::{Terminal, facts};
use serde_json::{Value, json};
use std::io::{IsTerminal, stdout};
use terminal_size::terminal_size_of;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::handover::json::pretty;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::crm::Identity;

/// The result of `check` for valid credentials.
pub struct Findings<'a> {
    /// The credentials that were checked.
    pub kept: &'a Credentials,
    /// The CRM's answers.
    pub identity: &'a Identity,
    /// Whether each scope responds, or why not. If it is unknown what was granted, the scopes that can be checked.
    pub scopes: Vec<(&'a str, Option<Result<(), String>>)>,
}

impl Terminal {
    /// Prints the result.
    pub fn findings(&self, findings: &Findings, json: bool) -> Result<(), Error> {
        if json {
            self.print(&pretty(&findings.json()))
        } else {
            let lines = findings.lines();
            let width = stdout().is_terminal().then(|| terminal_size_of(stdout()));
            self.print_styled(&match width.flatten() {
                Some((width, _)) => wrapped(&lines, width.0.into()) + "\n",
                None => lines,
            })
        }
    }

    /// Prints why the check failed, for programs; `alive` is null if it is unknown whether the credentials are valid.
    pub fn unchecked(&self, usage: &Usage) -> Result<(), Error> {
        let alive = (usage.exit_code == 5).then_some(false);
        let why = format!("{} {}", usage.what, usage.cause);
        self.print(&pretty(&json!({ "alive": alive, "why": why })))
    }
}

impl Findings<'_> {
    fn lines(&self) -> String {
        let facts = facts::facts(
            self.identity.organization.as_ref().ok(),
            self.identity.user.as_ref().ok(),
            self.kept.accounts_server.data_center(),
            &self.kept.accounts_server,
            self.kept.expires_at,
        );
        let facts = facts.map(|(label, value)| {
            (
                label,
                value.unwrap_or_else(|| "Zoho did not say".to_owned()),
            )
        });
        let scopes = self.scopes.iter().map(|(scope, answer)| {
            let answer = match answer {
                Some(Ok(())) => "responds".to_owned(),
                Some(Err(why)) => format!("does not respond: {why}"),
                None => {
                    "not checked: Zoho documents no request for it that works for every account"
                        .to_owned()
                }
            };
            ("Scope", format!("{}  {answer}", Untrusted::new(*scope)))
        });
        let alive = [("Alive", "yes".to_owned())].into_iter();
        let lines = alive.chain(facts).chain(scopes);
        lines
            .map(|(label, value)| facts::line(label, &value) + "\n")
            .collect()
    }

    fn json(&self) -> Value {
        let raw = |text: &Option<Untrusted>| text.as_ref().map(|text| text.raw().to_owned());
        let (kept, identity) = (self.kept, self.identity);
        let organization = identity.organization.as_ref().ok();
        let user = identity.user.as_ref().ok();
        let center = kept.accounts_server.data_center();
        let scopes = self.scopes.iter().map(|(scope, answer)| {
            let answers = answer.as_ref().map(Result::is_ok);
            let why = answer.as_ref().and_then(|answer| answer.as_ref().err());
            told(json!({ "scope": scope, "answers": answers, "why": why }))
        });
        told(json!({
            "alive": true,
            "organization": organization.map(|it| json!({
                "name": raw(&it.name), "id": raw(&it.id), "type": raw(&it.kind),
            })),
            "user": user.map(|it| json!({ "name": raw(&it.name), "email": raw(&it.email) })),
            "data_center": center.map(|center| center.code),
            "accounts_url": kept.accounts_server.as_str(),
            "api_domain": raw(&kept.api_domain),
            "expires_at": kept.expires_at.map(|end| humantime::format_rfc3339_seconds(end).to_string()),
            "scopes": scopes.collect::<Vec<_>>(),
        }))
    }
}

/// Omits unknown values.
fn told(mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
