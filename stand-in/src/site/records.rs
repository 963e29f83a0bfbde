//! The CRM's modules, fields and records, readable page by page or through a query.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::crm::{Call, Refusal, good};
use crate::parameters::Parameters;

/// Zoho's page size.
const PER_PAGE: usize = 200;

static MODULES: LazyLock<Vec<Module>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/crm.json")).expect("a test reads this file")
});

/// A CRM module and its contents.
#[derive(Deserialize)]
pub struct Module {
    #[serde(rename = "module")]
    facts: Value,
    fields: Vec<Value>,
    records: Vec<Map<String, Value>>,
}

/// GET `/crm/v8/settings/modules`.
pub async fn modules(call: Call) -> Result<Response, Refusal> {
    call.permit(&["ZohoCRM.settings.modules"]).await?;
    let facts: Vec<_> = MODULES.iter().map(|module| &module.facts).collect();
    Ok(good(&json!({ "modules": facts })))
}

/// GET `/crm/v8/settings/modules/Leads`.
pub async fn module(call: Call) -> Result<Response, Refusal> {
    call.permit(&["ZohoCRM.settings.modules"]).await?;
    let facts = &Module::named(&call.path["module"])?.facts;
    Ok(good(&json!({ "modules": [facts] })))
}

/// GET `/crm/v8/settings/fields` for one module.
pub async fn fields(call: Call, query: Parameters) -> Result<Response, Refusal> {
    call.permit(&["ZohoCRM.settings.fields"]).await?;
    let module = query.value("module").ok_or_else(|| missing("module"))?;
    let fields = &Module::named(module)?.fields;
    Ok(good(&json!({ "fields": fields })))
}

/// GET `/crm/v8/Leads`. Versions after 2 require a list of fields. Records unchanged since a given time return "not
/// modified".
pub async fn list(call: Call, query: Parameters) -> Result<Response, Refusal> {
    let name = &call.path["module"];
    call.permit(&[&scope(name)]).await?;
    let module = Module::named(name)?;
    let fields = match query.value("fields") {
        Some(fields) => fields.split(',').collect(),
        None if call.path["version"] == "v2" => module.field_names(),
        None => return Err(missing("fields")),
    };
    let [page, per_page] = [("page", 1), ("per_page", PER_PAGE)].map(|(name, usual)| {
        let number = query.value(name).map_or(Ok(usual), str::parse);
        let number = number.ok().filter(|number| (1..=PER_PAGE).contains(number));
        number.ok_or_else(|| Refusal::invalid("page and per_page are numbers from 1 to 200"))
    });
    let (page, per_page) = (page?, per_page?);
    let since = call.headers.get(header::IF_MODIFIED_SINCE);
    let since = since.and_then(|since| since.to_str().ok());
    let changed: Vec<_> = module.changed(since).collect();
    if changed.is_empty() {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let rest = changed.iter().skip((page - 1) * per_page);
    let more = rest.len() > per_page;
    let data: Vec<_> = rest.take(per_page).map(|it| part(it, &fields)).collect();
    if data.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let info = json!({
        "page": page,
        "per_page": per_page,
        "count": data.len(),
        "more_records": more,
    });
    Ok(good(&json!({ "data": data, "info": info })))
}

/// POST `/crm/v8/coql`: supports `select A, B from Leads where id is not null limit 10`, and no other condition.
pub async fn query(call: Call, body: Bytes) -> Result<Response, Refusal> {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = body["select_query"].as_str().unwrap_or_default();
    let parsed = parse(text);
    // Without the module's scope, nothing about the query is revealed either.
    let module = parsed.as_ref().map(|(_, module, _)| scope(module));
    let groups: Vec<_> = ["ZohoCRM.coql"]
        .into_iter()
        .chain(module.as_deref())
        .collect();
    call.permit(&groups).await?;
    let wrong = || {
        let message = "error occurred while parsing the query";
        Refusal::of(StatusCode::BAD_REQUEST, "SYNTAX_ERROR", message)
    };
    let (fields, name, limit) = parsed.ok_or_else(wrong)?;
    let module = Module::named(name)?;
    let known = module.field_names();
    if !fields.iter().all(|field| known.contains(field)) {
        let message = "column given seems to be invalid";
        let unknown = Refusal::of(StatusCode::BAD_REQUEST, "INVALID_QUERY", message);
        return Err(unknown);
    }
    let found = module.records.iter().take(limit);
    let data: Vec<_> = found.map(|record| part(record, &fields)).collect();
    let info = json!({ "count": data.len(), "more_records": data.len() < module.records.len() });
    Ok(good(&json!({ "data": data, "info": info })))
}

/// The fields, module and limit of a query.
fn parse(text: &str) -> Option<(Vec<&str>, &str, usize)> {
    let text = text.strip_prefix("select ")?;
    let (fields, rest) = text.split_once(" from ")?;
    let fields = fields.split(',').map(str::trim).collect();
    let (module, rest) = rest.split_once(" where id is not null")?;
    let limit = match rest.trim() {
        "" => PER_PAGE,
        rest => rest.strip_prefix("limit ")?.parse().ok()?,
    };
    Some((fields, module, limit))
}

/// The record's ID, which is always included, and the given fields.
fn part(record: &Map<String, Value>, fields: &[&str]) -> Map<String, Value> {
    let asked = |name: &str| name == "id" || fields.contains(&name);
    let kept = record.iter().filter(|(name, _)| asked(name));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The scope group that allows reading a module's records.
pub fn scope(module: &str) -> String {
    format!("ZohoCRM.modules.{module}")
}

fn missing(parameter: &str) -> Refusal {
    Refusal::Error(
        StatusCode::BAD_REQUEST,
        "REQUIRED_PARAM_MISSING",
        format!("One of the expected parameter is missing: {parameter}"),
    )
}

impl Module {
    /// The module with this API name.
    pub fn named(name: &str) -> Result<&'static Self, Refusal> {
        let mut modules = MODULES.iter();
        let found = modules.find(|module| module.facts["api_name"] == name);
        let message = "the module name given seems to be invalid";
        found.ok_or_else(|| Refusal::of(StatusCode::BAD_REQUEST, "INVALID_MODULE", message))
    }

    /// The API names of its fields.
    pub fn field_names(&self) -> Vec<&str> {
        let names = self.fields.iter().map(|field| &field["api_name"]);
        names.filter_map(Value::as_str).chain(["id"]).collect()
    }

    /// The records changed after a time. All times have the same offset, so they are compared as text.
    pub fn changed<'a>(
        &self,
        since: Option<&'a str>,
    ) -> impl Iterator<Item = &Map<String, Value>> + use<'_, 'a> {
        let since = since.unwrap_or_default();
        let records = self.records.iter();
        records.filter(move |record| record["Modified_Time"].as_str() > Some(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_has_fields_of_its_module_alone() {
        for module in MODULES.iter() {
            let known = module.field_names();
            assert!(!module.records.is_empty());
            for record in &module.records {
                let mut names = record.keys();
                assert!(names.all(|name| known.contains(&name.as_str())));
                assert!(
                    record["Modified_Time"]
                        .as_str()
                        .unwrap()
                        .ends_with("+00:00")
                );
            }
        }
    }

    #[test]
    fn only_the_one_form_of_a_query_is_understood() {
        let (fields, module, limit) =
            parse("select Last_Name, Email from Leads where id is not null limit 1").unwrap();
        assert_eq!(
            (fields, module, limit),
            (vec!["Last_Name", "Email"], "Leads", 1)
        );
        for wrong in [
            "",
            "select Email from Leads",
            "select Email from Leads where Email is not null",
            "select Email from Leads where id is not null limit one",
            "delete from Leads where id is not null",
        ] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
