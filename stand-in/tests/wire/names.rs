//! Tests all data centers at once, distinguished by the requested host name.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use secrecy::ExposeSecret;
use serde_json::Value;
use tower::ServiceExt;
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

use super::{FORM, encoded};

/// Sends a request. Returns status and JSON, null if the body is not JSON.
async fn ask(router: &Router, host: &str, path: &str, form: &str) -> (u16, Value) {
    let request = if form.is_empty() {
        Request::get(path)
    } else {
        Request::post(path)
    };
    let request = request.header(header::HOST, host);
    let request = request.header(header::CONTENT_TYPE, FORM);
    let request = request.body(Body::from(form.to_owned())).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), 4096).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn each_server_answers_what_is_its_own() {
    let router = StandIn::everywhere(Rehearsal::default()).by_host();
    for (host, path, status) in [
        ("accounts.zoho.in", "/oauth/serverinfo", 200),
        ("accounts.zohocloud.ca", "/oauth/serverinfo", 200),
        ("www.zohoapis.in", "/oauth/serverinfo", 404),
        ("www.zohoapis.in", "/crm/v8/org", 401),
        ("zohoapis.in", "/crm/v8/org", 401),
        ("accounts.zoho.in", "/crm/v8/org", 404),
        ("accounts.zoho.ca", "/oauth/serverinfo", 421),
        ("accounts.zoho.in:444", "/oauth/serverinfo", 421),
    ] {
        assert_eq!(ask(&router, host, path, "").await.0, status, "{host}{path}");
    }
    let (_, info) = ask(&router, "accounts.zoho.com", "/oauth/serverinfo", "").await;
    let known = info["locations"].as_object().unwrap();
    assert_eq!(known.len(), DataCenter::EVERYWHERE.len());
    assert_eq!(known["au"], "https://accounts.zoho.com.au");
}

#[tokio::test]
async fn a_client_is_known_at_home_and_where_multi_dc_reaches() {
    for multi_dc in [false, true] {
        let zoho = StandIn::everywhere(Rehearsal {
            home: DataCenter::Jp,
            person_at: DataCenter::Jp,
            multi_dc,
            ..Rehearsal::default()
        });
        let router = zoho.by_host();
        let form = encoded(&[
            ("grant_type", "refresh_token"),
            ("client_id", &zoho.client_id()),
            ("client_secret", zoho.client_secret().expose_secret()),
            ("refresh_token", "1000.none"),
        ]);
        for center in DataCenter::EVERYWHERE {
            let accounts_url = center.addresses().accounts_url;
            let host = accounts_url.strip_prefix("https://").unwrap();
            let (_, answer) = ask(&router, host, "/oauth/v2/token", &form).await;
            let is_known = center == DataCenter::Jp || multi_dc && center != DataCenter::Cn;
            let expected = if is_known {
                "invalid_code"
            } else {
                "invalid_client"
            };
            assert_eq!(answer["error"], expected, "{host}");
        }
    }
}
