//! `postman`: an environment for Postman and Newman, with the names of Zoho's own collections
//! (zoho.com/crm/developer/docs/api/v6/api-collection, zoho.com/fsm/developer/help/api/api-collection).

use crate::handover::fields::View;
use crate::handover::json::{Json, pretty};
use zeroize::Zeroizing;

/// Name in Postman, name here, and whether Postman should mask it.
const VALUES: [(&str, &str, bool); 6] = [
    ("client-id", "client_id", false),
    ("client-secret", "client_secret", true),
    ("refresh-token", "refresh_token", true),
    ("access-token", "access_token", true),
    ("accounts-url", "accounts_url", false),
    ("api-domain", "api_domain", false),
];

pub(super) fn document(of: View) -> Zeroizing<String> {
    let variable = |(key, name, secret): (&'static str, _, _)| {
        let kind = if secret { "secret" } else { "default" };
        Some(Json::object([
            ("key", key.into()),
            ("value", of.value(name)?.into()),
            ("type", kind.into()),
            ("enabled", Json::Bool(true)),
        ]))
    };
    let values = Json::List(VALUES.into_iter().filter_map(variable).collect());
    pretty(&Json::object([
        ("name", "Zoho CRM".into()),
        ("values", values),
    ]))
}

#[cfg(test)]
mod tests {
    use crate::handover::samples;
    use expect_test::expect;

    #[test]
    fn an_environment_without_what_is_absent() {
        expect![[r#"
            {
              "name": "Zoho CRM",
              "values": [
                {
                  "key": "client-id",
                  "value": "1000.EXAMPLE",
                  "type": "default",
                  "enabled": true
                },
                {
                  "key": "client-secret",
                  "value": "examplesecret",
                  "type": "secret",
                  "enabled": true
                },
                {
                  "key": "access-token",
                  "value": "1000.a.a",
                  "type": "secret",
                  "enabled": true
                },
                {
                  "key": "accounts-url",
                  "value": "http://127.0.0.1:4711",
                  "type": "default",
                  "enabled": true
                }
              ]
            }
        "#]]
        .assert_eq(&samples::document("postman", &samples::bare()));
    }

    #[test]
    fn tokens_and_secret_alone_are_masked() {
        let document = samples::document("postman", &samples::full());
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        let values = document["values"].as_array().unwrap();
        let masked = values.iter().filter(|value| value["type"] == "secret");
        let masked: Vec<&str> = masked.map(|value| value["key"].as_str().unwrap()).collect();
        assert_eq!(masked, ["client-secret", "refresh-token", "access-token"]);
        assert_eq!(values.len(), 6);
    }
}
