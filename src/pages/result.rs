//! The page at the end of a login: what was obtained, or what went wrong.

use crate::error::Error;
use crate::error::explain;
use crate::error::explanation::Explanation;
use crate::handover::Written;
use crate::handover::destination::Destination;
use crate::handover::shell::is_plain;
use crate::login::outcome::Outcome;
use crate::pages::destinations::{Choice, choices};
use crate::pages::{Page, SCRIPT};
use crate::profiles::profile::Backend;
use crate::settings::Settings;
use crate::untrusted::Untrusted;
use askama::Template;
use std::borrow::Cow;

/// What to check if it is unknown which user delivered Zoho's response.
const SENDER_UNSEEN: &str = "The connection that delivered Zoho's response closed before zoho-grant could see which \
     user of this machine it belonged to. Check that the organization and the person are yours; if not, revoke these credentials.";

/// The values to copy: the name inside a sentence, the field, and whether it is masked until revealed. The six of
/// Adobe's form come first, in its order.
const VALUES: [(&str, &str, bool); 7] = [
    ("endpoint", "endpoint", false),
    ("accounts URL", "accounts_url", false),
    ("client ID", "client_id", false),
    ("client secret", "client_secret", true),
    ("access token", "access_token", true),
    ("refresh token", "refresh_token", true),
    ("API domain", "api_domain", false),
];

/// The page for an outcome.
pub fn of(outcome: &Result<Outcome, Error>, settings: &Settings) -> Page {
    match outcome {
        Ok(login) => result(login, settings, choices(&login.credentials, settings)),
        Err(error) => message(error, error.explain(), settings.rehearsal),
    }
}

/// The page that shows what was obtained, with the programs that can use it.
pub(super) fn result(login: &Outcome, settings: &Settings, choices: Vec<Choice>) -> Page {
    let page = ResultPage {
        login,
        settings,
        choices,
    };
    Page::sandboxed(&page, Some(SCRIPT))
}

/// The page for a login that obtained nothing.
pub(super) fn message(error: &Error, explained: Explanation, rehearsal: bool) -> Page {
    let script = explained.command.as_ref().map(|_| SCRIPT);
    let page = MessagePage {
        error,
        explained,
        rehearsal,
    };
    Page::sandboxed(&page, script)
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    error: &'a Error,
    explained: Explanation,
    rehearsal: bool,
}

#[derive(Template)]
#[template(path = "result.html")]
struct ResultPage<'a> {
    login: &'a Outcome,
    settings: &'a Settings,
    choices: Vec<Choice>,
}

impl ResultPage<'_> {
    fn is_checked(&self) -> bool {
        let identity = &self.login.credentials.identity;
        identity.organization.is_ok() || identity.user.is_ok()
    }

    /// Whether nothing needs to be checked.
    fn is_good(&self) -> bool {
        self.is_checked() && self.login.problems.is_empty() && !self.login.sender_unseen
    }

    /// Before the organization's name, or a complete title. A successful exchange proves nothing about the CRM; only the
    /// CRM's own response does.
    fn title(&self) -> &'static str {
        match (self.is_checked(), self.organization()) {
            (true, Some(_)) => "Connected to",
            (true, None) => "Connected to Zoho CRM",
            (false, _) => "Credentials obtained, not checked",
        }
    }

    /// The size of the heading: longer names are set in smaller type, in two steps.
    fn heading_class(&self) -> &'static str {
        match self.organization().unwrap_or_default().chars().count() {
            90.. => "longest",
            36.. => "long",
            _ => "",
        }
    }

    /// The organization's name.
    fn organization(&self) -> Option<String> {
        shown(self.login.credentials.organization()?.name.as_ref())
    }

    /// The organization's kind and edition: "Production · Enterprise".
    fn organization_detail(&self) -> Option<String> {
        let organization = self.login.credentials.organization()?;
        let parts = [&organization.kind, &organization.edition];
        let parts: Vec<String> = parts
            .into_iter()
            .filter_map(|part| Some(explain::capitalized(&shown(part.as_ref())?)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    fn organization_id(&self) -> Option<String> {
        shown(self.login.credentials.organization()?.id.as_ref())
    }

    fn person(&self) -> Option<String> {
        shown(self.login.credentials.user()?.name.as_ref())
    }

    fn email(&self) -> Option<String> {
        shown(self.login.credentials.user()?.email.as_ref())
    }

    /// "Europe (eu)", or the accounts server if the data center is unknown.
    fn data_center(&self) -> String {
        let credentials = &self.login.credentials;
        match credentials.data_center {
            Some(center) => center.to_string(),
            None => credentials.accounts_server.to_string(),
        }
    }

    /// The command that revokes the refresh token, and whether the page's .env file must be saved for it first, because
    /// the credentials are nowhere else; none if there is no refresh token.
    fn revoke(&self) -> Option<(String, bool)> {
        self.login.credentials.refresh_token.as_ref()?;
        let (from, needs_file) = match (&self.login.kept, &self.login.written) {
            (Some((name, _)), _) => (format!("--profile {name}"), false),
            (None, Written::File("dotenv", path)) if is_plain(&path.to_string_lossy()) => {
                (format!("--env-file {}", path.display()), false)
            }
            _ => ("--env-file zoho.env".to_owned(), true),
        };
        Some((format!("zoho-grant revoke {from}"), needs_file))
    }

    /// What could not be checked and why, one sentence each; less prominent than problems.
    fn notes(&self) -> Vec<String> {
        let unseen = self.login.sender_unseen.then(|| SENDER_UNSEEN.to_owned());
        let unchecked = explain::unchecked(&self.login.credentials.identity);
        unseen.into_iter().chain(unchecked).collect()
    }

    /// Where the credentials were written, one sentence each.
    fn handed_over(&self) -> Vec<String> {
        let kept = self.login.kept.as_ref().map(|(name, place)| {
            let place = match place {
                Backend::Keyring => "system keyring",
                Backend::File => "profile file",
            };
            format!("Saved in the {place} as profile {name}.")
        });
        let written = match &self.login.written {
            Written::Output(form) => Some(format!(
                "Printed in the terminal (standard output) as {form}."
            )),
            Written::File(form, path) => {
                Some(format!("Written to {} as {form}.", Untrusted::path(path)))
            }
            Written::Nowhere if kept.is_some() => None,
            Written::Nowhere => {
                Some("Not saved anywhere: copy them from this page now.".to_owned())
            }
        };
        kept.into_iter().chain(written).collect()
    }

    fn values(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>, bool)> {
        let of = self.settings.target.view(&self.login.credentials);
        let value = move |(name, field, secret)| Some((name, of.value(field)?, secret));
        VALUES.into_iter().filter_map(value)
    }

    /// Why destinations are unavailable.
    fn unavailable(&self) -> Vec<&String> {
        let choices = self.choices.iter();
        choices
            .filter_map(|choice| choice.document.as_ref().err())
            .collect()
    }
}

/// A name with visible characters.
fn shown(text: Option<&Untrusted>) -> Option<String> {
    let text = text?.to_string().trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::credentials::Credentials;
    use crate::handover::Target;
    use crate::handover::destination::Destination;
    use crate::handover::format::Form;
    use crate::handover::format_options::FormatOptions;
    use crate::handover::samples;
    use crate::zoho::scopes::{DEFAULT, Scopes};
    use crate::zoho::trust::Trust;
    use std::path::PathBuf;
    use std::time::Duration;

    /// Settings of a login for this destination, in this format.
    pub(in crate::pages) fn settings(destination: Option<Destination>, format: &str) -> Settings {
        let credentials = samples::full();
        Settings {
            client: credentials.client,
            scopes: Scopes::parse(DEFAULT).unwrap(),
            trust: Trust::new(&credentials.accounts_server, <_>::default()),
            home: credentials.accounts_server,
            pkce: true,
            verify: true,
            timeout: Duration::from_mins(5),
            answer_within: Duration::from_secs(30),
            target: Target {
                form: Form::named(format).unwrap(),
                extras: FormatOptions::default(),
                file: None,
                last_resort: None,
            },
            destination,
            keeping: None,
            page_first: false,
            rehearsal: false,
        }
    }

    /// A login that obtained these.
    pub(in crate::pages) fn outcome(credentials: Credentials) -> Outcome {
        Outcome {
            credentials,
            written: Written::Output("text"),
            kept: None,
            problems: Vec::new(),
            sender_unseen: false,
            reading: None,
        }
    }

    /// The page of this login, and its title.
    fn page_of(login: &Outcome) -> (String, String) {
        let html = result(login, &settings(None, "text"), Vec::new()).html;
        let (_, title) = html.split_once("<title>").unwrap();
        let title = title.split(" · zoho-grant</title>").next().unwrap();
        (html.to_string(), title.to_owned())
    }

    #[test]
    fn adobes_six_fields_come_first_in_its_forms_order() {
        let (html, _) = page_of(&outcome(samples::full()));
        let (_, values) = html.split_once("<h2 id=\"details\">").unwrap();
        let (values, _) = values.split_once("</dl>").unwrap();
        let labels: Vec<&str> = values
            .split("<dt>")
            .skip(1)
            .filter_map(|rest| rest.split("</dt>").next())
            .collect();
        let expected = "Endpoint, Accounts URL, Client ID, Client secret, Access token, Refresh token, API domain";
        assert_eq!(labels.join(", "), expected);
        assert_eq!(values.matches("class=\"secret value\"").count(), 3);
        assert!(values.contains(">crm.zoho.eu/crm/private<"));
    }

    #[test]
    fn only_what_the_crm_confirmed_is_good() {
        let is_good = |login: &Outcome| {
            let (html, _) = page_of(login);
            assert_ne!(html.contains(">Success<"), html.contains(">Attention<"));
            html.contains(">Success<")
        };
        let checked = outcome(samples::full());
        assert!(is_good(&checked));
        let (html, title) = page_of(&checked);
        assert!(title.starts_with("Connected to Example"), "{title}");
        assert!(html.contains("<bdi>Production · Enterprise</bdi>"));
        let unchecked = outcome(samples::bare());
        assert!(!is_good(&unchecked));
        assert_eq!(page_of(&unchecked).1, "Credentials obtained, not checked");
        let problem = Outcome {
            problems: vec![Error::NoRefreshToken],
            ..outcome(samples::full())
        };
        assert!(!is_good(&problem));
        let unseen = Outcome {
            sender_unseen: true,
            ..outcome(samples::full())
        };
        assert!(!is_good(&unseen));
    }

    #[test]
    fn an_empty_name_is_none() {
        let mut credentials = samples::full();
        for empty in ["", "  ", "\u{3000}"] {
            if let Ok(organization) = &mut credentials.identity.organization {
                organization.name = Some(Untrusted::new(empty));
            }
            let (html, title) = page_of(&outcome(credentials.clone()));
            assert_eq!(title, "Connected to Zoho CRM");
            assert!(html.contains("<h1 class=\"\">Connected to Zoho CRM</h1>"));
        }
    }

    #[test]
    fn a_wrong_account_is_revoked_where_it_is_kept() {
        let revoked = |login: &Outcome| {
            let page = ResultPage {
                login,
                settings: &settings(None, "text"),
                choices: Vec::new(),
            };
            page.revoke()
        };
        let command = |written, kept: Option<&str>| {
            let kept = kept.map(|name| (name.parse().unwrap(), Backend::File));
            let login = Outcome {
                written,
                kept,
                ..outcome(samples::full())
            };
            revoked(&login).unwrap()
        };
        let file = |path: &str| Written::File("dotenv", PathBuf::from(path));
        let expected = |command: &str, needs_file| (command.to_owned(), needs_file);
        let page = expected("zoho-grant revoke --env-file zoho.env", true);
        assert_eq!(command(Written::Output("json"), None), page);
        assert_eq!(command(Written::File("json", "a.json".into()), None), page);
        assert_eq!(command(file("$(id).env"), None), page);
        assert_eq!(
            command(file("a/b.env"), None),
            expected("zoho-grant revoke --env-file a/b.env", false)
        );
        assert!(
            revoked(&outcome(samples::bare())).is_none(),
            "there is nothing to revoke"
        );
        let work = expected("zoho-grant revoke --profile work", false);
        assert_eq!(command(file("a/b.env"), Some("work")), work);
    }
}
