//! Handing the credentials to whoever will read the CRM: formats and files.

mod adobe;
pub mod dotenv;
pub mod fields;
pub mod file;
pub mod format;
pub mod format_error;
pub mod format_options;
mod json;
mod needed;
pub(crate) mod permissions;
pub mod remark;
#[cfg(test)]
pub(crate) mod samples;
mod sdk;
mod shell;
pub mod template;
mod text;

use crate::credentials::Credentials;
use crate::error::Error;
use file::{PrivateFile, Unusable};
use format::Form;
use format_error::FormatError;
use format_options::FormatOptions;
use std::io::Write;
use std::path::PathBuf;

/// What to do where a file took nothing.
const MEND: &str =
    "Copy them from the terminal or the page now, or mend the path and run the login again.";

/// Where the credentials shall go.
#[derive(Debug)]
pub struct Target {
    /// In which form.
    pub form: Form,
    /// What the person added for the reader.
    pub extras: FormatOptions,
    /// To which file; to standard output otherwise.
    pub file: Option<PrivateFile>,
    /// The folder for what standard output does not take either.
    pub last_resort: Option<PathBuf>,
}

/// Where the credentials went, each with the form's name.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    /// Standard output.
    Output(&'static str),
    /// A file.
    File(&'static str, PathBuf),
    /// Nowhere: only the page shows them.
    Nowhere,
}

/// Writes the credentials where they shall go. What cannot go there goes to standard output instead, in a
/// form that can carry it, and where that is gone to a file of its own, with the error beside it: nothing obtained is
/// lost.
pub fn hand_over(
    credentials: &Credentials,
    target: &Target,
    output: &mut dyn Write,
) -> (Written, Option<Error>) {
    match write(credentials, target, output) {
        Ok(written) => (written, None),
        Err(mut error) => {
            let written = instead(credentials, target, output);
            if let Error::NotWritten { printed, .. } = &mut error {
                *printed = matches!(written, Written::Output(_));
            }
            (written, Some(error))
        }
    }
}

/// Writes the credentials where they shall go, or nowhere.
pub fn write(
    credentials: &Credentials,
    target: &Target,
    output: &mut dyn Write,
) -> Result<Written, Error> {
    let name = target.form.name();
    match &target.file {
        Some(file) => {
            to_file(credentials, target, file).map(|()| Written::File(name, file.path().to_owned()))
        }
        None => to_output(credentials, &target.form, &target.extras, output)
            .map(|()| Written::Output(name)),
    }
}

/// The form itself can fail on standard output too; JSON carries everything.
fn instead(credentials: &Credentials, target: &Target, output: &mut dyn Write) -> Written {
    let wanted = target.file.as_ref().map(|_| target.form.clone());
    for form in wanted.into_iter().chain(Form::named("json")) {
        if to_output(credentials, &form, &target.extras, output).is_ok() {
            return Written::Output(form.name());
        }
    }
    let kept = target.last_resort.as_deref().and_then(|folder| {
        let form = Form::named("json")?;
        let document = form.document(credentials, &target.extras).ok()?;
        Some(Written::File(
            form.name(),
            file::rescue(folder, &document).ok()?,
        ))
    });
    kept.unwrap_or(Written::Nowhere)
}

fn to_output(
    credentials: &Credentials,
    form: &Form,
    extras: &FormatOptions,
    output: &mut dyn Write,
) -> Result<(), Error> {
    let failed = |reason: String, remedy: &'static str| Error::NotWritten {
        place: "standard output".into(),
        reason,
        printed: false,
        remedy,
    };
    let document = form
        .document(credentials, extras)
        .map_err(|unfit| failed(unfit.to_string(), unfit.why.remedy()))?;
    let written = output
        .write_all(document.as_bytes())
        .and_then(|()| output.flush());
    written.map_err(|error| {
        let remedy = "A page in the browser, if one waits, shows them once. Otherwise run the command again with --output FILE.";
        failed(error.to_string(), remedy)
    })
}

fn to_file(credentials: &Credentials, target: &Target, file: &PrivateFile) -> Result<(), Error> {
    let (form, extras) = (&target.form, &target.extras);
    let not_written = |reason: String, remedy| Error::NotWritten {
        place: file.path().to_owned(),
        reason,
        printed: false,
        remedy,
    };
    let unusable = |unusable: Unusable| not_written(unusable.to_string(), MEND);
    let existing = if form.is_merged() {
        file.read().map_err(unusable)?
    } else {
        None
    };
    let existing = existing.map(|(text, _)| text).unwrap_or_default();
    if credentials.refresh_token.is_none() && holds_refresh_token(&existing, extras) {
        return Err(Error::RefreshTokenSpared(file.path().to_owned()));
    }
    let document = if existing.is_empty() {
        form.document(credentials, extras)
    } else {
        dotenv::merged(credentials, extras, &existing).map_err(|why| FormatError {
            form: form.name(),
            why,
        })
    };
    let document = document.map_err(|unfit| not_written(unfit.to_string(), unfit.why.remedy()))?;
    file.write(&document).map_err(unusable)
}

/// The one that is there may be the only one that works.
fn holds_refresh_token(existing: &str, extras: &FormatOptions) -> bool {
    let name = extras.env_prefix.name("REFRESH_TOKEN");
    let mut lines = dotenv::read(existing).into_iter();
    lines.any(|(set, value)| set == name && !value.is_empty())
}

#[cfg(test)]
mod tests;
