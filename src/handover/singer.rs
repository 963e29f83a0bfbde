//! `singer`: the configuration of tap-zoho-crm (singer-io/tap-zoho-crm, README and config).

use crate::credentials::Credentials;
use crate::handover::format_error::Why;
use crate::handover::format_options::{FormatOptions, Need};
use crate::handover::json::pretty;
use crate::handover::needed;
use secrecy::ExposeSecret;
use serde::Serialize;
use zeroize::Zeroizing;

#[derive(Serialize)]
struct SingerConfiguration<'a> {
    client_id: &'a str,
    client_secret: &'a str,
    refresh_token: &'a str,
    start_date: &'a str,
    /// Documented as optional; the tap crashes without.
    user_agent: &'a str,
}

pub(super) fn document(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    let start_date = extras.start_date.as_ref();
    let user_agent = extras.user_agent.as_ref();
    Ok(pretty(&SingerConfiguration {
        client_id: credentials.client.id(),
        client_secret: credentials.client.secret().expose_secret(),
        refresh_token: needed::refresh_token(credentials)?,
        start_date: start_date.ok_or(Why::Missing(Need::StartDate))?.as_str(),
        user_agent: user_agent.ok_or(Why::Missing(Need::UserAgent))?.as_str(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use crate::zoho::data_centers::DataCenter;
    use expect_test::expect;

    #[test]
    fn the_configuration() {
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
    fn europe_is_refused() {
        let refusal = samples::written("singer", &samples::full()).unwrap_err();
        assert_eq!(
            refusal,
            "singer knows only these data centers: us; and these credentials are of Europe (eu)"
        );
    }
}
