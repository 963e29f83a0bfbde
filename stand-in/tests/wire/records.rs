//! Tests the rest of the CRM: modules, fields, records, COQL, bulk read.

use super::{Answer, Case, ask_crm, send};
use serde_json::{Value, json};
use zoho_stand_in::{DataCenter, Rehearsal};

const EVERYTHING: &str =
    "ZohoCRM.modules.READ,ZohoCRM.settings.READ,ZohoCRM.coql.READ,ZohoCRM.bulk.READ";

/// A person's stand-in, and an access token with these scopes.
async fn with(scope: &'static str) -> (Case, String) {
    let mut case = Case::new(Rehearsal::default()).await;
    case.scope = scope;
    let tokens = case.exchange().await.json();
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    (case, token)
}

async fn ask_bulk(case: &Case, token: &str, path: &str, body: &Value) -> Answer {
    let url = format!("{}/crm/{path}", case.zoho.api_domain(DataCenter::Eu));
    let headers = format!("authorization: Zoho-oauthtoken {token}\r\n");
    let method = if body.is_null() { "GET" } else { "POST" };
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(&url, method, &headers, &body).await
}

fn code(answer: &Answer) -> (String, Value) {
    (answer.status().to_owned(), answer.json()["code"].clone())
}

#[tokio::test]
async fn records_are_found_over_modules_and_fields() {
    let (case, token) = with(EVERYTHING).await;
    let modules = ask_crm(&case.crm("settings/modules"), &token).await.json();
    assert_eq!(modules["modules"][0]["api_name"], "Leads");
    let one = ask_crm(&case.crm("settings/modules/Leads"), &token).await;
    assert_eq!(one.json()["modules"], json!([modules["modules"][0]]));
    let fields = ask_crm(&case.crm("settings/fields?module=Leads"), &token)
        .await
        .json();
    assert_eq!(fields["fields"][1]["api_name"], "Last_Name");

    let page = |query| case.crm(&format!("Leads?fields=Last_Name&{query}"));
    let first = ask_crm(&page("per_page=1"), &token).await.json();
    let lead = json!([{ "id": "600123456000001001", "Last_Name": "First Lead" }]);
    assert_eq!(first["data"], lead);
    assert_eq!(
        first["info"],
        json!({ "page": 1, "per_page": 1, "count": 1, "more_records": true })
    );
    let second = ask_crm(&page("per_page=1&page=2"), &token).await.json();
    assert_eq!(second["data"][0]["Last_Name"], "Second Lead");
    assert_eq!(second["info"]["more_records"], false);
    assert_eq!(ask_crm(&page("page=2"), &token).await.status(), "204");
}

#[tokio::test]
async fn what_is_not_changed_is_not_sent() {
    let (case, token) = with(EVERYTHING).await;
    let ask = async |since: &str| {
        let headers =
            format!("authorization: Zoho-oauthtoken {token}\r\nif-modified-since: {since}\r\n");
        send(&case.crm("Leads?fields=Email"), "GET", &headers, "").await
    };
    let changed = ask("2026-02-01T09:00:00+00:00").await.json();
    assert_eq!(changed["data"].as_array().unwrap().len(), 1);
    assert_eq!(ask("2026-03-01T09:00:00+00:00").await.status(), "304");
}

#[tokio::test]
async fn each_of_them_wants_its_scope() {
    for (scope, granted) in [
        ("ZohoCRM.settings.fields.READ", ["401", "200", "401"]),
        ("ZohoCRM.settings.ALL", ["200", "200", "401"]),
        ("ZohoCRM.modules.leads.READ", ["401", "401", "200"]),
        ("ZohoCRM.modules.contacts.READ", ["401", "401", "401"]),
    ] {
        let (case, token) = with(scope).await;
        let paths = [
            "settings/modules",
            "settings/fields?module=Leads",
            "Leads?fields=Email",
        ];
        for (path, status) in paths.into_iter().zip(granted) {
            let answer = ask_crm(&case.crm(path), &token).await;
            assert_eq!(answer.status(), status, "{scope} {path}");
            if status == "401" {
                assert_eq!(answer.json()["code"], "OAUTH_SCOPE_MISMATCH");
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_question_is_told_by_its_code() {
    let (case, token) = with(EVERYTHING).await;
    for (path, status, code) in [
        ("settings/modules/Moons", "400", "INVALID_MODULE"),
        ("settings/fields", "400", "REQUIRED_PARAM_MISSING"),
        ("Moons?fields=Email", "400", "INVALID_MODULE"),
        ("Leads", "400", "REQUIRED_PARAM_MISSING"),
        ("Leads?fields=Email&per_page=201", "400", "INVALID_DATA"),
        ("Leads?fields=Email&page=0", "400", "INVALID_DATA"),
    ] {
        let answer = ask_crm(&case.crm(path), &token).await;
        assert_eq!(
            (answer.status(), &answer.json()["code"]),
            (status, &json!(code)),
            "{path}"
        );
    }
    // Version 2 requires no fields. No version before or after those served exists.
    let version = |version| case.crm("Leads").replace("v8", version);
    assert_eq!(ask_crm(&version("v2"), &token).await.status(), "200");
    for unknown in ["v1", "v9"] {
        let answer = ask_crm(&version(unknown), &token).await;
        assert_eq!(code(&answer), ("404".into(), json!("INVALID_URL_PATTERN")));
    }
}

#[tokio::test]
async fn a_query_wants_its_own_scope_and_that_of_the_module() {
    let query = |text: &str| json!({ "select_query": text });
    let good = query("select Last_Name, Email from Leads where id is not null limit 1");
    let (case, token) = with(EVERYTHING).await;
    let answer = ask_bulk(&case, &token, "v8/coql", &good).await.json();
    assert_eq!(answer["data"][0]["Email"], "first.lead@example.com");
    assert_eq!(answer["info"], json!({ "count": 1, "more_records": true }));
    for (text, code) in [
        ("select Email from Leads", "SYNTAX_ERROR"),
        (
            "select Color from Leads where id is not null",
            "INVALID_QUERY",
        ),
    ] {
        let answer = ask_bulk(&case, &token, "v8/coql", &query(text)).await;
        assert_eq!(
            (answer.status(), &answer.json()["code"]),
            ("400", &json!(code))
        );
    }
    for scope in ["ZohoCRM.coql.READ", "ZohoCRM.modules.READ"] {
        let (case, token) = with(scope).await;
        let answer = ask_bulk(&case, &token, "v8/coql", &good).await;
        assert_eq!(code(&answer), ("401".into(), json!("OAUTH_SCOPE_MISMATCH")));
    }
}

#[tokio::test]
async fn a_bulk_job_ends_in_a_zipped_csv_file() {
    let (case, token) = with(EVERYTHING).await;
    let ask = async |path: &str, body: Value| ask_bulk(&case, &token, path, &body).await;
    let query = json!({ "module": { "api_name": "Leads" }, "fields": ["Last_Name"] });
    let added = ask("bulk/v8/read", json!({ "query": query })).await;
    assert_eq!(added.status(), "201");
    let id = added.json()["data"][0]["details"]["id"].clone();
    let job = format!("bulk/v8/read/{}", id.as_str().unwrap());
    let told = ask(&job, Value::Null).await.json()["data"][0].clone();
    assert_eq!(
        (&told["state"], &told["query"]),
        (&json!("COMPLETED"), &query)
    );
    let file = ask(
        &told["result"]["download_url"].as_str().unwrap()["/crm/".len()..],
        Value::Null,
    )
    .await;
    assert!(file.body().starts_with("PK\u{3}\u{4}"), "no zip file");
    let lines = "Id,Last_Name\n600123456000001001,First Lead\n600123456000001002,Second Lead\n";
    assert!(file.body().contains(lines));

    let missing = ask("bulk/v8/read/2", Value::Null).await;
    assert_eq!(code(&missing), ("404".into(), json!("RESOURCE_NOT_FOUND")));
    let query = json!({ "module": { "api_name": "Leads" }, "fields": ["Color"] });
    let wrong = ask("bulk/v8/read", json!({ "query": query })).await;
    assert_eq!(code(&wrong), ("400".into(), json!("INVALID_DATA")));
}
