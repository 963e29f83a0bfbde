//! `text`: labeled lines for people, in the order of Adobe's form.

use crate::handover::fields::{Field, View};
use zeroize::Zeroizing;

/// The lines of the document: the label, and the value's name.
pub(super) const LINES: [(&str, &str); 14] = [
    ("Endpoint", "endpoint"),
    ("Accounts URL", "accounts_url"),
    ("Client ID", "client_id"),
    ("Client secret", "client_secret"),
    ("Access token", "access_token"),
    ("Refresh token", "refresh_token"),
    ("API domain", "api_domain"),
    ("Data center", "data_center"),
    ("Access token expires", "expires_at"),
    ("Scopes", "scope"),
    ("Organization", "organization_name"),
    ("Organization ID", "organization_id"),
    ("Person", "user_name"),
    ("E-mail", "user_email"),
];

/// A line for each value that exists, made safe for a terminal. The widest label is followed by a colon and two spaces.
pub(super) fn labeled(lines: &[(&str, &str)], of: View) -> Zeroizing<String> {
    let widest = lines.iter().map(|(label, _)| label.len()).max();
    let column = widest.unwrap_or_default() + 3;
    let mut text = Zeroizing::new(String::new());
    for (label, name) in lines {
        let field = Field::named(name).expect("these are known names");
        let Some(value) = field.shown(of) else {
            continue;
        };
        let value = match of.credentials.data_center {
            Some(center) if *name == "data_center" => center.to_string().into(),
            _ => value,
        };
        text.extend([&format!("{:column$}", format!("{label}:")), &*value, "\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::handover::samples;
    use expect_test::expect;

    #[test]
    fn everything_that_is_known() {
        let document = samples::document("text", &samples::full());
        expect![[r"
            Endpoint:              crm.zoho.eu/crm/private
            Accounts URL:          https://accounts.zoho.eu
            Client ID:             1000.EXAMPLE
            Client secret:         examplesecret
            Access token:          1000.a.a
            Refresh token:         1000.r.r
            API domain:            https://www.zohoapis.eu
            Data center:           Europe (eu)
            Access token expires:  2026-11-23T11:35:58Z
            Scopes:                ZohoCRM.modules.READ ZohoCRM.settings.READ
            Organization:          Example \u{1b}[31m
            Organization ID:       60012345
            Person:                Example Person
            E-mail:                person@example.com
        "]]
        .assert_eq(&document);
    }

    #[test]
    fn what_is_absent_is_left_out() {
        let document = samples::document("text", &samples::bare());
        expect![[r"
            Accounts URL:          http://127.0.0.1:4711
            Client ID:             1000.EXAMPLE
            Client secret:         examplesecret
            Access token:          1000.a.a
            Scopes:                ZohoCRM.modules.READ ZohoCRM.settings.READ
        "]]
        .assert_eq(&document);
    }
}
