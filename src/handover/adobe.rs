//! Adobe Experience Platform: its Zoho CRM source as a form and as a connection, and its Generic REST API source
//! (experienceleague.adobe.com, sources: connectors/crm/zoho, api-tutorials/create/crm/zoho and
//! api-tutorials/create/protocols/generic-rest).

use crate::handover::fields::View;
use crate::handover::json::{Json, pretty};
use crate::handover::remark::Remark;
use zeroize::Zeroizing;

/// The six fields of the form, in its order.
pub(super) const FORM: [(&str, &str); 6] = [
    ("endpoint", "endpoint"),
    ("accountsUrl", "accounts_url"),
    ("clientId", "client_id"),
    ("clientSecret", "client_secret"),
    ("accessToken", "access_token"),
    ("refreshToken", "refresh_token"),
];

/// The parameters of the Generic REST API source.
const REST: [(&str, &str); 6] = [
    ("host", "api_domain"),
    ("clientId", "client_id"),
    ("clientSecret", "client_secret"),
    ("accessToken", "access_token"),
    ("refreshToken", "refresh_token"),
    ("accessTokenUrl", "token_url"),
];

/// Where Adobe lists the addresses that its servers call from; the list changes, so it is not copied here.
const ALLOW_LIST: Remark = Remark {
    text: "If your Zoho organization restricts IP addresses, first allow Adobe's addresses for your region: \
           CRM Setup → Security Control → Allowed IPs (or Zoho Directory → Security Policies). \
           Also allow the machine that runs this login.",
    link: Some((
        "Adobe's page “IP address allow list”",
        "https://experienceleague.adobe.com/en/docs/experience-platform/sources/ip-address-allow-list",
    )),
};

/// What to know before relying on the Zoho CRM source.
pub(super) static REMARKS: [Remark; 3] = [
    Remark {
        text: "Adobe's documentation says that its Zoho CRM source “will be deprecated at the end of June 2025”, and its \
               later catalog does not list it; --format adobe-rest is for Adobe's Generic REST API source instead.",
        link: Some((
            "Adobe's page on the source",
            "https://experienceleague.adobe.com/en/docs/experience-platform/sources/connectors/crm/zoho",
        )),
    },
    Remark {
        text: "Adobe gives no example of the endpoint. Without --endpoint, it is what the engine behind Adobe's source \
               documents (crm.zoho.com/crm/private), adapted to your data center, and not verified.",
        link: None,
    },
    ALLOW_LIST,
];

/// What to know before relying on the Generic REST API source.
pub(super) static REST_REMARKS: [Remark; 2] = [
    Remark {
        text: "It is not verified that Adobe's Generic REST API source can read Zoho CRM: the fields are as Adobe \
               documents them, but we know of nobody who has tried them with Zoho.",
        link: None,
    },
    ALLOW_LIST,
];

/// `adobe-json`: the request body that creates the same connection.
pub(super) fn connection(of: View) -> Zeroizing<String> {
    let params = Json::object(of.values(FORM));
    let description = "Base Connection for Zoho CRM";
    let id = "929e4450-0237-4ed2-9404-b7e1e0a00309";
    body(description, "Basic Authentication", params, id)
}

/// `adobe-rest`: the request body that creates a Generic REST API connection.
pub(super) fn rest(of: View) -> Zeroizing<String> {
    let params = Json::object(of.values(REST));
    let description = "Base Connection for Zoho CRM as a generic REST API";
    let id = "4e98f16f-87d6-4ef0-bdc6-7a2b0fe76e62";
    body(description, "oAuth2RefreshCode", params, id)
}

fn body<'a>(
    description: &'a str,
    spec_name: &'a str,
    params: Json<'a>,
    id: &'a str,
) -> Zeroizing<String> {
    let auth = Json::object([("specName", spec_name.into()), ("params", params)]);
    let spec = Json::object([("id", id), ("version", "1.0")]);
    pretty(&Json::object([
        ("name", "Zoho CRM base connection".into()),
        ("description", description.into()),
        ("auth", auth),
        ("connectionSpec", spec),
    ]))
}

#[cfg(test)]
mod tests {
    use crate::handover::samples;
    use expect_test::expect;

    #[test]
    fn the_form() {
        expect![[r"
            endpoint:      crm.zoho.eu/crm/private
            accountsUrl:   https://accounts.zoho.eu
            clientId:      1000.EXAMPLE
            clientSecret:  examplesecret
            accessToken:   1000.a.a
            refreshToken:  1000.r.r
        "]]
        .assert_eq(&samples::document("adobe", &samples::full()));
    }

    #[test]
    fn the_connection() {
        expect![[r#"
            {
              "name": "Zoho CRM base connection",
              "description": "Base Connection for Zoho CRM",
              "auth": {
                "specName": "Basic Authentication",
                "params": {
                  "endpoint": "crm.zoho.eu/crm/private",
                  "accountsUrl": "https://accounts.zoho.eu",
                  "clientId": "1000.EXAMPLE",
                  "clientSecret": "examplesecret",
                  "accessToken": "1000.a.a",
                  "refreshToken": "1000.r.r"
                }
              },
              "connectionSpec": {
                "id": "929e4450-0237-4ed2-9404-b7e1e0a00309",
                "version": "1.0"
              }
            }
        "#]]
        .assert_eq(&samples::document("adobe-json", &samples::full()));
    }

    #[test]
    fn the_generic_connection() {
        expect![[r#"
            {
              "name": "Zoho CRM base connection",
              "description": "Base Connection for Zoho CRM as a generic REST API",
              "auth": {
                "specName": "oAuth2RefreshCode",
                "params": {
                  "host": "https://www.zohoapis.eu",
                  "clientId": "1000.EXAMPLE",
                  "clientSecret": "examplesecret",
                  "accessToken": "1000.a.a",
                  "refreshToken": "1000.r.r",
                  "accessTokenUrl": "https://accounts.zoho.eu/oauth/v2/token"
                }
              },
              "connectionSpec": {
                "id": "4e98f16f-87d6-4ef0-bdc6-7a2b0fe76e62",
                "version": "1.0"
              }
            }
        "#]]
        .assert_eq(&samples::document("adobe-rest", &samples::full()));
    }
}
