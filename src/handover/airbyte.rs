//! `airbyte`: the configuration of source-zoho-crm (airbytehq/airbyte,
//! airbyte-integrations/connectors/source-zoho-crm/source_zoho_crm/spec.json).

use crate::credentials::Credentials;
use crate::handover::format_error::Why;
use crate::handover::format_options::{Edition, Environment, FormatOptions};
use crate::handover::json::pretty;
use crate::handover::needed;
use secrecy::ExposeSecret;
use serde::Serialize;
use zeroize::Zeroizing;

#[derive(Serialize)]
struct AirbyteConfiguration<'a> {
    client_id: &'a str,
    client_secret: &'a str,
    refresh_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dc_region: Option<String>,
    environment: Environment,
    edition: Edition,
}

pub(super) fn document(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    Ok(pretty(&AirbyteConfiguration {
        client_id: credentials.client.id(),
        client_secret: credentials.client.secret().expose_secret(),
        refresh_token: needed::refresh_token(credentials)?,
        // The table's codes in capitals; without one, the table of formats refuses before.
        dc_region: credentials
            .data_center
            .map(|center| center.code.to_ascii_uppercase()),
        environment: needed::environment(credentials, extras)?,
        edition: needed::edition(credentials, extras)?,
    }))
}

#[cfg(test)]
mod tests {
    use crate::handover::format_error::Why;
    use crate::handover::format_options::{Edition, Environment, FormatOptions, Need};
    use crate::handover::samples;
    use crate::zoho::data_centers::DATA_CENTERS;
    use expect_test::expect;

    #[test]
    fn the_configuration() {
        expect![[r#"
            {
              "client_id": "1000.EXAMPLE",
              "client_secret": "examplesecret",
              "refresh_token": "1000.r.r",
              "dc_region": "EU",
              "environment": "Production",
              "edition": "Enterprise"
            }
        "#]]
        .assert_eq(&samples::document("airbyte", &samples::full()));
    }

    #[test]
    fn what_zoho_told_wins_over_an_option_and_an_odd_edition_does_not() {
        let extras = FormatOptions {
            environment: Some(Environment::Sandbox),
            edition: Some(Edition::Free),
            ..FormatOptions::default()
        };
        let mut credentials = samples::full();
        let told = super::document(&credentials, &extras).unwrap();
        assert!(told.contains("\"Production\"") && told.contains("\"Enterprise\""));
        if let Ok(organization) = &mut credentials.identity.organization {
            organization.edition = Some(crate::untrusted::Untrusted::new("zohoone"));
        }
        let odd = super::document(&credentials, &extras).unwrap();
        assert!(odd.contains("\"Free\""), "{}", odd.as_str());
        let missing = super::document(&credentials, &FormatOptions::default());
        assert_eq!(missing.unwrap_err(), Why::Missing(Need::Edition));
    }

    #[test]
    fn a_data_centre_that_airbyte_does_not_know_is_refused() {
        let known = DATA_CENTERS.iter().filter(|center| {
            let credentials = crate::credentials::Credentials {
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
            "airbyte knows only these data centers: us, au, eu, in, cn, jp; and these credentials are of none that is known"
        );
    }
}
