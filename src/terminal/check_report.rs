//! The result of `check`: lines for people, a JSON object for programs.

use crate::cli::usage::Usage;
use crate::terminal::screen::wrapped;
use crate::terminal::{Terminal, facts};
use serde_json::{Value, json};
use std::io::stdout;
use terminal_size::terminal_size_of;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::handover::json::pretty;
use zoho_grant::untrusted::Untrusted;

/// Whether each scope responds, or why not. If it is unknown what was granted, the scopes that can be checked.
pub type Responses<'a> = [(&'a str, Option<Result<(), String>>)];

impl Terminal {
    /// Prints the result.
    pub fn findings(
        &self,
        kept: &Credentials,
        scopes: &Responses,
        json: bool,
    ) -> Result<(), Error> {
        if json {
            return self.print(&pretty(&self::json(kept, scopes)));
        }
        let lines = lines(kept, scopes);
        self.print_styled(&match terminal_size_of(stdout()) {
            Some((width, _)) => wrapped(&lines, width.0.into()) + "\n",
            None => lines,
        })
    }

    /// Prints why the check failed, for programs; `alive` is null if it is unknown whether the credentials are valid.
    pub fn unchecked(&self, usage: &Usage) -> Result<(), Error> {
        let alive = (usage.exit_code == 5).then_some(false);
        let why = format!("{} {}", usage.what, usage.cause);
        self.print(&pretty(&json!({ "alive": alive, "why": why })))
    }
}

fn lines(kept: &Credentials, scopes: &Responses) -> String {
    let facts = facts::facts(kept).map(|(label, value)| {
        let value = value.unwrap_or_else(|| "Zoho did not say".to_owned());
        facts::line(label, &value)
    });
    let scopes = scopes.iter().map(|(scope, answer)| {
        let answer = match answer {
            Some(Ok(())) => "responds",
            Some(Err(why)) => &format!("does not respond: {why}"),
            None => "not checked: Zoho documents no request for it that works for every account",
        };
        facts::line("Scope", &format!("{}  {answer}", Untrusted::new(*scope)))
    });
    let alive = [facts::line("Alive", "yes")].into_iter();
    let lines = alive.chain(facts).chain(scopes);
    lines.map(|line| line + "\n").collect()
}

fn json(kept: &Credentials, scopes: &Responses) -> Value {
    let scopes = scopes.iter().map(|(scope, answer)| {
        let answers = answer.as_ref().map(Result::is_ok);
        let why = answer.as_ref().and_then(|answer| answer.as_ref().err());
        told(json!({ "scope": scope, "answers": answers, "why": why }))
    });
    told(json!({
        "alive": true,
        "organization": kept.organization().map(|it| json!({ "name": it.name, "id": it.id, "type": it.kind })),
        "user": kept.user(),
        "data_center": kept.data_center.map(|center| center.code),
        "accounts_url": kept.accounts_server.as_str(),
        "api_domain": kept.api_domain,
        "expires_at": kept.expires_at_text(),
        "scopes": scopes.collect::<Vec<_>>(),
    }))
}

/// Omits unknown values.
fn told(mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
