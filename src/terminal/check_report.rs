//! What `check` found: one line each for people, one object for programs.

use crate::terminal::Terminal;
use serde_json::{Map, Value, json};
use std::io;
use std::time::SystemTime;
use zoho_grant::credentials::Credentials;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::crm::{Organization, User};

/// What `check` found of credentials that are alive.
pub struct Findings<'a> {
    /// What was checked.
    pub kept: &'a Credentials,
    /// The organisation, when the CRM told.
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
    pub fn findings(&self, findings: &Findings, json: bool) -> io::Result<()> {
        if json {
            self.print(&format!("{:#}\n", findings.json()))
        } else {
            self.print(&findings.lines())
        }
    }

    /// Prints for programs that the credentials are dead, and why.
    pub fn dead(&self, why: &str) -> io::Result<()> {
        self.print(&format!("{:#}\n", json!({ "alive": false, "why": why })))
    }
}

impl Findings<'_> {
    fn lines(&self) -> String {
        let mut lines = String::new();
        let mut line =
            |label: &str, value: &str| lines.extend([&format!("{label:14}"), value, "\n"]);
        line("Alive", "yes");
        let none = || "not told".to_owned();
        let organization = self
            .organization
            .and_then(|organization| organization.name.as_ref());
        line(
            "Organisation",
            &organization.map_or_else(none, Untrusted::to_string),
        );
        line("Person", &self.person().unwrap_or_else(none));
        let server = &self.kept.accounts_server;
        let center = server.data_center();
        let center = center.map(|center| format!("{} ({}), {server}", center.name, center.code));
        line("Data centre", &center.unwrap_or_else(|| server.to_string()));
        line("Access token", &self.end(SystemTime::now()));
        for (scope, answer) in &self.scopes {
            let answer = match answer {
                Answer::Yes => "answers".to_owned(),
                Answer::No(why) => format!("does not answer: {why}"),
                Answer::NotAsked => {
                    "not asked: Zoho documents no question for it that fits every account"
                        .to_owned()
                }
            };
            line("Scope", &format!("{}  {answer}", Untrusted::new(*scope)));
        }
        lines
    }

    fn person(&self) -> Option<String> {
        let user = self.user?;
        let parts = [&user.name, &user.email].into_iter().flatten();
        Some(
            parts
                .map(Untrusted::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        )
    }

    fn end(&self, now: SystemTime) -> String {
        let Some(end) = self.kept.expires_at else {
            return "Zoho did not say when it ends".to_owned();
        };
        let left = end.duration_since(now).unwrap_or_default().as_secs();
        let stamp = humantime::format_rfc3339_seconds(end);
        format!("ends in {} minutes, at {stamp}", (left + 30) / 60)
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
