//! The stand-in's own pages as answers.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use crate::demo::pages::{self, ConsentView, ConsoleView, EnterView, ErrorView, ToldView};
use crate::demo::registry::answer::Invalid;

/// Status 200: which one Zoho sends is not documented, and whoever judges by the status shall be wrong here.
pub fn invalid(error: Invalid) -> Response {
    let (title, meaning, remedy) = match error {
        Invalid::Client => (
            "Invalid Client",
            "This data centre does not know the client ID.",
            "Start at the data centre where the client is registered, or switch on multi-DC for it.",
        ),
        Invalid::RedirectUri => (
            "Invalid Redirect Uri",
            "The redirect URI is not registered for this client.",
            "Register exactly this redirect URI in the API console, down to the last slash.",
        ),
        Invalid::Scope => (
            "Invalid OAuth Scope",
            "A requested scope does not exist.",
            "Check the spelling of the scopes.",
        ),
        Invalid::ResponseType => (
            "Invalid Response Type",
            "The response type is not “code”.",
            "Ask with response_type=code.",
        ),
        Invalid::UserCode => (
            "Invalid Code",
            "No device waits with this code: it is mistyped, too old, or was answered already.",
            "Compare it letter by letter with the terminal, or start again for a new code.",
        ),
        Invalid::Request => (
            "Invalid Request",
            "The request is malformed, or this consent was already answered.",
            "Start the login again.",
        ),
    };
    html(&Page::Error(ErrorView {
        title: title.to_owned(),
        meaning: meaning.to_owned(),
        remedy: remedy.to_owned(),
    }))
}

/// What there is to show.
pub enum Page {
    /// Zoho asks.
    Consent(ConsentView),
    /// The person enters a device's code.
    Enter(EnterView),
    /// The API console.
    Console(ConsoleView),
    /// One thing is said.
    Told(ToldView),
    /// Zoho will not ask.
    Error(ErrorView),
}

/// The page with the policy that it needs.
pub fn html(page: &Page) -> Response {
    let page = match page {
        Page::Consent(view) => pages::consent(view),
        Page::Enter(view) => pages::enter(view),
        Page::Console(view) => pages::console(view),
        Page::Told(view) => pages::told(view),
        Page::Error(view) => pages::zoho_error(view),
    };
    let policy = [(
        header::CONTENT_SECURITY_POLICY,
        page.content_security_policy,
    )];
    (policy, Html(page.html.to_string())).into_response()
}
