//! JSON documents: `json` for programs, `airbyte` for source-zoho-crm (airbytehq/airbyte, its spec.json
//! in 0.3.6) and `singer` for tap-zoho-crm (singer-io/tap-zoho-crm, README and config).

use crate::handover::fields::View;
use crate::untrusted::is_hidden;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// A JSON value.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Json<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    List(Vec<Self>),
    #[serde(serialize_with = "in_order")]
    Object(Vec<(&'a str, Self)>),
}

/// `json`: one object for programs.
pub(super) fn json(of: View) -> Zeroizing<String> {
    let known = [
        "client_id",
        "client_secret",
        "refresh_token",
        "access_token",
        "token_type",
        "expires_at",
        "scope",
        "accounts_url",
        "api_domain",
        "data_center",
    ];
    let organization = Json::object(of.values([
        ("name", "organization_name"),
        ("id", "organization_id"),
        ("type", "organization_type"),
    ]));
    let user = Json::object(of.values([("name", "user_name"), ("email", "user_email")]));
    let nested = [("organization", organization), ("user", user)];
    let known = of.values(known.map(|name| (name, name)));
    let known = known.map(|(name, value)| (name, Json::from(value)));
    pretty(&Json::object(known.chain(nested)))
}

/// `airbyte`: its regions are our data center codes in capitals.
pub(super) fn airbyte(of: View) -> Zeroizing<String> {
    let center = of.value("data_center").unwrap_or_default();
    let own = [
        ("dc_region", center.to_ascii_uppercase().into()),
        ("environment", of.value("environment").unwrap_or_default()),
    ];
    pretty(&Json::object(client(of).chain(own)))
}

/// `singer`: the user agent is documented as optional, but the tap crashes without it.
pub(super) fn singer(of: View) -> Zeroizing<String> {
    let text = |given: &'_ Option<String>| Cow::from(given.clone().unwrap_or_default());
    let own = [
        ("start_date", text(&of.options.start_date)),
        ("user_agent", text(&of.options.user_agent)),
    ];
    pretty(&Json::object(client(of).chain(own)))
}

fn client(of: View<'_>) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let names = ["client_id", "client_secret", "refresh_token"];
    of.values(names.map(|name| (name, name)))
}

impl<'a> Json<'a> {
    /// The object with these members, in this order.
    pub(super) fn object(members: impl IntoIterator<Item = (&'a str, impl Into<Self>)>) -> Self {
        let members = members.into_iter();
        Self::Object(members.map(|(name, value)| (name, value.into())).collect())
    }
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Json<'a> {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// The members that are not empty.
fn in_order<S: Serializer>(members: &[(&str, Json)], serializer: S) -> Result<S::Ok, S::Error> {
    let members = members.iter().filter(|(_, value)| match value {
        Json::List(items) => !items.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Text(_) | Json::Bool(_) => true,
    });
    serializer.collect_map(members.map(|(name, value)| (name, value)))
}

/// Indented JSON and a final newline. Characters that could control a terminal are escaped; JSON parsers undo that.
pub fn pretty(document: &(impl Serialize + ?Sized)) -> Zeroizing<String> {
    let json = serde_json::to_string_pretty(document).expect("every key is a string");
    let json = Zeroizing::new(json);
    let mut text = Zeroizing::new(String::new());
    for char in json.chars() {
        // A line break in a string is already escaped; the others are layout.
        if is_hidden(char) && char != '\n' {
            // As UTF-16 code units, two for characters beyond the Basic Multilingual Plane (RFC 8259 section 7).
            let units = char.encode_utf16(&mut [0; 2]).to_vec();
            text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(char);
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use crate::credentials::Credentials;
    use crate::handover::fields::View;
    use crate::handover::format::Form;
    use crate::handover::format_error::Why;
    use crate::handover::format_options::{Environment, FormatOptions, Need};
    use crate::handover::samples;
    use crate::untrusted::Untrusted;
    use crate::zoho::data_centers::{DATA_CENTERS, DataCenter};
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

    #[test]
    fn airbytes_configuration() {
        expect![[r#"
            {
              "client_id": "1000.EXAMPLE",
              "client_secret": "examplesecret",
              "refresh_token": "1000.r.r",
              "dc_region": "EU",
              "environment": "Production"
            }
        "#]]
        .assert_eq(&samples::document("airbyte", &samples::full()));
    }

    #[test]
    fn what_zoho_told_wins_over_an_option_and_an_odd_kind_does_not() {
        let form = Form::named("airbyte").unwrap();
        let sandbox = &FormatOptions {
            environment: Some(Environment::Sandbox),
            ..FormatOptions::default()
        };
        let written = |credentials: &Credentials, options: &FormatOptions| {
            form.document(View {
                credentials,
                options,
            })
        };
        let mut credentials = samples::full();
        let told = written(&credentials, sandbox).unwrap();
        assert!(told.contains("\"Production\""));
        if let Ok(organization) = &mut credentials.identity.organization {
            organization.kind = Some(Untrusted::new("bigin"));
        }
        let odd = written(&credentials, sandbox).unwrap();
        assert!(odd.contains("\"Sandbox\""), "{}", odd.as_str());
        let missing = written(&credentials, &FormatOptions::default());
        assert_eq!(missing.unwrap_err().why, Why::Missing(Need::Environment));
    }

    #[test]
    fn a_data_center_that_airbyte_does_not_know_is_refused() {
        let known = DATA_CENTERS.iter().filter(|center| {
            let credentials = Credentials {
                data_center: Some(center),
                ..samples::full()
            };
            samples::written("airbyte", &credentials).is_ok()
        });
        let known: Vec<&str> = known.map(|center| center.code).collect();
        assert_eq!(known, ["us", "eu", "in", "au", "jp", "cn"]);
        let refusal = samples::written("airbyte", &samples::bare()).unwrap_err();
        assert_eq!(
            refusal,
            "the format airbyte supports only these data centers: us, au, eu, in, cn, jp; and not an unknown one"
        );
    }

    #[test]
    fn singers_configuration() {
        let american = Credentials {
            data_center: DataCenter::of_code("us"),
            ..samples::full()
        };
        expect![[r#"
            {
              "client_id": "1000.EXAMPLE",
              "client_secret": "examplesecret",
              "refresh_token": "1000.r.r",
              "start_date": "2026-01-01T00:00:00Z",
              "user_agent": "example (person@example.com)"
            }
        "#]]
        .assert_eq(&samples::document("singer", &american));
    }

    #[test]
    fn singer_refuses_europe() {
        let refusal = samples::written("singer", &samples::full()).unwrap_err();
        assert_eq!(
            refusal,
            "the format singer supports only these data centers: us; and not Europe (eu)"
        );
    }
}
