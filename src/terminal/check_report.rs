//! What `check` found: one line each for people, one object for programs.

use crate::cli::usage::Usage;
use crate::terminal::{Terminal, facts};
use serde_json::{Map, Value, json};
use zoho_grant::error::Error;
use zoho_grant::profiles::stored::Stored;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::crm::{Organization, User};

/// What `check` found of credentials that are alive.
pub struct Findings<'a> {
    /// What was checked.
    pub kept: &'a Stored,
    /// The organization, when the CRM told.
    pub organization: Option<&'a Organization>,
    /// The person, when the CRM told.
    pub user: Option<&'a User>,
    /// Each granted scope; when it is not known what was granted, those that could be asked about.
    pub scopes: Vec<(&'a str, Answer)>,
}

/// Whether a scope answers.
pub enum Answer {
    /// It does.
    Yes,
    /// It does not, for this reason.
    No(String),
    /// There is no documented question that anyone may ask.
    NotAsked,
}

impl Terminal {
    /// Prints what was found.
    pub fn findings(&self, findings: &Findings, json: bool) -> Result<(), Error> {
        if json {
            self.print(&format!("{:#}\n", findings.json()))
        } else {
            self.print(&findings.lines())
        }
    }

    /// Prints for programs why nothing was found: null when it is not known whether the credentials are alive.
    pub fn unchecked(&self, usage: &Usage) -> Result<(), Error> {
        let alive = (usage.exit_code == 5).then_some(false);
        let why = format!("{} {}", usage.what, usage.cause);
        self.print(&format!("{:#}\n", json!({ "alive": alive, "why": why })))
    }
}

impl Findings<'_> {
    fn lines(&self) -> String {
        let facts = facts::facts(
            self.organization,
            self.user,
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
                Answer::Yes => "responds".to_owned(),
                Answer::No(why) => format!("does not respond: {why}"),
                Answer::NotAsked => {
                    "not asked: Zoho documents no request that fits every account".to_owned()
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
        let end = self.kept.expires_at.map(humantime::format_rfc3339_seconds);
        let fields = [
            ("alive", json!(true)),
            ("organization", json!(self.organization.map(|organization| json!({
                "name": raw(&organization.name), "id": raw(&organization.id), "type": raw(&organization.kind),
            })))),
            ("user", json!(self.user.map(|user| json!({ "name": raw(&user.name), "email": raw(&user.email) })))),
            ("data_center", json!(self.kept.accounts_server.data_center().map(|center| center.code))),
            ("accounts_url", json!(self.kept.accounts_server.as_str())),
            ("api_domain", json!(raw(&self.kept.api_domain))),
            ("expires_at", json!(end.map(|end| end.to_string()))),
            ("scopes", self.scopes.iter().map(|(scope, answer)| scope_json(scope, answer)).collect()),
        ];
        let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
        let fields: Map<_, _> = fields
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Value::Object(fields)
    }
}

fn scope_json(scope: &str, answer: &Answer) -> Value {
    match answer {
        Answer::Yes => json!({ "scope": scope, "answers": true }),
        Answer::No(why) => json!({ "scope": scope, "answers": false, "why": why }),
        Answer::NotAsked => json!({ "scope": scope }),
    }
}
