//! Two pages that are not the accounts server's: the API console's Self Client, and a page of somebody's own
//! to which a redirect URI leads.

use std::time::Instant;

use axum::extract::State;
use axum::response::Response;

use super::Site;
use crate::pages::{self, Console, Told};
use crate::parameters::Parameters;
use crate::registry::answer::Invalid;

/// GET `/console`, with the scopes to be filled in.
pub async fn page(State(site): State<Site>, query: Option<Parameters>) -> Response {
    let scope = query.as_ref().and_then(|query| query.value("scope"));
    pages::own_form(&Console {
        data_center: site.at.name(),
        scope: scope.unwrap_or_default(),
    })
}

/// POST `/console`: makes a grant token, as the button "Create" does.
pub async fn create(State(site): State<Site>, form: Option<Parameters>) -> Response {
    let scope = form.as_ref().and_then(|form| form.value("scope"));
    let id = &site.world.client_id;
    let made =
        site.state()
            .registry
            .console_code(site.at, id, scope.unwrap_or_default(), Instant::now());
    let Some(code) = made else {
        return pages::invalid(Invalid::Scope);
    };
    pages::formless(&Told {
        title: "Grant token made",
        paragraphs: &["Copy it, and paste it in the terminal within a minute. It works once."],
        code: Some(code),
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
