//! Pages that are not the accounts server's: the API console, where clients are registered and a self client makes its
//! grant tokens, and a page of somebody's own to which a redirect URI leads.

use std::time::Instant;

use axum::extract::State;
use axum::response::Response;
use secrecy::ExposeSecret;
use url::Url;

use super::Site;
use crate::pages::{self, Console, Register, Registered, Told};
use crate::parameters::Parameters;
use crate::registry::Kind;
use crate::registry::answer::Invalid;

/// GET `/console`, with the scopes to be filled in.
pub async fn page(State(site): State<Site>, query: Parameters) -> Response {
    pages::own_form(&Console {
        data_center: site.at.name(),
        scope: query.value("scope").unwrap_or_default(),
    })
}

/// POST `/console`: makes a grant token, as the button "Create" does.
pub async fn create(State(site): State<Site>, form: Parameters) -> Response {
    let scope = form.value("scope").unwrap_or_default();
    let (id, now) = (&site.world.client_id, Instant::now());
    let registry = &mut site.state().registry;
    let Some(code) = registry.console_code(site.at, id, scope, now) else {
        return pages::invalid(Invalid::Scope);
    };
    pages::formless(&Told {
        title: "Grant token made",
        paragraphs: &["Copy it, and paste it in the terminal within a minute. It works once."],
        code: Some(code),
    })
}

/// GET `/console/clients`.
pub async fn clients(State(site): State<Site>) -> Response {
    pages::own_form(&Register {
        data_center: site.at.name(),
        wrong: None,
        chosen: Kind::ClientBased,
        name: "",
        homepage: "",
        redirect_uri: "",
    })
}

/// POST `/console/clients`: registers a client of this data center alone, and takes what was entered letter by letter.
/// What Zoho's console says of a bad field is not documented.
pub async fn register(State(site): State<Site>, form: Parameters) -> Response {
    let value = |name| form.value(name).unwrap_or_default();
    let [name, homepage, redirect_uri] = ["name", "homepage", "redirect_uri"].map(value);
    let kind = Kind::titled(value("type"));
    let kind = kind.unwrap_or(Kind::ClientBased);
    let is_url = |text| Url::parse(text).is_ok_and(|url| url.has_host());
    let wrong = if kind == Kind::SelfClient {
        None
    } else if name.is_empty() {
        Some("Enter a client name.")
    } else if !is_url(homepage) {
        Some("Enter a homepage URL, such as http://localhost.")
    } else if !is_url(redirect_uri) {
        Some("Enter a redirect URI, such as http://localhost:8085/callback.")
    } else {
        None
    };
    if wrong.is_some() {
        return pages::own_form(&Register {
            data_center: site.at.name(),
            wrong,
            chosen: kind,
            name,
            homepage,
            redirect_uri,
        });
    }
    let (client_id, secret) = site.state().registry.register(site.at, kind, redirect_uri);
    pages::formless(&Registered {
        data_center: site.at.name(),
        client_id: &client_id,
        client_secret: secret.expose_secret(),
    })
}

/// GET `/landing`: where a redirect URI leads that the program does not serve.
pub async fn landing() -> Response {
    pages::formless(&Told {
        title: "A page on another machine",
        paragraphs: &[
            "This plays the page of a redirect URI that the program in the terminal does not serve: Zoho's answer stands in the address bar, and went nowhere else.",
            "Copy the whole address of this page, and paste it in the terminal.",
        ],
        code: None,
    })
}
