//! Credentials for the tests of the formats.

use crate::credentials::Credentials;
use crate::handover::fields::View;
use crate::handover::format::Form;
use crate::handover::format_options::FormatOptions;
use crate::untrusted::Untrusted;
use crate::zoho::client::{Client, Id};
use crate::zoho::crm::{Identity, Organization, User};
use crate::zoho::data_centers::DataCenter;
use crate::zoho::scopes::Scopes;
use crate::zoho::trust::AccountsServer;
use std::io::Write;
use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

/// The least that a login can obtain, at a server outside the table.
pub(crate) fn bare() -> Credentials {
    Credentials {
        client: Client::new(Id::new("1000.EXAMPLE").unwrap(), "examplesecret".into()).unwrap(),
        access_token: Some("1000.a.a".into()),
        refresh_token: None,
        token_type: Untrusted::new("Bearer"),
        expires_at: None,
        scopes: Some(Scopes::parse("ZohoCRM.modules.READ ZohoCRM.settings.READ").unwrap()),
        accounts_server: AccountsServer::given("http://127.0.0.1:4711").unwrap(),
        api_domain: None,
        data_center: None,
        redirect_uri: None,
        trusted: Default::default(),
        identity: Identity::not_asked("--no-verify was given"),
    }
}

/// Everything that a login can obtain, with a hostile name.
pub(crate) fn full() -> Credentials {
    let center = DataCenter::of_code("eu").unwrap();
    Credentials {
        refresh_token: Some("1000.r.r".into()),
        expires_at: Some(UNIX_EPOCH + Duration::from_secs(1_795_433_758)),
        accounts_server: AccountsServer::of(center),
        api_domain: Some(Untrusted::new(center.api_domain)),
        data_center: Some(center),
        redirect_uri: Some("http://localhost:8085/callback".to_owned()),
        identity: Identity {
            organization: Ok(Organization {
                name: Some(Untrusted::new("Example \u{1b}[31m")),
                id: Some(Untrusted::new("60012345")),
                kind: Some(Untrusted::new("production")),
                edition: Some(Untrusted::new("enterprise")),
            }),
            user: Ok(User {
                name: Some(Untrusted::new("Example Person")),
                email: Some(Untrusted::new("person@example.com")),
            }),
        },
        ..bare()
    }
}

/// Says prominently that something was not tested; with `REQUIRE_HOSTILE=1`, fails instead.
pub(crate) fn missing(why: &str) {
    let required = std::env::var_os("REQUIRE_HOSTILE").is_some();
    assert!(!required, "not tested: {why}");
    // Not with eprintln!, whose output cargo hides when a test passes.
    let _ = writeln!(std::io::stderr(), "NOT TESTED: {why}");
}

/// Options for every consumer.
pub(crate) fn extras() -> FormatOptions {
    FormatOptions {
        start_date: Some("2026-01-01T00:00:00Z".to_owned()),
        user_agent: Some("example (person@example.com)".to_owned()),
        ..FormatOptions::default()
    }
}

/// What a consumer sees of them without options.
pub(crate) fn view(credentials: &Credentials) -> View<'_> {
    static NOTHING: LazyLock<FormatOptions> = LazyLock::new(FormatOptions::default);
    View {
        credentials,
        options: &NOTHING,
    }
}

/// The whole document, or the error's text.
pub(crate) fn written(format: &str, credentials: &Credentials) -> Result<String, String> {
    let form = Form::named(format).unwrap();
    let document = form.document(View {
        credentials,
        options: &extras(),
    });
    document
        .map(|document| document.to_string())
        .map_err(|unfit| unfit.to_string())
}

/// The whole document.
pub(crate) fn document(format: &str, credentials: &Credentials) -> String {
    written(format, credentials).unwrap()
}
