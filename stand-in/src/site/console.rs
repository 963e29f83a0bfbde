//! Two pages that are not the accounts server's: the API console's Self Client, and a page of somebody's own
//! to which a redirect URI leads.

use std::time::Instant;

use axum::response::Response;

use super::Site;
use super::page::{self, Page};
use crate::demo::pages::{ConsoleView, ToldView};
use crate::demo::parameters::Parameters;
use crate::demo::registry::answer::Invalid;

/// GET `/console`, with the scopes to be filled in.
pub fn page(site: &Site, query: &str) -> Response {
    let parameters = Parameters::read(query);
    let scope = parameters
        .as_ref()
        .and_then(|parameters| parameters.value("scope"));
    page::html(&Page::Console(ConsoleView {
        data_center: site.at.name().to_owned(),
        scope: scope.unwrap_or_default().to_owned(),
    }))
}

/// POST `/console`: makes a grant token, as the button "Create" does.
pub fn create(site: &Site, form: Option<&Parameters>) -> Response {
    let scope = form
        .and_then(|form| form.value("scope"))
        .unwrap_or_default();
    let mut state = site.world.state();
    let id = &site.world.client_id;
    let made = state
        .registry
        .console_code(site.at, id, scope, Instant::now());
    let Some(code) = made else {
        return page::invalid(Invalid::Scope);
    };
    page::html(&Page::Told(ToldView {
        title: "Grant token made".to_owned(),
        paragraphs: vec![
            "Copy it, and paste it in the terminal within a minute. It works once.".to_owned(),
        ],
        code: Some(code),
    }))
}

/// GET `/landing`: where a redirect URI leads that the program does not serve.
pub fn landing() -> Response {
    page::html(&Page::Told(ToldView {
        title: "A page on another machine".to_owned(),
        paragraphs: vec![
            "This plays the page of a redirect URI that the program in the terminal does not serve: Zoho's answer stands in the address bar, and went nowhere else.".to_owned(),
            "Copy the whole address of this page, and paste it in the terminal.".to_owned(),
        ],
        code: None,
    }))
}
