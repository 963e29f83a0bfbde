//! `json`: one object for programs. What is absent is left out.

use crate::credentials::Credentials;
use crate::handover::format_options::FormatOptions;
use crate::untrusted::{Untrusted, is_hidden};
use secrecy::ExposeSecret;
use serde::Serialize;
use zeroize::Zeroizing;

#[derive(Serialize)]
struct JsonDocument<'a> {
    client_id: &'a str,
    client_secret: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<&'a str>,
    token_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    accounts_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_domain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_center: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<JsonOrganization<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<JsonUser<'a>>,
}

#[derive(Serialize)]
struct JsonOrganization<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonUser<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

pub(super) fn document(credentials: &Credentials, _extras: &FormatOptions) -> Zeroizing<String> {
    let document = JsonDocument {
        client_id: credentials.client.id(),
        client_secret: credentials.client.secret().expose_secret(),
        refresh_token: credentials
            .refresh_token
            .as_ref()
            .map(ExposeSecret::expose_secret),
        access_token: credentials
            .access_token
            .as_ref()
            .map(ExposeSecret::expose_secret),
        token_type: credentials.token_type.raw(),
        expires_at: credentials.expires_at_text(),
        scope: credentials.scopes.as_ref().map(|scopes| scopes.joined(" ")),
        accounts_url: credentials.accounts_server.as_str(),
        api_domain: raw(credentials.api_domain.as_ref()),
        data_center: credentials.data_center.map(|center| center.code),
        organization: credentials
            .organization()
            .map(|organization| JsonOrganization {
                name: raw(organization.name.as_ref()),
                id: raw(organization.id.as_ref()),
                kind: raw(organization.kind.as_ref()),
            }),
        user: credentials.user().map(|user| JsonUser {
            name: raw(user.name.as_ref()),
            email: raw(user.email.as_ref()),
        }),
    };
    pretty(&document)
}

/// Indented JSON and a final newline. What could steer a terminal is escaped, which readers of JSON undo.
pub(super) fn pretty(document: &impl Serialize) -> Zeroizing<String> {
    let json = serde_json::to_string_pretty(document).expect("every key is a string");
    let json = Zeroizing::new(json);
    let mut text = Zeroizing::new(String::new());
    for char in json.chars() {
        if steers(char) {
            text.extend(escaped(char));
        } else {
            text.push(char);
        }
    }
    text.push('\n');
    text
}

/// A line break in a string is escaped already; the others are the layout.
fn steers(char: char) -> bool {
    is_hidden(char) && char != '\n'
}

/// As UTF-16, two of them above the Basic Multilingual Plane (RFC 8259, 7).
fn escaped(char: char) -> impl Iterator<Item = String> {
    let mut units = [0; 2];
    let length = char.encode_utf16(&mut units).len();
    let units = units.into_iter().take(length);
    units.map(|unit| format!("\\u{unit:04x}"))
}

fn raw(text: Option<&Untrusted>) -> Option<&str> {
    text.map(Untrusted::raw)
}

#[cfg(test)]
mod tests {
    use crate::handover::samples;
    use expect_test::expect;

    #[test]
    fn everything_that_is_known() {
        let document = samples::document("json", &samples::full());
        expect![[r#"
            {
              "client_id": "1000.EXAMPLE",
              "client_secret": "examplesecret",
              "refresh_token": "1000.r.r",
              "access_token": "1000.a.a",
              "token_type": "Bearer",
              "expires_at": "2026-11-23T11:35:58Z",
              "scope": "ZohoCRM.modules.READ ZohoCRM.settings.READ",
              "accounts_url": "https://accounts.zoho.eu",
              "api_domain": "https://www.zohoapis.eu",
              "data_center": "eu",
              "organization": {
                "name": "Example \u001b[31m",
                "id": "60012345",
                "type": "production"
              },
              "user": {
                "name": "Example Person",
                "email": "person@example.com"
              }
            }
        "#]]
        .assert_eq(&document);
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped_and_means_the_same() {
        let hostile = "\u{7f}\u{9b}2J\u{202e}gpj\u{200b}\u{e0041}\u{feff}Zoë 株";
        let text = super::pretty(&[hostile]);
        let escaped = r#"["\u007f\u009b2J\u202egpj\u200b\udb40\udc41\ufeffZoë 株"]"#;
        assert_eq!(text.replace(['\n', ' '], ""), escaped.replace(' ', ""));
        let read: [String; 1] = serde_json::from_str(&text).unwrap();
        assert_eq!(read, [hostile]);
    }

    #[test]
    fn what_is_absent_is_left_out() {
        let document = samples::document("json", &samples::bare());
        expect![[r#"
            {
              "client_id": "1000.EXAMPLE",
              "client_secret": "examplesecret",
              "access_token": "1000.a.a",
              "token_type": "Bearer",
              "scope": "ZohoCRM.modules.READ ZohoCRM.settings.READ",
              "accounts_url": "http://127.0.0.1:4711"
            }
        "#]]
        .assert_eq(&document);
    }
}
