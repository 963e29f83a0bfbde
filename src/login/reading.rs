//! What the program that will read the CRM would find there: its own first requests, made once, with the new token.
//! They prove nothing beyond what they ask, and a login never fails because of them.

use crate::context::{Context, stopped};
use crate::credentials::Credentials;
use crate::handover::destination::Destination;
use crate::settings::Settings;
use crate::untrusted::Untrusted;
use crate::zoho::crm::{self, Unchecked};
use crate::zoho::http::Zoho;
use crate::zoho::trust::ApiDomain;
use secrecy::SecretString;
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// For all requests together: the person is waiting for the page.
const WITHIN: Duration = Duration::from_secs(10);

/// How many modules are listed by name; the rest are counted.
const NAMED: usize = 8;

/// What is worth knowing, as a sentence; none if nothing was tried.
pub(super) async fn of(
    zoho: &Zoho,
    settings: &Settings,
    credentials: &Credentials,
    context: &mut Context,
) -> Option<String> {
    let destination = settings.destination?;
    let title = destination.title();
    // From their source code: Airbyte's source-zoho-crm 0.3.6 (`api.py`, `streams.py`) and version 8 of Zoho's SDKs
    // (`utility.py`). Both request the modules, then each one's fields and records.
    let version = match destination {
        Destination::Airbyte => "v2",
        Destination::Sdk => "v8",
        Destination::Adobe | Destination::AdobeRest => {
            return Some(format!(
                "What {title} will be able to read was not tested: Adobe does not document its first requests."
            ));
        }
        // Not a particular program.
        Destination::Env | Destination::Other => return None,
    };
    let domain = credentials.api_domain.as_ref()?;
    let domain = settings.trust.api_domain(domain.raw())?;
    let token = credentials.access_token.as_ref()?;
    if !settings.verify || !is_answering(credentials) {
        return None;
    }
    let found = tokio::select! {
        biased;
        found = timeout(WITHIN, find(zoho, &domain, token, version)) => found,
        _ = stopped(&mut context.stopped) => return None,
    };
    let found = found.unwrap_or_else(|_| Err(Missing::Answer("it did not answer in time".into())));
    Some(sentence(destination, found))
}

/// Whether the check showed that the CRM accepts the token, or was not allowed to ask.
fn is_answering(credentials: &Credentials) -> bool {
    let identity = &credentials.identity;
    let scopes = credentials.scopes.as_ref();
    let may_ask = |group| scopes.is_none_or(|scopes| scopes.allow_reading(group));
    let answers = [
        ("ZohoCRM.org", identity.organization.as_ref().err()),
        ("ZohoCRM.users", identity.user.as_ref().err()),
    ];
    let asked = answers.iter().any(|(group, _)| may_ask(group));
    let answered = |why: Option<&Unchecked>| matches!(why, None | Some(Unchecked::ScopeMissing));
    identity.token_refused().is_none() && (!asked || answers.iter().any(|(_, why)| answered(*why)))
}

/// Why a program would find nothing.
#[derive(Debug, PartialEq, Eq)]
enum Missing {
    /// This scope was not granted.
    Scope(&'static str),
    /// The CRM did not answer; continues after "because".
    Answer(String),
}

/// What a program would find.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    /// The modules that can be read, as the CRM names them.
    modules: Vec<String>,
    /// The module whose fields and records were requested.
    tried: Option<String>,
}

/// The program's first requests to the CRM, in the API version that it uses ("v2"): the list of modules, then the fields
/// and one record of one module.
async fn find(
    zoho: &Zoho,
    domain: &ApiDomain,
    token: &SecretString,
    version: &str,
) -> Result<Found, Missing> {
    let ask = async |what: &str, scope| {
        let path = format!("/crm/{version}/{what}");
        let answer = crm::read(zoho, domain, token, &path).await;
        answer.map_err(|why| match why {
            Unchecked::ScopeMissing => Missing::Scope(scope),
            why => Missing::Answer(why.to_string()),
        })
    };
    let list = ask("settings/modules", "ZohoCRM.settings.modules.READ").await?;
    let modules = modules(&list);
    let leads = modules.iter().find(|name| *name == "Leads");
    let tried = leads.or(modules.first());
    let tried = tried.filter(|name| is_name(name)).cloned();
    if let Some(name) = &tried {
        let fields = format!("settings/fields?module={name}");
        let fields = ask(&fields, "ZohoCRM.settings.fields.READ").await?;
        // API versions after 2 require a list of fields.
        let field = fields["fields"][0]["api_name"].as_str();
        let field = field.filter(|field| is_name(field)).unwrap_or("id");
        let record = format!("{name}?fields={field}&per_page=1");
        ask(&record, "ZohoCRM.modules.READ").await?;
    }
    Ok(Found { modules, tried })
}

/// The modules that the API supports.
fn modules(list: &Value) -> Vec<String> {
    let modules = list["modules"].as_array().into_iter().flatten();
    let served = modules.filter(|module| module["api_supported"] == true);
    let names = served.filter_map(|module| module["api_name"].as_str());
    names.map(str::to_owned).collect()
}

/// Whether a name can be part of a path unencoded.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && text.bytes().all(plain)
}

fn sentence(destination: Destination, found: Result<Found, Missing>) -> String {
    let title = destination.title();
    match found {
        Ok(found) if found.modules.is_empty() => format!(
            "{title} will find nothing to read: the CRM lists no module that its API supports."
        ),
        Ok(found) => {
            let shown = found.modules.iter().take(NAMED);
            let shown: Vec<String> = shown.map(|name| Untrusted::new(name).to_string()).collect();
            let more = match found.modules.len() - shown.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let tried = found.tried.map_or_else(String::new, |name| {
                format!(" (tested: the list of modules, then fields and a record of {name})")
            });
            format!(
                "{title} will be able to read: {}{more}{tried}.",
                shown.join(", ")
            )
        }
        Err(Missing::Scope(scope)) => format!(
            "{title} will not be able to read: the scope {scope} was not granted. To grant it: zoho-grant login \
             --for {}",
            destination.option()
        ),
        Err(Missing::Answer(why)) => format!(
            "It is not known what {title} will be able to read, because {}.",
            why.trim_end_matches('.')
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use serde_json::json;

    fn check(found: Result<Found, Missing>, expected: &Expect) {
        expected.assert_eq(&sentence(Destination::Airbyte, found));
    }

    fn found(modules: &[&str], tried: Option<&str>) -> Found {
        Found {
            modules: modules.iter().map(ToString::to_string).collect(),
            tried: tried.map(str::to_owned),
        }
    }

    #[test]
    fn modules_are_named_and_many_are_counted() {
        check(
            Ok(found(&["Leads", "Contacts"], Some("Leads"))),
            &expect![
                "Airbyte will be able to read: Leads, Contacts (tested: the list of modules, then fields and a record of Leads)."
            ],
        );
        let names: Vec<String> = (1..=30)
            .map(|number| format!("CustomModule{number}"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        check(
            Ok(found(&names, None)),
            &expect![
                "Airbyte will be able to read: CustomModule1, CustomModule2, CustomModule3, CustomModule4, CustomModule5, CustomModule6, CustomModule7, CustomModule8 and 22 more."
            ],
        );
        check(
            Ok(found(&["\u{1b}[2J"], None)),
            &expect![r"Airbyte will be able to read: \u{1b}[2J."],
        );
        check(
            Ok(found(&[], None)),
            &expect![
                "Airbyte will find nothing to read: the CRM lists no module that its API supports."
            ],
        );
    }

    #[test]
    fn a_missing_scope_comes_with_the_command_that_asks_for_it() {
        check(
            Err(Missing::Scope("ZohoCRM.settings.fields.READ")),
            &expect![
                "Airbyte will not be able to read: the scope ZohoCRM.settings.fields.READ was not granted. To grant it: zoho-grant login --for airbyte"
            ],
        );
        check(
            Err(Missing::Answer(
                "the CRM answered NO_PERMISSION (HTTP status 403)".to_owned(),
            )),
            &expect![
                "It is not known what Airbyte will be able to read, because the CRM answered NO_PERMISSION (HTTP status 403)."
            ],
        );
    }

    #[test]
    fn only_what_the_api_serves_is_a_module_and_only_a_name_goes_into_a_path() {
        let list = json!({ "modules": [
            { "api_name": "Home", "api_supported": false },
            { "api_name": "Leads", "api_supported": true },
            { "api_name": 7, "api_supported": true },
            "odd",
        ] });
        assert_eq!(modules(&list), ["Leads"]);
        assert_eq!(modules(&Value::Null), [""; 0]);
        assert!(is_name("CustomModule1_x"));
        for odd in ["", "../org", "a?b", "a b", "a/b", "é"] {
            assert!(!is_name(odd), "{odd}");
        }
    }
}
