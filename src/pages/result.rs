//! The page at the end of a login: turns the outcome into what the person sees.

use crate::credentials::Credentials;
use crate::error::Error;
use crate::error::explain;
use crate::handover::Written;
use crate::handover::fields::View;
use crate::handover::format_options::FormatOptions;
use crate::login::outcome::Outcome;
use crate::pages::destinations::choices;
use crate::pages::{self, MessageView, Page, Problem, ResultView, Revoke, Tone, Value};
use crate::profiles::profile::Backend;
use crate::settings::Settings;
use crate::untrusted::Untrusted;
use zeroize::Zeroizing;

/// What to check if it is unknown which user delivered Zoho's response.
const SENDER_UNSEEN: &str = "The connection that delivered Zoho's response closed before zoho-grant could see which \
     user of this machine it belonged to. Check that the organization and the person are yours; if not, revoke these credentials.";

/// The page for an outcome.
pub fn of(outcome: &Result<Outcome, Error>, settings: &Settings) -> Page {
    match outcome {
        Ok(login) => pages::result(&result(login, settings)),
        Err(error) => pages::message(&message(error, settings)),
    }
}

fn message(error: &Error, settings: &Settings) -> MessageView {
    let refused = matches!(error, Error::Refused);
    MessageView {
        tone: if refused { Tone::Neutral } else { Tone::Bad },
        problem: problem(error),
        rehearsal: settings.rehearsal,
    }
}

fn result(login: &Outcome, settings: &Settings) -> ResultView {
    let credentials = &login.credentials;
    let organization = credentials.organization();
    let identity = &credentials.identity;
    let is_checked = identity.organization.is_ok() || identity.user.is_ok();
    let good = is_checked && login.problems.is_empty() && !login.sender_unseen;
    let name = organization.and_then(|organization| shown(organization.name.as_ref()));
    ResultView {
        tone: if good { Tone::Good } else { Tone::Attention },
        title: title(is_checked, name.is_some()),
        organization: name,
        organization_detail: organization.and_then(|organization| {
            let parts = [&organization.kind, &organization.edition];
            let parts: Vec<String> = parts
                .into_iter()
                .filter_map(|part| Some(capitalized(&shown(part.as_ref())?)))
                .collect();
            (!parts.is_empty()).then(|| parts.join(" · "))
        }),
        organization_id: organization.and_then(|organization| shown(organization.id.as_ref())),
        person: credentials
            .user()
            .and_then(|user| shown(user.name.as_ref())),
        email: credentials
            .user()
            .and_then(|user| shown(user.email.as_ref())),
        data_center: data_center(credentials),
        revoke: revoke(login),
        reading: login.reading.iter().cloned().collect(),
        scopes: granted(credentials),
        expires_at: credentials.expires_at_text(),
        problems: login.problems.iter().map(problem).collect(),
        notes: notes(login),
        handed_over: went_to(login),
        token_command: login
            .kept
            .as_ref()
            .map(|(name, _)| format!("zoho-grant token --profile {name}")),
        values: values(credentials, &settings.target.extras),
        choices: choices(credentials, settings),
        rehearsal: settings.rehearsal,
    }
}

/// A name with visible characters.
fn shown(text: Option<&Untrusted>) -> Option<String> {
    let text = text?.to_string().trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Capitalizes "production" as "Production".
fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

/// A path without characters that are special to a shell.
fn is_plain(path: &str) -> bool {
    path.chars()
        .all(|char| char.is_ascii_alphanumeric() || "._-/:+@=,".contains(char))
}

/// The command that revokes the refresh token: from the profile or file that contains it, otherwise from a file that the
/// page offers.
fn revoke(login: &Outcome) -> Option<Revoke> {
    login.credentials.refresh_token.as_ref()?;
    let file = match &login.written {
        Written::File("dotenv", path) => {
            Some(path.display().to_string()).filter(|path| is_plain(path))
        }
        _ => None,
    };
    let needs_file = login.kept.is_none() && file.is_none();
    let command = match (&login.kept, file) {
        (Some((name, _)), _) => format!("zoho-grant revoke --profile {name}"),
        (None, Some(path)) => format!("zoho-grant revoke --env-file {path}"),
        (None, None) => "zoho-grant revoke --env-file zoho.env".to_owned(),
    };
    Some(Revoke {
        command,
        needs_file,
    })
}

fn notes(login: &Outcome) -> Vec<String> {
    let unseen = login.sender_unseen.then(|| SENDER_UNSEEN.to_owned());
    unseen
        .into_iter()
        .chain(explain::unchecked(&login.credentials.identity))
        .collect()
}

/// A successful exchange proves nothing about the CRM; only the CRM's own response does.
fn title(is_checked: bool, has_name: bool) -> &'static str {
    match (is_checked, has_name) {
        (true, true) => "Connected to",
        (true, false) => "Connected to Zoho CRM",
        (false, _) => "Credentials obtained, not checked",
    }
}

fn data_center(credentials: &Credentials) -> String {
    let server = credentials.accounts_server.to_string();
    credentials.data_center.map_or(server, |center| {
        format!("{} ({})", center.name, center.code)
    })
}

fn problem(error: &Error) -> Problem {
    Problem {
        what: error.to_string(),
        explained: error.explain(),
    }
}

fn went_to(login: &Outcome) -> Vec<String> {
    let kept = login.kept.as_ref();
    let kept = kept.map(|(name, place)| {
        let place = match place {
            Backend::Keyring => "system keyring",
            Backend::File => "profile file",
        };
        format!("Saved in the {place} as profile {name}.")
    });
    let written = match &login.written {
        Written::Output(form) => format!("Printed in the terminal (standard output) as {form}."),
        Written::File(form, path) => {
            let path = Untrusted::path(path);
            format!("Written to {path} as {form}.")
        }
        Written::Nowhere if kept.is_some() => return kept.into_iter().collect(),
        Written::Nowhere => "Not saved anywhere: copy them from this page now.".to_owned(),
    };
    kept.into_iter().chain([written]).collect()
}

fn granted(credentials: &Credentials) -> Vec<String> {
    let scopes = credentials.scopes.as_ref();
    scopes.map_or_else(Vec::new, |scopes| {
        scopes.iter().map(str::to_owned).collect()
    })
}

/// All values: the six of Adobe's form first, in its order.
fn values(credentials: &Credentials, extras: &FormatOptions) -> Vec<Value> {
    let of = View {
        credentials,
        options: extras,
    };
    let mut values = Vec::new();
    for (label, name, secret) in [
        ("Endpoint", "endpoint", false),
        ("Accounts URL", "accounts_url", false),
        ("Client ID", "client_id", false),
        ("Client secret", "client_secret", true),
        ("Access token", "access_token", true),
        ("Refresh token", "refresh_token", true),
        ("API domain", "api_domain", false),
    ] {
        let value = of.value(name);
        values.extend(value.map(|value| Value {
            label,
            value: Zeroizing::new(value.into_owned()),
            secret,
        }));
    }
    values
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::handover::Target;
    use crate::handover::destination::Destination;
    use crate::handover::format::Form;
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
            trust: Trust::new(&credentials.accounts_server, Vec::new(), Vec::new()),
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

    fn outcome(credentials: Credentials) -> Outcome {
        Outcome {
            credentials,
            written: Written::Output("text"),
            kept: None,
            problems: Vec::new(),
            sender_unseen: false,
            reading: None,
        }
    }

    fn view_of(login: &Outcome) -> ResultView {
        result(login, &settings(None, "text"))
    }

    #[test]
    fn adobes_six_fields_come_first_in_its_forms_order() {
        let values = values(&samples::full(), &FormatOptions::default());
        let labels: Vec<&str> = values.iter().map(|value| value.label).collect();
        let expected = "Endpoint, Accounts URL, Client ID, Client secret, Access token, Refresh token, API domain";
        assert_eq!(labels.join(", "), expected);
        let secrets = values.iter().filter(|value| value.secret).count();
        assert_eq!(secrets, 3);
        assert_eq!(values[0].value.as_str(), "crm.zoho.eu/crm/private");
    }

    #[test]
    fn only_what_the_crm_confirmed_is_good() {
        let checked = view_of(&outcome(samples::full()));
        assert_eq!((checked.tone, checked.title), (Tone::Good, "Connected to"));
        assert_eq!(
            checked.organization_detail.as_deref(),
            Some("Production · Enterprise")
        );
        let unchecked = view_of(&outcome(samples::bare()));
        assert_eq!(unchecked.tone, Tone::Attention);
        assert_eq!(unchecked.title, "Credentials obtained, not checked");
        let problem = Outcome {
            problems: vec![Error::NoRefreshToken],
            ..outcome(samples::full())
        };
        assert_eq!(view_of(&problem).tone, Tone::Attention);
        let unseen = Outcome {
            sender_unseen: true,
            ..outcome(samples::full())
        };
        assert_eq!(view_of(&unseen).tone, Tone::Attention);
    }

    #[test]
    fn an_empty_name_is_none() {
        let mut credentials = samples::full();
        for empty in ["", "  ", "\u{3000}"] {
            if let Ok(organization) = &mut credentials.identity.organization {
                organization.name = Some(Untrusted::new(empty));
            }
            let view = view_of(&outcome(credentials.clone()));
            assert_eq!(
                (view.title, view.organization),
                ("Connected to Zoho CRM", None)
            );
        }
    }

    #[test]
    fn a_wrong_account_is_revoked_where_it_is_kept() {
        let command = |written, kept: Option<&str>| {
            let kept = kept.map(|name| (name.parse().unwrap(), Backend::File));
            let login = Outcome {
                written,
                kept,
                ..outcome(samples::full())
            };
            let Revoke {
                command,
                needs_file,
            } = revoke(&login).unwrap();
            (command, needs_file)
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
            revoke(&outcome(samples::bare())).is_none(),
            "there is nothing to revoke"
        );
        let work = expected("zoho-grant revoke --profile work", false);
        assert_eq!(command(file("a/b.env"), Some("work")), work);
    }
}
