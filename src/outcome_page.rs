//! The page at the end of a login: from what happened to what a person sees.

use crate::Login;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::foreign::Foreign;
use crate::handover::{Format, Written};
use crate::loopback::pages::{self, Document, MessageView, Page, Problem, ResultView, Tone, Value};
use crate::settings::Settings;
use secrecy::ExposeSecret;
use std::time::SystemTime;

/// The page for an outcome; `now` dates the end of the access token.
pub(crate) fn of(outcome: &Result<Login, Error>, settings: &Settings, now: SystemTime) -> Page {
    match outcome {
        Ok(login) => pages::result(&result(login, settings, now)),
        Err(error) => pages::message(&message(error, settings)),
    }
}

fn message(error: &Error, settings: &Settings) -> MessageView {
    let refused = matches!(error, Error::Refused);
    MessageView {
        tone: if refused { Tone::Neutral } else { Tone::Bad },
        title: if refused {
            "Consent refused"
        } else {
            "No credentials obtained"
        }
        .to_owned(),
        paragraphs: vec![error.to_string(), error.cause()],
        next: vec![error.remedy()],
        rehearsal: settings.rehearsal,
    }
}

fn result(login: &Login, settings: &Settings, now: SystemTime) -> ResultView {
    let credentials = &login.credentials;
    let shown = |text: &Option<Foreign>| text.as_ref().map(Foreign::to_string);
    let organization = credentials.organization();
    let good = login.problems.is_empty();
    ResultView {
        tone: if good { Tone::Good } else { Tone::Attention },
        title: if good {
            "Zoho CRM is connected"
        } else {
            "Credentials obtained, with a problem"
        }
        .to_owned(),
        organization: organization.and_then(|organization| shown(&organization.name)),
        organization_detail: organization.and_then(|organization| {
            let id = shown(&organization.id).map(|id| format!("ID {id}"));
            let parts: Vec<String> = [shown(&organization.kind), shown(&organization.edition), id]
                .into_iter()
                .flatten()
                .collect();
            (!parts.is_empty()).then(|| parts.join(" · "))
        }),
        person: credentials.user().and_then(|user| shown(&user.name)),
        email: credentials.user().and_then(|user| shown(&user.email)),
        data_center: data_center(credentials),
        scopes: credentials.scopes.iter().map(str::to_owned).collect(),
        expires_at: credentials.expires_at_text(),
        expires_in_words: credentials.expires_at.map(|end| in_words(end, now)),
        problems: login.problems.iter().map(problem).collect(),
        notes: credentials.identity.unchecked(),
        handed_over: went_to(login),
        values: values(credentials),
        documents: documents(credentials),
        rehearsal: settings.rehearsal,
    }
}

fn data_center(credentials: &Credentials) -> String {
    let server = credentials.accounts_server.to_string();
    credentials.data_center.map_or(server, |center| {
        format!("{} ({})", center.name, center.code)
    })
}

/// "in 60 minutes, at 11:35 UTC"
fn in_words(end: SystemTime, now: SystemTime) -> String {
    let minutes = end
        .duration_since(now)
        .map_or(0, |left| (left.as_secs() + 30) / 60);
    let stamp = humantime::format_rfc3339_seconds(end).to_string();
    let time = stamp.get(11..16).unwrap_or_default();
    format!("in {minutes} minutes, at {time} UTC")
}

fn problem(error: &Error) -> Problem {
    Problem {
        what: error.to_string(),
        cause: error.cause(),
        remedy: error.remedy(),
    }
}

fn went_to(login: &Login) -> Vec<String> {
    let kept = login.kept.as_ref();
    let kept = kept.map(|(name, place)| format!("Kept in the {place}, as profile {name}."));
    let written = match &login.written {
        Written::Output(format) => format!("Printed in the terminal, as {}.", format.name()),
        Written::File(format, path) => format!(
            "Written to {}, as {}.",
            Foreign::new(path.display().to_string()),
            format.name()
        ),
        Written::Nowhere if kept.is_some() => return kept.into_iter().collect(),
        Written::Nowhere => "Written nowhere: copy them from this page now.".to_owned(),
    };
    kept.into_iter().chain([written]).collect()
}

/// Each value, in the order of Adobe's form.
fn values(credentials: &Credentials) -> Vec<Value> {
    let plain = |label, value: &str| Value {
        label,
        value: value.to_owned().into(),
        secret: false,
    };
    let secret = |label, value: &secrecy::SecretString| Value {
        label,
        value: value.expose_secret().to_owned().into(),
        secret: true,
    };
    let mut values = vec![
        plain("Accounts URL", credentials.accounts_server.as_str()),
        plain("Client ID", credentials.client.id()),
        secret("Client secret", credentials.client.secret()),
        secret("Access token", &credentials.access_token),
    ];
    values.extend(
        credentials
            .refresh_token
            .as_ref()
            .map(|token| secret("Refresh token", token)),
    );
    values.extend(
        credentials
            .api_domain
            .as_ref()
            .map(|domain| plain("API domain", &domain.to_string())),
    );
    values
}

fn documents(credentials: &Credentials) -> Vec<Document> {
    let document = |format: Format| {
        let text = format.document(credentials).ok()?;
        Some(Document {
            format: format.name(),
            purpose: format.purpose(),
            file_name: format.file_name(),
            text,
        })
    };
    Format::ALL.into_iter().filter_map(document).collect()
}
