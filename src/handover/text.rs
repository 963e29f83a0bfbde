//! `text`: labelled lines for people, in the order of Adobe's form.

use crate::credentials::Credentials;
use crate::foreign::Foreign;
use secrecy::ExposeSecret;
use std::fmt::Write;
use zeroize::Zeroizing;

/// The widest label and two spaces.
const COLUMN: usize = 22;

pub(super) fn document(credentials: &Credentials) -> Zeroizing<String> {
    let mut lines = Zeroizing::new(String::new());
    let mut line = |label: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{:COLUMN$}{value}", format!("{label}:"));
    };
    line("Accounts URL", credentials.accounts_server.as_str());
    line("Client ID", credentials.client.id());
    line("Client secret", credentials.client.secret().expose_secret());
    line("Access token", credentials.access_token.expose_secret());
    if let Some(token) = &credentials.refresh_token {
        line("Refresh token", token.expose_secret());
    }
    let mut told = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            line(label, &value);
        }
    };
    told(
        "API domain",
        credentials.api_domain.as_ref().map(Foreign::to_string),
    );
    told(
        "Data centre",
        credentials
            .data_center
            .map(|center| format!("{} ({})", center.name, center.code)),
    );
    told("Access token ends", credentials.expires_at_text());
    told("Scopes", Some(credentials.scopes.joined(" ")));
    told(
        "Organisation",
        credentials
            .organization()
            .and_then(|organization| organization.name.as_ref())
            .map(Foreign::to_string),
    );
    told(
        "Organisation ID",
        credentials
            .organization()
            .and_then(|organization| organization.id.as_ref())
            .map(Foreign::to_string),
    );
    told(
        "Person",
        credentials
            .user()
            .and_then(|user| user.name.as_ref())
            .map(Foreign::to_string),
    );
    told(
        "E-mail",
        credentials
            .user()
            .and_then(|user| user.email.as_ref())
            .map(Foreign::to_string),
    );
    lines
}

#[cfg(test)]
mod tests {
    use crate::handover::{Format, samples};
    use expect_test::expect;

    #[test]
    fn everything_that_is_known() {
        let document = Format::Text.document(&samples::full()).unwrap();
        expect![[r"
            Accounts URL:         https://accounts.zoho.eu
            Client ID:            1000.EXAMPLE
            Client secret:        examplesecret
            Access token:         1000.a.a
            Refresh token:        1000.r.r
            API domain:           https://www.zohoapis.eu
            Data centre:          Europe (eu)
            Access token ends:    2026-11-23T11:35:58Z
            Scopes:               ZohoCRM.modules.READ ZohoCRM.settings.READ
            Organisation:         Example \u{1b}[31m
            Organisation ID:      60012345
            Person:               Example Person
            E-mail:               person@example.com
        "]]
        .assert_eq(&document);
    }

    #[test]
    fn what_is_absent_is_left_out() {
        let document = Format::Text.document(&samples::bare()).unwrap();
        expect![[r"
            Accounts URL:         http://127.0.0.1:4711
            Client ID:            1000.EXAMPLE
            Client secret:        examplesecret
            Access token:         1000.a.a
            Scopes:               ZohoCRM.modules.READ ZohoCRM.settings.READ
        "]]
        .assert_eq(&document);
    }
}
