//! Bulk read: a job that writes a module's records to a zipped CSV file, which is ready immediately.

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer;
use super::crm::{Call, Refusal, good};
use super::records::{Module, scope};

/// Zoho's page size.
const PER_PAGE: usize = 200_000;

const GROUP: &str = "ZohoCRM.bulk";

/// POST `/crm/bulk/v8/read`: reads module and fields, but supports no criteria.
pub async fn create(call: Call, body: Bytes) -> Result<Response, Refusal> {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let query = &body["query"];
    let name = query["module"]["api_name"].as_str().unwrap_or_default();
    call.permit(&[GROUP, &scope(name)]).await?;
    let known = Module::named(name)?.field_names();
    let fields = query["fields"].as_array();
    let is_known = |field: &Value| field.as_str().is_some_and(|field| known.contains(&field));
    if !fields.is_none_or(|fields| fields.iter().all(is_known)) {
        return Err(Refusal::invalid("the field is not available"));
    }
    let mut state = call.site.state();
    state.jobs.push(query.clone());
    let details =
        json!({ "id": state.jobs.len().to_string(), "operation": "read", "state": "ADDED" });
    let added = json!({
        "status": "success",
        "code": "ADDED_SUCCESSFULLY",
        "message": "Added successfully.",
        "details": details,
    });
    let body = json!({ "data": [added], "info": {} });
    Ok(answer::json(StatusCode::CREATED, &body))
}

/// GET `/crm/bulk/v8/read/1`.
pub async fn job(call: Call) -> Result<Response, Refusal> {
    call.permit(&[GROUP]).await?;
    let query = asked(&call)?;
    let (version, id) = (&call.path["version"], &call.path["id"]);
    let result = json!({
        "page": 1,
        "per_page": PER_PAGE,
        "count": module(&query)?.changed(None).count(),
        "download_url": format!("/crm/bulk/{version}/read/{id}/result"),
        "more_records": false,
    });
    let job = json!({
        "id": id,
        "operation": "read",
        "state": "COMPLETED",
        "query": query,
        "result": result,
    });
    Ok(good(&json!({ "data": [job] })))
}

/// GET `/crm/bulk/v8/read/1/result`.
pub async fn result(call: Call) -> Result<Response, Refusal> {
    call.permit(&[GROUP]).await?;
    let (query, id) = (asked(&call)?, &call.path["id"]);
    let module = module(&query)?;
    let fields = match query["fields"].as_array() {
        Some(fields) => fields.iter().filter_map(Value::as_str).collect(),
        None => module.field_names(),
    };
    let file = zipped(&format!("{id}.csv"), &csv(module, &fields));
    let disposition = format!("attachment; filename={id}.zip");
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, file).into_response())
}

/// The request that created a job.
fn asked(call: &Call) -> Result<Value, Refusal> {
    let state = call.site.state();
    let number = call.path["id"].parse::<usize>().ok();
    let index = number.and_then(|number| number.checked_sub(1));
    let job = index.and_then(|index| state.jobs.get(index));
    let message = "The resource does not exist";
    let unknown = || Refusal::of(StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND", message);
    job.cloned().ok_or_else(unknown)
}

fn module(query: &Value) -> Result<&'static Module, Refusal> {
    Module::named(query["module"]["api_name"].as_str().unwrap_or_default())
}

/// One line per record, the ID first. None of the stand-in's values needs quotes.
fn csv(module: &Module, fields: &[&str]) -> String {
    let columns: Vec<_> = ["id"]
        .into_iter()
        .chain(fields.iter().copied().filter(|field| *field != "id"))
        .collect();
    let heading = columns.join(",").replacen("id", "Id", 1);
    let cell = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(lookup)) => lookup["id"].as_str().unwrap_or_default().to_owned(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    };
    let lines = module.changed(None).map(|record| {
        let cells = columns.iter().map(|column| cell(record.get(*column)));
        cells.collect::<Vec<_>>().join(",")
    });
    [heading]
        .into_iter()
        .chain(lines)
        .map(|line| line + "\n")
        .collect()
}

/// A zip archive of one file, stored without compression (PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16).
fn zipped(name: &str, text: &str) -> Vec<u8> {
    let small = "the stand-in holds a few records";
    let [length, size] = [name.len(), text.len()].map(|length| u32::try_from(length).expect(small));
    // Version 1.0, no flags, stored, midnight on 1980-01-01, checksum, both sizes, the name's length, no extra field.
    let mut facts = vec![10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    for number in [crc32fast::hash(text.as_bytes()), size, size, length] {
        facts.extend(number.to_le_bytes());
    }
    let file = [b"PK\x03\x04", &*facts, name.as_bytes(), text.as_bytes()].concat();
    // No comment, one disk, no attributes; the file comes first.
    let entry = [b"PK\x01\x02\x0a\x00", &*facts, &[0; 14], name.as_bytes()].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    for number in [entry.len(), file.len()] {
        end.extend(u32::try_from(number).expect(small).to_le_bytes());
    }
    [file, entry, end, vec![0; 2]].concat()
}
