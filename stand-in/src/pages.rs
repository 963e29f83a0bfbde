//! The stand-in's own pages: consent, and the errors that Zoho shows itself and never redirects.

use askama::Template;

use crate::loopback::pages::Page;

/// The stand-in's consent page.
pub fn consent(view: &ConsentView) -> Page {
    // Without form-action: Chromium holds it against the redirect that answers the form.
    Page::render(&ConsentPage { view }, "")
}

/// The page on which Zoho says itself what is wrong, with the rehearsal's explanation.
pub fn zoho_error(view: &ErrorView) -> Page {
    Page::render(&ErrorPage { view }, "; form-action 'none'")
}

/// The page on which the person enters a device's code.
pub fn enter(view: &EnterView) -> Page {
    Page::render(&EnterPage { view }, "; form-action 'self'")
}

/// The API console's page for a self client.
pub fn console(view: &ConsoleView) -> Page {
    Page::render(&ConsolePage { view }, "; form-action 'self'")
}

/// A page that says one thing, and shows a grant token perhaps.
pub fn told(view: &ToldView) -> Page {
    Page::render(&ToldPage { view }, "; form-action 'none'")
}

#[derive(Template)]
#[template(path = "enter_code.html")]
struct EnterPage<'a> {
    view: &'a EnterView,
}

#[derive(Template)]
#[template(path = "console.html")]
struct ConsolePage<'a> {
    view: &'a ConsoleView,
}

#[derive(Template)]
#[template(path = "told.html")]
struct ToldPage<'a> {
    view: &'a ToldView,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    view: &'a ConsentView,
}

#[derive(Template)]
#[template(path = "zoho_error.html")]
struct ErrorPage<'a> {
    view: &'a ErrorView,
}

/// One requested scope.
pub struct ScopeLine {
    /// As requested: "ZohoCRM.modules.READ".
    pub scope: String,
    /// In plain words, when known.
    pub meaning: Option<&'static str>,
}

/// The consent page of the rehearsal.
pub struct ConsentView {
    /// The client's name in the console.
    pub client_name: String,
    /// Who is signed in at the stand-in.
    pub person: String,
    /// Their organisation.
    pub organization: String,
    /// "Europe": the data centre that this page belongs to.
    pub data_center: String,
    /// What the client asks for.
    pub scopes: Vec<ScopeLine>,
    /// Where the form posts to (same origin path).
    pub action: String,
    /// One-time value that names this pending consent, posted as `ticket`; the buttons post `decision=accept` and `decision=refuse`.
    pub ticket: String,
}

/// A page like the one on which Zoho says "Invalid Client" and never redirects.
pub struct ErrorView {
    /// Zoho's words: "Invalid Client".
    pub title: String,
    /// What it means here, one sentence.
    pub meaning: String,
    /// How to mend it, one sentence.
    pub remedy: String,
}

/// The page on which the person enters a device's code.
pub struct EnterView {
    /// "Europe": the data centre that this page belongs to.
    pub data_center: String,
    /// Filled in already, when the address has it.
    pub user_code: String,
}

/// The API console's page for a self client.
pub struct ConsoleView {
    /// "Europe": the data centre that this page belongs to.
    pub data_center: String,
    /// Filled in already.
    pub scope: String,
}

/// A page that says one thing.
pub struct ToldView {
    /// What happened, a few words.
    pub title: String,
    /// What it means: short paragraphs.
    pub paragraphs: Vec<String>,
    /// A grant token to copy.
    pub code: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::pages::tests::{assert_sound, marked};

    fn marked_consent() -> Page {
        let view = ConsentView {
            client_name: marked("client"),
            person: marked("person"),
            organization: marked("organization"),
            data_center: marked("center"),
            scopes: vec![
                ScopeLine {
                    scope: marked("known"),
                    meaning: Some(marked("meaning").leak()),
                },
                ScopeLine {
                    scope: marked("unknown"),
                    meaning: None,
                },
            ],
            action: marked("/consent"),
            ticket: marked("ticket"),
        };
        consent(&view)
    }

    #[test]
    fn the_consent_page_escapes_every_field() {
        let fields = "client person organization center known meaning unknown /consent ticket";
        assert_sound(&marked_consent(), &fields.split(' ').collect::<Vec<_>>());
    }

    #[test]
    fn the_consent_page_posts_ticket_and_decision_and_may_be_redirected() {
        let page = marked_consent();
        for part in [
            "<form method=\"post\" action=\"/consent",
            "<input type=\"hidden\" name=\"ticket\" value=\"ticket",
            "name=\"decision\" value=\"accept\">Accept<",
            "name=\"decision\" value=\"refuse\">Reject<",
        ] {
            assert_eq!(page.html.matches(part).count(), 1, "{part}");
        }
        assert!(!page.content_security_policy.contains("form-action"));
    }

    #[test]
    fn the_error_page_says_that_the_terminal_hears_nothing() {
        let view = ErrorView {
            title: marked("title"),
            meaning: marked("meaning"),
            remedy: marked("remedy"),
        };
        let page = zoho_error(&view);
        assert_sound(&page, &["title", "meaning", "remedy"]);
        assert!(page.html.contains("never redirects"));
    }

    #[test]
    fn the_pages_of_the_other_ways_escape_every_field() {
        let enter = enter(&EnterView {
            data_center: marked("center"),
            user_code: marked("code"),
        });
        assert_sound(&enter, &["center", "code"]);
        let console = console(&ConsoleView {
            data_center: marked("center"),
            scope: marked("scope"),
        });
        assert_sound(&console, &["center", "scope"]);
        let told = told(&ToldView {
            title: marked("title"),
            paragraphs: vec![marked("paragraph")],
            code: Some(marked("code")),
        });
        assert_sound(&told, &["title", "paragraph", "code"]);
        for page in [enter, console, told] {
            assert!(page.html.contains("<strong>Rehearsal:</strong>"));
        }
    }

    #[test]
    fn both_pages_say_that_they_are_a_rehearsal() {
        let view = ErrorView {
            title: String::new(),
            meaning: String::new(),
            remedy: String::new(),
        };
        for page in [marked_consent(), zoho_error(&view)] {
            assert!(page.html.contains("<strong>Rehearsal:</strong>"));
        }
    }
}
