//! Handing the credentials to whoever will read the CRM: formats and files.

mod access;
mod adobe;
mod airbyte;
pub mod dotenv;
pub mod extras;
pub mod fields;
pub mod file;
pub mod form;
pub mod format;
mod json;
mod needed;
pub mod remark;
#[cfg(test)]
pub(crate) mod samples;
mod sdk;
mod shell;
mod singer;
pub mod template;
mod text;
pub mod unfit;
pub mod variables;

use crate::credentials::Credentials;
use crate::error::Error;
use extras::Extras;
use file::OutputFile;
use form::Form;
use std::io::Write;
use std::path::PathBuf;

/// Where the credentials shall go.
#[derive(Debug)]
pub struct Target {
    /// In which form.
    pub form: Form,
    /// What the person added for the reader.
    pub extras: Extras,
    /// To which file; to standard output otherwise.
    pub file: Option<OutputFile>,
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
/// form that can carry it, with the error beside it: nothing obtained is lost.
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
                *printed = written != Written::Nowhere;
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
    Written::Nowhere
}

fn to_output(
    credentials: &Credentials,
    form: &Form,
    extras: &Extras,
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

fn to_file(credentials: &Credentials, target: &Target, file: &OutputFile) -> Result<(), Error> {
    let existing = if target.form.is_merged() {
        file.existing()?
    } else {
        None
    };
    let existing = existing.as_ref().map_or("", |text| text.as_str());
    let document = target
        .form
        .document_into(credentials, &target.extras, existing)
        .map_err(|unfit| file.unfit(&unfit))?;
    file.write(document.as_bytes())
}

#[cfg(test)]
mod tests;
