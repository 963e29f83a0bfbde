//! `zoho-sdk`: the token store of Zoho's own SDKs, ten columns (zoho/zohocrm-python-sdk-8.0 and
//! zoho/zohocrm-nodejs-sdk-8.0, `file_store`).

use crate::credentials::Credentials;
use crate::handover::format_error::Why;
use crate::handover::format_options::FormatOptions;
use crate::untrusted::Untrusted;
use secrecy::ExposeSecret;
use std::time::UNIX_EPOCH;
use zeroize::Zeroizing;

const HEADING: &str = "id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time,redirect_url,api_domain\n";

/// The columns stay empty for what is absent: the SDKs count them. The Node SDK splits at commas and line breaks
/// whatever the quotes, so nothing is quoted.
pub(super) fn document(
    credentials: &Credentials,
    _extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    let secret = credentials.client.secret().expose_secret();
    let tokens = [&credentials.refresh_token, &credentials.access_token];
    let [refresh_token, access_token] =
        tokens.map(|token| token.as_ref().map_or("", ExposeSecret::expose_secret));
    let expiry_time = milliseconds(credentials);
    let redirect_uri = credentials.redirect_uri.as_deref().unwrap_or_default();
    let api_domain = credentials.api_domain.as_ref().map_or("", Untrusted::raw);
    let columns = [
        ("id", "1"),
        ("user_name", ""),
        ("client_id", credentials.client.id()),
        ("client_secret", secret),
        ("refresh_token", refresh_token),
        ("access_token", access_token),
        ("grant_token", ""),
        ("expiry_time", &expiry_time),
        ("redirect_url", redirect_uri),
        ("api_domain", api_domain),
    ];
    if let Some((name, _)) = columns.iter().find(|(_, value)| !is_cell(value)) {
        return Err(Why::CannotCarry(name));
    }
    let values = columns.map(|(_, value)| value).join(",");
    let values = Zeroizing::new(values);
    Ok(Zeroizing::new([HEADING, &values, "\n"].concat()))
}

/// Since 1970, as the SDKs count.
fn milliseconds(credentials: &Credentials) -> String {
    let since = credentials
        .expires_at
        .and_then(|moment| moment.duration_since(UNIX_EPOCH).ok());
    since.map_or_else(String::new, |since| since.as_millis().to_string())
}

fn is_cell(value: &str) -> bool {
    !value.contains([',', '"', '\'']) && !value.chars().any(|char| char.is_control() || char == ' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use expect_test::expect;

    #[test]
    fn everything_that_is_known() {
        expect![[r"
            id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time,redirect_url,api_domain
            1,,1000.EXAMPLE,examplesecret,1000.r.r,1000.a.a,,1795433758000,http://localhost:8085/callback,https://www.zohoapis.eu
        "]].assert_eq(&samples::document("zoho-sdk", &samples::full()));
    }

    #[test]
    fn absent_columns_stay_empty() {
        expect![[r"
            id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time,redirect_url,api_domain
            1,,1000.EXAMPLE,examplesecret,,1000.a.a,,,,
        "]].assert_eq(&samples::document("zoho-sdk", &samples::bare()));
    }

    #[test]
    fn a_value_that_would_end_its_cell_is_refused() {
        for value in ["a,b", "a\"b", "a\nb", "a\rb", "a b"] {
            let credentials = Credentials {
                api_domain: Some(Untrusted::new(value)),
                ..samples::full()
            };
            let why = document(&credentials, &FormatOptions::default()).unwrap_err();
            assert_eq!(why, Why::CannotCarry("api_domain"), "{value:?}");
        }
    }
}
