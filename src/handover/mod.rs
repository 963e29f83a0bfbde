//! Writing the credentials for the program that will read the CRM: formats and files.

mod adobe;
pub mod destination;
pub mod dotenv;
pub mod fields;
pub mod file;
pub mod format;
pub mod format_error;
pub mod format_options;
pub mod json;
mod mcp;
pub(crate) mod permissions;
mod postman;
mod rclone;
pub mod remark;
#[cfg(test)]
pub(crate) mod samples;
mod sdk;
mod shell;
pub mod template;
mod text;

use crate::credentials::Credentials;
use crate::untrusted::Untrusted;
use file::{PrivateFile, Unusable};
use format::Form;
use format_error::{FormatError, Unfit};
use format_options::FormatOptions;
use std::io::{self, Write};
use std::path::PathBuf;
use thiserror::Error;

/// Where to write the credentials, and how.
#[derive(Debug)]
pub struct Target {
    /// The form to write.
    pub form: Form,
    /// The person's options for the consumer.
    pub extras: FormatOptions,
    /// The file, or standard output if none.
    pub file: Option<PrivateFile>,
    /// The folder to use if standard output fails too.
    pub last_resort: Option<PathBuf>,
}

/// Where the credentials were written, with the form's name.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    /// Standard output.
    Output(&'static str),
    /// A file.
    File(&'static str, PathBuf),
    /// Nowhere: only the page shows them.
    Nowhere,
}

/// Credentials that could not be written to their destination.
#[derive(Debug, Error)]
#[error(
    "The credentials could not be written to {}: {why}",
    Untrusted::path(place)
)]
pub struct NotWritten {
    /// A file, or "standard output".
    pub place: PathBuf,
    /// Why.
    pub why: Unwritten,
    /// Whether they were printed instead.
    pub printed: bool,
}

/// Why credentials could not be written.
#[derive(Debug, Error)]
pub enum Unwritten {
    /// They cannot be written in this form.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// The file cannot be used.
    #[error("{0}")]
    File(#[from] Unusable),
    /// Standard output cannot be written.
    #[error("{0}")]
    Output(#[from] io::Error),
    /// Zoho issued no refresh token, and the file contains one.
    #[error(
        "it was left unchanged, because it contains a refresh token and there is none to replace it"
    )]
    RefreshTokenSpared,
}

/// Writes the credentials to their destination. If that fails, writes them to standard output in a form that can
/// represent them, and if that fails too, to a new file, and returns the error as well: nothing obtained is lost.
pub fn hand_over(
    credentials: &Credentials,
    target: &Target,
    output: &mut dyn Write,
) -> (Written, Option<NotWritten>) {
    match write(credentials, target, output) {
        Ok(written) => (written, None),
        Err(mut error) => {
            let written = instead(credentials, target, output);
            error.printed = matches!(written, Written::Output(_));
            (written, Some(error))
        }
    }
}

/// Writes the credentials to their destination, or nowhere.
pub fn write(
    credentials: &Credentials,
    target: &Target,
    output: &mut dyn Write,
) -> Result<Written, NotWritten> {
    let (form, extras) = (&target.form, &target.extras);
    let (place, done, written) = if let Some(file) = &target.file {
        let path = file.path.clone();
        let done = to_file(credentials, form, extras, file);
        (path.clone(), done, Written::File(form.name(), path))
    } else {
        let done = to_output(credentials, form, extras, output);
        ("standard output".into(), done, Written::Output(form.name()))
    };
    done.map(|()| written).map_err(|why| NotWritten {
        place,
        why,
        printed: false,
    })
}

/// The form itself can fail on standard output too; JSON can represent everything.
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
) -> Result<(), Unwritten> {
    let document = form.document(credentials, extras)?;
    output.write_all(document.as_bytes())?;
    Ok(output.flush()?)
}

fn to_file(
    credentials: &Credentials,
    form: &Form,
    extras: &FormatOptions,
    file: &PrivateFile,
) -> Result<(), Unwritten> {
    let read = form.is_merged().then(|| file.read());
    let (existing, _) = read.transpose()?.unwrap_or_default();
    if credentials.refresh_token.is_none() && holds_refresh_token(&existing, extras) {
        return Err(Unwritten::RefreshTokenSpared);
    }
    let document = if existing.is_empty() {
        form.document(credentials, extras)?
    } else {
        dotenv::merged(credentials, extras, &existing).map_err(|why| FormatError {
            form: Unfit::Format(form.name()),
            why,
        })?
    };
    Ok(file.write(&document)?)
}

/// Whether the file contains a refresh token, which may be the only one that works.
fn holds_refresh_token(existing: &str, extras: &FormatOptions) -> bool {
    let name = extras.env_prefix.name("REFRESH_TOKEN");
    let mut lines = dotenv::read(existing).into_iter();
    lines.any(|(set, value)| set == name && !value.is_empty())
}

#[cfg(test)]
mod tests;
