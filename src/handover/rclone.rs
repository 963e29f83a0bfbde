//! `rclone`: a remote in rclone's configuration (rclone.org/zoho; `backend/zoho` of rclone).

use crate::handover::fields::View;
use crate::handover::format_error::Why;
use crate::handover::json::Json;
use crate::handover::remark::Remark;
use crate::handover::shell::is_plain;
use zeroize::Zeroizing;

/// What to know before relying on this format.
pub(super) static REMARKS: [Remark; 1] = [Remark {
    text: "rclone's Zoho backend reads Zoho WorkDrive, not the CRM: log in with --scope \
           WorkDrive.team.READ,WorkDrive.workspace.READ,WorkDrive.files.ALL.",
    link: Some(("rclone's page on Zoho", "https://rclone.org/zoho/")),
}];

/// A client's token is refreshed with that client's ID and secret, so they are included. rclone treats a token without
/// an expiry as valid forever, so one whose expiry is unknown is written as expired.
pub(super) fn document(of: View) -> Result<Zeroizing<String>, Why> {
    let value = |name: &'static str| {
        let value = of.value(name).unwrap_or_default();
        let plain = is_plain(&value);
        plain.then_some(value).ok_or(Why::CannotCarry(name))
    };
    let end = of.value("expires_at");
    let token = Json::object([
        ("access_token", value("access_token")?),
        ("token_type", "Zoho-oauthtoken".into()),
        ("refresh_token", value("refresh_token")?),
        ("expiry", end.unwrap_or("1970-01-01T00:00:00Z".into())),
    ]);
    let token = serde_json::to_string(&token).expect("every key is a string");
    let token = Zeroizing::new(token);
    let mut text = Zeroizing::new("[zoho]\n".to_owned());
    for (name, value) in [
        ("type", "zoho".into()),
        ("client_id", value("client_id")?),
        ("client_secret", value("client_secret")?),
        ("token", token.as_str().into()),
        ("region", value("tld")?),
    ] {
        text.extend([name, " = ", &value, "\n"]);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use crate::credentials::Credentials;
    use crate::handover::samples;
    use crate::zoho::data_centers::DataCenter;
    use expect_test::expect;

    #[test]
    fn a_remote_with_its_token() {
        expect![[r#"
            [zoho]
            type = zoho
            client_id = 1000.EXAMPLE
            client_secret = examplesecret
            token = {"access_token":"1000.a.a","token_type":"Zoho-oauthtoken","refresh_token":"1000.r.r","expiry":"2026-11-23T11:35:58Z"}
            region = eu
        "#]]
        .assert_eq(&samples::document("rclone", &samples::full()));
    }

    #[test]
    fn an_unknown_end_is_a_past_one_and_a_region_is_a_top_level_domain() {
        let credentials = Credentials {
            expires_at: None,
            data_center: DataCenter::of_code("au"),
            ..samples::full()
        };
        let document = samples::document("rclone", &credentials);
        assert!(document.contains("\"expiry\":\"1970-01-01T00:00:00Z\""));
        assert!(document.ends_with("region = com.au\n"));
    }

    #[test]
    fn what_would_end_its_line_or_its_quotes_is_refused() {
        for token in ["1000.a\"b", "1000.a b", "1000.a#b"] {
            let credentials = Credentials {
                access_token: Some(token.into()),
                ..samples::full()
            };
            let refusal = samples::written("rclone", &credentials).unwrap_err();
            assert!(refusal.contains("access_token"), "{refusal}");
            assert!(!refusal.contains(token), "it shows the token");
        }
        let canadian = Credentials {
            data_center: DataCenter::of_code("ca"),
            ..samples::full()
        };
        let refusal = samples::written("rclone", &canadian).unwrap_err();
        assert!(refusal.contains("Canada (ca)"), "{refusal}");
    }
}
