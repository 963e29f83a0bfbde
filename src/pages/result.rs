//! The page at the end of a login: from what happened to what a person sees.

use crate::credentials::Credentials;
use crate::error::Error;
use crate::error::explain::{self, Explanation};
use crate::handover::Written;
use crate::handover::fields::View;
use crate::handover::format::{FORMATS, Form};
use crate::handover::format_options::FormatOptions;
use crate::login::outcome::Outcome;
use crate::pages::{self, MessageView, Page, Problem, Reader, ResultView, Tone, Value};
use crate::settings::Settings;
use crate::untrusted::Untrusted;
use std::time::SystemTime;
use zeroize::Zeroizing;

/// What a person must check when nobody could see which user brought Zoho's response.
const SENDER_UNSEEN: &str = "The connection that brought Zoho's response closed before zoho-grant could see which \
     user of this machine it belonged to. Check that the organization and the person are yours; if not, revoke these credentials.";

/// The page for an outcome; `now` dates the end of the access token.
pub(crate) fn of(outcome: &Result<Outcome, Error>, settings: &Settings, now: SystemTime) -> Page {
    match outcome {
        Ok(login) => pages::result(&result(login, settings, now)),
        Err(error) => pages::message(&message(error, settings)),
    }
}

fn message(error: &Error, settings: &Settings) -> MessageView {
    let refused = matches!(error, Error::Refused);
    let Explanation { cause, remedy, .. } = error.explain();
    MessageView {
        tone: if refused { Tone::Neutral } else { Tone::Bad },
        title: if refused {
            "Consent refused"
        } else {
            "No credentials obtained"
        }
        .to_owned(),
        paragraphs: vec![error.to_string(), cause],
        next: vec![remedy],
        rehearsal: settings.rehearsal,
    }
}

fn result(login: &Outcome, settings: &Settings, now: SystemTime) -> ResultView {
    let credentials = &login.credentials;
    let shown = |text: &Option<Untrusted>| text.as_ref().map(Untrusted::to_string);
    let organization = credentials.organization();
    let good = login.problems.is_empty() && !login.sender_unseen;
    ResultView {
        tone: if good { Tone::Good } else { Tone::Attention },
        title: title(login).to_owned(),
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
        scopes: granted(credentials),
        expires_at: credentials.expires_at_text(),
        expires_in_words: credentials.expires_at.map(|end| in_words(end, now)),
        problems: login.problems.iter().map(problem).collect(),
        notes: notes(login),
        handed_over: went_to(login),
        values: values(credentials, &settings.target.extras),
        readers: readers(credentials, &settings.target.extras),
        rehearsal: settings.rehearsal,
    }
}

fn notes(login: &Outcome) -> Vec<String> {
    let unseen = login.sender_unseen.then(|| SENDER_UNSEEN.to_owned());
    unseen
        .into_iter()
        .chain(explain::unchecked(&login.credentials.identity))
        .collect()
}

/// A good exchange proves nothing about the CRM: only its own answer does.
fn title(login: &Outcome) -> &'static str {
    let identity = &login.credentials.identity;
    if !login.problems.is_empty() {
        "Credentials obtained, with a problem"
    } else if identity.organization.is_ok() || identity.user.is_ok() {
        "Zoho CRM is connected"
    } else {
        "Credentials obtained, unchecked"
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
    let Explanation { cause, remedy, .. } = error.explain();
    Problem {
        what: error.to_string(),
        cause,
        remedy,
    }
}

fn went_to(login: &Outcome) -> Vec<String> {
    let kept = login.kept.as_ref();
    let kept = kept.map(|(name, place)| format!("Stored in the {place}, as profile {name}."));
    let written = match &login.written {
        Written::Output(form) => format!("Written to standard output, as {form}."),
        Written::File(form, path) => {
            let path = Untrusted::path(path);
            format!("Written to {path}, as {form}.")
        }
        Written::Nowhere if kept.is_some() => return kept.into_iter().collect(),
        Written::Nowhere => "Written nowhere: copy them from this page now.".to_owned(),
    };
    kept.into_iter().chain([written]).collect()
}

fn granted(credentials: &Credentials) -> Vec<String> {
    let scopes = credentials.scopes.as_ref();
    scopes.map_or_else(Vec::new, |scopes| {
        scopes.iter().map(str::to_owned).collect()
    })
}

/// Each value: the six of Adobe's form first, in its order.
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

fn readers(credentials: &Credentials, extras: &FormatOptions) -> Vec<Reader> {
    let readers = FORMATS.iter().map(|format| Reader {
        format: format.name,
        title: format.title,
        purpose: format.purpose,
        file_name: format.file_name,
        remarks: format.remarks,
        document: Form::Format(format)
            .document(credentials, extras)
            .map_err(|unfit| format!("{unfit}. {}", explain::format(&unfit.why))),
    });
    readers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;

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
    fn a_reader_that_cannot_be_served_says_why_and_what_to_do() {
        let readers = readers(&samples::full(), &FormatOptions::default());
        assert_eq!(readers.len(), FORMATS.len());
        assert_eq!(readers[0].format, "adobe");
        assert!(readers[0].document.is_ok());
        let refused = |name| {
            let reader = readers.iter().find(|reader| reader.format == name);
            reader.and_then(|reader| reader.document.as_ref().err().cloned())
        };
        assert_eq!(
            refused("singer").unwrap(),
            "the format singer supports only these data centers: us; and not Europe (eu). \
             Choose another --format: json is good in every data center."
        );
        assert_eq!(refused("airbyte"), None);
    }
}
