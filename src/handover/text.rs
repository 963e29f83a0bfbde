//! `text`: labelled lines for people, in the order of Adobe's form.

use crate::credentials::Credentials;
use crate::handover::format_options::FormatOptions;
use crate::handover::needed;
use crate::untrusted::Untrusted;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

/// The widest label and two spaces.
const COLUMN: usize = 22;

pub(super) fn document(credentials: &Credentials, extras: &FormatOptions) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    let mut line = |label: &str, value: &str| {
        text.extend([&*format!("{:COLUMN$}", format!("{label}:")), value, "\n"]);
    };
    if let Ok(endpoint) = needed::endpoint(credentials, extras) {
        line("Endpoint", &endpoint);
    }
    line("Accounts URL", credentials.accounts_server.as_str());
    line("Client ID", credentials.client.id());
    line("Client secret", credentials.client.secret().expose_secret());
    if let Some(token) = &credentials.access_token {
        line("Access token", token.expose_secret());
    }
    if let Some(token) = &credentials.refresh_token {
        line("Refresh token", token.expose_secret());
    }
    for (label, value) in told(credentials) {
        if let Some(value) = value {
            line(label, &value);
        }
    }
    text
}

/// What is no secret, fit to be read on a terminal.
fn told(credentials: &Credentials) -> [(&'static str, Option<String>); 8] {
    let shown = |text: Option<&Untrusted>| text.map(Untrusted::to_string);
    let center = credentials.data_center;
    let scopes = credentials.scopes.as_ref();
    let organization = credentials.organization();
    let user = credentials.user();
    [
        ("API domain", shown(credentials.api_domain.as_ref())),
        (
            "Data centre",
            center.map(|center| format!("{} ({})", center.name, center.code)),
        ),
        ("Access token ends", credentials.expires_at_text()),
        ("Scopes", scopes.map(|scopes| scopes.joined(" "))),
        (
            "Organisation",
            shown(organization.and_then(|of| of.name.as_ref())),
        ),
        (
            "Organisation ID",
            shown(organization.and_then(|of| of.id.as_ref())),
        ),
        ("Person", shown(user.and_then(|of| of.name.as_ref()))),
        ("E-mail", shown(user.and_then(|of| of.email.as_ref()))),
    ]
}

#[cfg(test)]
mod tests {
    use crate::handover::samples;
    use expect_test::expect;

    #[test]
    fn everything_that_is_known() {
        let document = samples::document("text", &samples::full());
        expect![[r"
            Endpoint:             crm.zoho.eu/crm/private
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
        let document = samples::document("text", &samples::bare());
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
