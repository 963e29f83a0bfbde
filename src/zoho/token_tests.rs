use super::*;
use reqwest::StatusCode;

fn judged(status: u16, body: &str) -> Result<Tokens, ExchangeError> {
    judge(&HttpAnswer {
        status: StatusCode::from_u16(status).unwrap(),
        body: body.as_bytes().to_vec().into(),
    })
}

fn refused(status: u16, body: &str) -> TokenError {
    match judged(status, body) {
        Err(ExchangeError::Refused(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn life_of(fields: &str) -> Option<u64> {
    let tokens = judged(200, &format!(r#"{{"access_token":"a",{fields}}}"#)).unwrap();
    tokens.expires_in.map(|life| life.as_secs())
}

#[test]
fn a_good_answer() {
    let tokens = judged(
        200,
        r#"{"access_token":"1000.a","refresh_token":"1000.r","scope":"A.b.READ C.d.ALL",
        "api_domain":"https://www.zohoapis.eu","token_type":"Bearer","expires_in":3600}"#,
    )
    .unwrap();
    assert!(tokens.access_token.expose_secret() == "1000.a");
    assert!(tokens.refresh_token.unwrap().expose_secret() == "1000.r");
    assert_eq!(tokens.api_domain.unwrap().raw(), "https://www.zohoapis.eu");
    assert_eq!(tokens.scopes.unwrap().joined(","), "A.b.READ,C.d.ALL");
    assert_eq!(tokens.expires_in.unwrap().as_secs(), 3600);
}

#[test]
fn seconds_milliseconds_and_strings() {
    assert_eq!(life_of(r#""expires_in":3600"#), Some(3600));
    assert_eq!(life_of(r#""expires_in":3600000"#), Some(3600));
    assert_eq!(life_of(r#""expires_in":"3600000""#), Some(3600));
    assert_eq!(life_of(r#""expires_in":86400"#), Some(86400));
    assert_eq!(
        life_of(r#""expires_in_sec":"3600","expires_in":3600000"#),
        Some(3600)
    );
}

#[test]
fn strange_fields_do_not_lose_the_token() {
    for fields in [
        r#""expires_in":"soon""#,
        r#""expires_in":-1"#,
        r#""expires_in":[1]"#,
        r#""expires_in":1e999"#,
        r#""expires_in":-1e400"#,
        r#""expires_in":"1e400""#,
        r#""expires_in":"NaN""#,
        r#""scope":"\ud800""#,
        r#""expires_in":null"#,
        r#""expires_in":1e18"#,
        r#""expires_in_sec":999999999999"#,
        r#""refresh_token":{"a":[1]},"scope":true,"api_domain":false"#,
    ] {
        let body = format!(r#"{{"access_token":"a",{fields}}}"#);
        let tokens = judged(200, &body).unwrap();
        assert_eq!(tokens.expires_in, None, "{fields}");
        assert!(tokens.refresh_token.is_none());
    }
}

#[test]
fn an_error_with_status_200_is_an_error() {
    assert_eq!(
        refused(200, r#"{"error":"invalid_code"}"#),
        TokenError::InvalidCode
    );
    assert_eq!(
        refused(200, r#"{"access_token":"a","error":"invalid_client"}"#),
        TokenError::InvalidClient
    );
    assert_eq!(
        refused(
            400,
            r#"{"error":"Access Denied","error_description":"x","status":"failure"}"#
        ),
        TokenError::Throttled
    );
    assert_eq!(
        refused(200, r#"{"error":"access_denied"}"#),
        TokenError::AccessDenied
    );
    assert_eq!(
        refused(500, r#"{"error":"new_one"}"#),
        TokenError::Other(Untrusted::new("new_one"))
    );
}

#[test]
fn what_is_no_token_answer_says_what_it_looks_like_and_never_its_text() {
    let cut = "JSON without an access token, or cut short (HTTP status 200)";
    for (status, body, told) in [
        (200, "", "an empty response (HTTP status 200)"),
        (
            502,
            " <html>1000.secret</html>",
            "a web page instead of JSON (HTTP status 502)",
        ),
        (200, r#"{"access_token":"1000.sec"#, cut),
        (200, r#"{"access_token":""}"#, cut),
        (200, r#"{"access_token":"a\nb"}"#, cut),
        (
            200,
            r#"{"access_token":"a","access_token":"b"}"#,
            "two different values of access_token (HTTP status 200)",
        ),
        (200, "[1]", "something other than JSON (HTTP status 200)"),
        (
            302,
            r#"{"access_token":"a"}"#,
            "a redirect (302 Found), which is not followed",
        ),
    ] {
        match judged(status, body) {
            Err(ExchangeError::Unreadable(said)) => assert_eq!(said, told),
            other => panic!("{body}: {other:?}"),
        }
    }
}
