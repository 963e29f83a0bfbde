//! `zoho-sdk`: the token store of Zoho's own SDKs, ten columns (zoho/zohocrm-python-sdk-8.0 and
//! zoho/zohocrm-nodejs-sdk-8.0, `file_store`).

use crate::handover::fields::View;
use crate::handover::format_error::Why;
use zeroize::Zeroizing;

/// Columns without a value stay empty, because the SDKs count them. The Node SDK splits at commas and line breaks even
/// inside quotes, so nothing is quoted.
pub(super) fn document(of: View) -> Result<Zeroizing<String>, Why> {
    let redirect_uri = of.credentials.redirect_uri.as_deref();
    let columns = [
        ("id", Some("1".into())),
        ("user_name", None),
        ("client_id", of.value("client_id")),
        ("client_secret", of.value("client_secret")),
        ("refresh_token", of.value("refresh_token")),
        ("access_token", of.value("access_token")),
        ("grant_token", None),
        ("expiry_time", of.value("expires_at_ms")),
        ("redirect_url", redirect_uri.map(Into::into)),
        ("api_domain", of.value("api_domain")),
    ];
    let columns = columns.map(|(name, value)| (name, value.unwrap_or_default()));
    if let Some((name, _)) = columns.iter().find(|(_, value)| !is_cell(value)) {
        return Err(Why::CannotCarry(name));
    }
    let heading = columns.each_ref().map(|(name, _)| *name).join(",");
    let values = Zeroizing::new(columns.map(|(_, value)| value).join(","));
    Ok(Zeroizing::new([&heading, "\n", &values, "\n"].concat()))
}

fn is_cell(value: &str) -> bool {
    !value.contains([',', '"', '\'', ' ']) && !value.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;
    use crate::handover::samples;
    use crate::untrusted::Untrusted;
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
            let why = document(samples::view(&credentials)).unwrap_err();
            assert_eq!(why, Why::CannotCarry("api_domain"), "{value:?}");
        }
    }
}
