//! Adobe Experience Platform: its Zoho CRM source as a form and as a connection, and its Generic REST API source
//! (experienceleague.adobe.com, sources: connectors/crm/zoho, api-tutorials/create/crm/zoho and
//! api-tutorials/create/protocols/generic-rest).

use crate::handover::fields::View;
use crate::handover::json::{Json, members, pretty};
use crate::handover::remark::Remark;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// The widest name, a colon and two spaces.
const COLUMN: usize = 15;

/// The six fields of the form, in its order.
const FORM: [(&str, &str); 6] = [
    ("endpoint", "endpoint"),
    ("accountsUrl", "accounts_url"),
    ("clientId", "client_id"),
    ("clientSecret", "client_secret"),
    ("accessToken", "access_token"),
    ("refreshToken", "refresh_token"),
];

/// What the Generic REST API source asks for.
const REST: [(&str, &str); 6] = [
    ("host", "api_domain"),
    ("clientId", "client_id"),
    ("clientSecret", "client_secret"),
    ("accessToken", "access_token"),
    ("refreshToken", "refresh_token"),
    ("accessTokenUrl", "token_url"),
];

/// Where Adobe keeps the addresses that its servers call from; the list changes, so it is never carried.
const ALLOW_LIST: Remark = Remark {
    text: "Before a source works, Adobe's addresses for your region must be allowed in Zoho, if your organization \
           allows only some: CRM Setup → Security Control → Allowed IPs (or Zoho Directory → Security Policies). \
           The same holds for the machine that runs this login.",
    link: Some((
        "Adobe's page “IP address allow list”",
        "https://experienceleague.adobe.com/en/docs/experience-platform/sources/ip-address-allow-list",
    )),
};

/// What to know before relying on the Zoho CRM source.
pub(super) static REMARKS: [Remark; 3] = [
    Remark {
        text: "Adobe's documentation says that its Zoho CRM source “will be deprecated at the end of June 2025”, and its \
               later catalogue does not list it; --format adobe-rest is for Adobe's Generic REST API source instead.",
        link: Some((
            "Adobe's page on the source",
            "https://experienceleague.adobe.com/en/docs/experience-platform/sources/connectors/crm/zoho",
        )),
    },
    Remark {
        text: "Adobe gives no example of the endpoint. Without --endpoint it is as the engine beneath Adobe's source \
               documents it (crm.zoho.com/crm/private), for your data center, and not verified.",
        link: None,
    },
    ALLOW_LIST,
];

/// What to know before relying on the Generic REST API source.
pub(super) static REST_REMARKS: [Remark; 2] = [
    Remark {
        text: "That Adobe's Generic REST API source reads Zoho CRM is unproven: the fields are as Adobe documents them, \
               and nobody is known to have tried them with Zoho.",
        link: None,
    },
    ALLOW_LIST,
];

/// `adobe`: what a person copies into the form.
pub(super) fn fields(of: View) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for (name, value) in of.values(FORM) {
        text.extend([&*format!("{:COLUMN$}", format!("{name}:")), &value, "\n"]);
    }
    text
}

/// `adobe-json`: the body that creates the same connection.
pub(super) fn connection(of: View) -> Zeroizing<String> {
    let params = members(of.values(FORM));
    let description = "Base Connection for Zoho CRM";
    let id = "929e4450-0237-4ed2-9404-b7e1e0a00309";
    body(description, "Basic Authentication", params, id)
}

/// `adobe-rest`: the body that creates a connection of the Generic REST API source.
pub(super) fn rest(of: View) -> Zeroizing<String> {
    let params = members(of.values(REST));
    let description = "Base Connection for Zoho CRM as a generic REST API";
    let id = "4e98f16f-87d6-4ef0-bdc6-7a2b0fe76e62";
    body(description, "oAuth2RefreshCode", params, id)
}

fn body<'a>(
    description: &'a str,
    spec_name: &'a str,
    params: Vec<(Cow<'a, str>, Json<'a>)>,
    id: &'a str,
) -> Zeroizing<String> {
    let text = |name: &'a str, text: &'a str| (name.into(), Json::Text(text.into()));
    let object = |name: &'a str, members| (name.into(), Json::Object(members));
    let auth = vec![text("specName", spec_name), object("params", params)];
    let spec = vec![text("id", id), text("version", "1.0")];
    pretty(&Json::Object(vec![
        text("name", "Zoho CRM base connection"),
        text("description", description),
        object("auth", auth),
        object("connectionSpec", spec),
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
