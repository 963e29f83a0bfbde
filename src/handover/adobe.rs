//! Adobe Experience Platform: its Zoho CRM source as a form and as a connection, and its Generic REST API source
//! (experienceleague.adobe.com, sources: connectors/crm/zoho, api-tutorials/create/crm/zoho and
//! api-tutorials/create/protocols/generic-rest).

use crate::credentials::Credentials;
use crate::handover::format_error::Why;
use crate::handover::format_options::FormatOptions;
use crate::handover::json::pretty;
use crate::handover::needed;
use crate::handover::remark::Remark;
use secrecy::ExposeSecret;
use serde::Serialize;
use zeroize::Zeroizing;

/// The widest name, a colon and two spaces.
const COLUMN: usize = 15;

/// Where Adobe keeps the addresses that its servers call from; the list changes, so it is never carried.
const ALLOW_LIST: Remark = Remark {
    text: "Before a source works, Adobe's addresses for your region must be allowed in Zoho, if your organisation \
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
               documents it (crm.zoho.com/crm/private), for your data centre, and not verified.",
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a, P> {
    name: &'a str,
    description: &'a str,
    auth: Auth<'a, P>,
    connection_spec: ConnectionSpec<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Auth<'a, P> {
    spec_name: &'a str,
    params: P,
}

#[derive(Serialize)]
struct ConnectionSpec<'a> {
    id: &'a str,
    version: &'a str,
}

/// The six fields of the form, in its order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    endpoint: String,
    accounts_url: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
    access_token: &'a str,
    refresh_token: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RestFields<'a> {
    host: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
    access_token: &'a str,
    refresh_token: &'a str,
    access_token_url: String,
}

/// `adobe`: what a person copies into the form.
pub(super) fn fields(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    let fields = Fields::new(credentials, extras)?;
    let lines = [
        ("endpoint", fields.endpoint.as_str()),
        ("accountsUrl", fields.accounts_url),
        ("clientId", fields.client_id),
        ("clientSecret", fields.client_secret),
        ("accessToken", fields.access_token),
        ("refreshToken", fields.refresh_token),
    ];
    let mut text = Zeroizing::new(String::new());
    for (name, value) in lines {
        text.extend([&*format!("{:COLUMN$}", format!("{name}:")), value, "\n"]);
    }
    Ok(text)
}

/// `adobe-json`: the body that creates the same connection.
pub(super) fn connection(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    Ok(pretty(&Body {
        name: "Zoho CRM base connection",
        description: "Base Connection for Zoho CRM",
        auth: Auth {
            spec_name: "Basic Authentication",
            params: Fields::new(credentials, extras)?,
        },
        connection_spec: ConnectionSpec {
            id: "929e4450-0237-4ed2-9404-b7e1e0a00309",
            version: "1.0",
        },
    }))
}

/// `adobe-rest`: the body that creates a connection of the Generic REST API source.
pub(super) fn rest(
    credentials: &Credentials,
    _extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    Ok(pretty(&Body {
        name: "Zoho CRM base connection",
        description: "Base Connection for Zoho CRM as a generic REST API",
        auth: Auth {
            spec_name: "oAuth2RefreshCode",
            params: RestFields {
                host: needed::api_domain(credentials)?,
                client_id: credentials.client.id(),
                client_secret: credentials.client.secret().expose_secret(),
                access_token: needed::access_token(credentials)?,
                refresh_token: needed::refresh_token(credentials)?,
                access_token_url: format!("{}/oauth/v2/token", credentials.accounts_server),
            },
        },
        connection_spec: ConnectionSpec {
            id: "4e98f16f-87d6-4ef0-bdc6-7a2b0fe76e62",
            version: "1.0",
        },
    }))
}

impl<'a> Fields<'a> {
    fn new(credentials: &'a Credentials, extras: &FormatOptions) -> Result<Self, Why> {
        Ok(Self {
            endpoint: needed::endpoint(credentials, extras)?,
            accounts_url: credentials.accounts_server.as_str(),
            client_id: credentials.client.id(),
            client_secret: credentials.client.secret().expose_secret(),
            access_token: needed::access_token(credentials)?,
            refresh_token: needed::refresh_token(credentials)?,
        })
    }
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
