//! The stand-in's pages: consent, the API console, and the errors that Zoho shows itself without redirecting.

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};

use crate::registry::Kind;
use crate::registry::answer::Invalid;

const STYLE: &str = include_str!("../templates/page.css");

/// The consent page. The buttons post `ticket` and `decision`.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent {
    /// The client's name in the API console.
    pub client_name: &'static str,
    /// The signed-in user.
    pub person: String,
    /// The user's organization.
    pub organization: &'static str,
    /// The page's data center: "Europe".
    pub data_center: &'static str,
    /// The scopes the client requests.
    pub scopes: Vec<String>,
    /// A one-time name for this pending consent.
    pub ticket: String,
}

/// The page where the person enters a device code.
#[derive(Template)]
#[template(path = "enter_code.html")]
pub struct EnterCode<'a> {
    /// The page's data center: "Europe".
    pub data_center: &'static str,
    /// Prefilled, if the address contains it or it was entered before.
    pub user_code: &'a str,
    /// Whether no device waits with it.
    pub is_wrong: bool,
}

/// The API console's page for a self client.
#[derive(Template)]
#[template(path = "console.html")]
pub struct Console<'a> {
    /// The page's data center: "Europe".
    pub data_center: &'static str,
    /// The scope to prefill.
    pub scope: &'a str,
}

/// The API console's form for a new client, with what was entered before.
#[derive(Template)]
#[template(path = "register.html")]
pub struct Register<'a> {
    /// "Europe": the data center of this page.
    pub data_center: &'static str,
    /// What is wrong.
    pub wrong: Option<&'a str>,
    /// The type.
    pub chosen: Kind,
    /// The client's name.
    pub name: &'a str,
    /// Its homepage.
    pub homepage: &'a str,
    /// Where it is led back to.
    pub redirect_uri: &'a str,
}

/// The console's page of the new client.
#[derive(Template)]
#[template(path = "registered.html")]
pub struct Registered<'a> {
    /// "Europe": the data center of this page.
    pub data_center: &'static str,
    /// Its id.
    pub client_id: &'a str,
    /// Its secret in this data center.
    pub client_secret: &'a str,
}

/// A page with a single message.
#[derive(Template)]
#[template(path = "told.html")]
pub struct Told<'a> {
    /// What happened, in a few words.
    pub title: &'a str,
    /// What it means, in short paragraphs.
    pub paragraphs: &'a [&'a str],
    /// A grant token to copy.
    pub code: Option<String>,
}

/// A page like the one where Zoho says "Invalid Client" and never redirects.
#[derive(Template)]
#[template(path = "zoho_error.html")]
struct ZohoError<'a> {
    /// Zoho's wording.
    title: &'a str,
    /// What it means here, in one sentence.
    meaning: &'a str,
    /// How to fix it, in one sentence.
    remedy: &'a str,
}

/// Renders a page without a form.
pub fn formless(page: &impl Template) -> Response {
    html(page, "; form-action 'none'")
}

/// Renders a page whose form leads to another page here.
pub fn own_form(page: &impl Template) -> Response {
    html(page, "; form-action 'self'")
}

/// Renders a page whose form may redirect anywhere: Chromium applies `form-action` to redirects too.
pub fn redirected_form(page: &impl Template) -> Response {
    html(page, "")
}

/// Renders Zoho's error page with status 200: Zoho does not document the status, and code that relies on it should fail
/// here.
pub fn invalid(error: Invalid) -> Response {
    let (title, meaning, remedy) = match error {
        Invalid::Client => (
            "Invalid Client",
            "This data center does not know the client ID.",
            "Start at the data center where the client is registered, or turn on multi-DC for the client.",
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
            "Send response_type=code.",
        ),
        // A wrong code is told on the page where it is entered.
        Invalid::Request | Invalid::UserCode => (
            "Invalid Request",
            "The request is malformed, or this consent was already used.",
            "Start the login again.",
        ),
    };
    formless(&ZohoError {
        title,
        meaning,
        remedy,
    })
}

/// Renders a page whose policy allows only its own style sheet; `allowed` adds what else it may do.
fn html(page: &impl Template, allowed: &str) -> Response {
    let style = BASE64_STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src data:; frame-ancestors 'none'; base-uri 'none'{allowed}"
    );
    let html = page.render().expect("writing to a string does not fail");
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

/// Describes a common scope in plain words.
fn meaning(scope: &str) -> Option<&'static str> {
    match scope {
        "ZohoCRM.modules.READ" => Some("Read the records of every module"),
        "ZohoCRM.settings.READ" => Some("Read fields, layouts and other settings"),
        "ZohoCRM.org.READ" => Some("Read the organization's name and edition"),
        "ZohoCRM.users.READ" => Some("Read the list of users"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    /// Returns a field's name followed by markup.
    fn marked(field: &str) -> &'static str {
        format!("{field}<b>&\"'").leak()
    }

    fn marked_consent() -> Response {
        redirected_form(&Consent {
            client_name: marked("client"),
            person: marked("person").to_owned(),
            organization: marked("organization"),
            data_center: marked("center"),
            scopes: vec![marked("unknown").to_owned(), "ZohoCRM.org.READ".to_owned()],
            ticket: marked("ticket").to_owned(),
        })
    }

    /// The page's policy and text.
    async fn parts(page: Response) -> (String, String) {
        let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str();
        let policy = policy.unwrap().to_owned();
        let body = to_bytes(page.into_body(), usize::MAX).await.unwrap();
        (policy, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Asserts what holds for every page: foreign text is escaped, nothing is loaded, and the policy blocks none of its
    /// content.
    async fn assert_sound(page: Response, fields: &[&str]) {
        let (policy, html) = parts(page).await;
        for field in fields {
            let escaped = format!("{field}&#60;b&#62;&#38;&#34;&#39;");
            assert!(html.contains(&escaped), "{field} is missing or raw");
        }
        for refused in [
            "<b>", "<a ", "http://", "https://", " src=", "url(", "@import", "<script",
        ] {
            assert!(!html.contains(refused), "{refused}");
        }
        assert_eq!(html.matches("<style").count(), 1);
        let (_, style) = html.split_once("<style>").unwrap();
        let (style, _) = style.split_once("</style>").unwrap();
        let hash = BASE64_STANDARD.encode(digest(&SHA256, style.as_bytes()));
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'; ")));
        let attributes = html
            .split('<')
            .filter_map(|piece| piece.split_once('>'))
            .flat_map(|(tag, _)| tag.split_whitespace().skip(1))
            .filter_map(|word| word.split_once('='));
        for (name, _) in attributes {
            assert!(name != "style" && !name.starts_with("on"), "{name}");
        }
        assert!(html.contains("<strong>Rehearsal:</strong>"));
    }

    #[tokio::test]
    async fn every_page_escapes_every_field() {
        let consent = "client person organization center unknown ticket";
        assert_sound(marked_consent(), &consent.split(' ').collect::<Vec<_>>()).await;
        let enter = own_form(&EnterCode {
            data_center: marked("center"),
            user_code: marked("code"),
            is_wrong: true,
        });
        assert_sound(enter, &["center", "code"]).await;
        let console = own_form(&Console {
            data_center: marked("center"),
            scope: marked("scope"),
        });
        assert_sound(console, &["center", "scope"]).await;
        let register = own_form(&Register {
            data_center: marked("center"),
            wrong: Some(marked("wrong")),
            chosen: Kind::ServerBased,
            name: marked("name"),
            homepage: marked("homepage"),
            redirect_uri: marked("uri"),
        });
        assert_sound(register, &["center", "wrong", "name", "homepage", "uri"]).await;
        let registered = formless(&Registered {
            data_center: marked("center"),
            client_id: marked("id"),
            client_secret: marked("secret"),
        });
        assert_sound(registered, &["center", "id", "secret"]).await;
        let told = formless(&Told {
            title: marked("title"),
            paragraphs: &[marked("paragraph")],
            code: Some(marked("code").to_owned()),
        });
        assert_sound(told, &["title", "paragraph", "code"]).await;
        let error = formless(&ZohoError {
            title: marked("title"),
            meaning: marked("meaning"),
            remedy: marked("remedy"),
        });
        assert_sound(error, &["title", "meaning", "remedy"]).await;
    }

    #[tokio::test]
    async fn the_consent_page_posts_ticket_and_decision_and_may_be_redirected() {
        let (policy, html) = parts(marked_consent()).await;
        for part in [
            "<form method=\"post\" action=\"/consent\"",
            "<input type=\"hidden\" name=\"ticket\" value=\"ticket",
            "name=\"decision\" value=\"accept\">Accept<",
            "name=\"decision\" value=\"refuse\">Reject<",
            "Read the organization's name and edition",
        ] {
            let part = part.replace('\'', "&#39;");
            assert_eq!(html.matches(&part).count(), 1, "{part}");
        }
        assert!(!policy.contains("form-action"));
        let (policy, _) = parts(invalid(Invalid::Client)).await;
        assert!(policy.ends_with("; form-action 'none'"));
    }

    #[tokio::test]
    async fn the_error_page_says_that_the_terminal_hears_nothing() {
        let (_, html) = parts(invalid(Invalid::Client)).await;
        assert!(html.contains("never redirects"));
    }
}
