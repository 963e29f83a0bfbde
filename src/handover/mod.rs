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
pub(crate) mod shell;
pub mod template;
mod text;

use crate::credentials::Credentials;
use crate::untrusted::Untrusted;
use fields::View;
use file::{PrivateFile, Unusable};
use format::{Form, FormatError};
use format_options::FormatOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
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

impl Target {
    /// The credentials as this target's consumer sees them.
    pub fn view<'a>(&'a self, credentials: &'a Credentials) -> View<'a> {
        View {
            credentials,
            options: &self.extras,
        }
    }
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
    let of = target.view(credentials);
    let form = &target.form;
    let (place, written) = match &target.file {
        Some(file) => (file.path.as_path(), to_file(of, form, file)),
        None => (Path::new("standard output"), to_output(of, form, output)),
    };
    written.map_err(|why| NotWritten {
        place: place.to_owned(),
        why,
        printed: false,
    })
}

/// The form itself can fail on standard output too; JSON can represent everything.
fn instead(credentials: &Credentials, target: &Target, output: &mut dyn Write) -> Written {
    let of = target.view(credentials);
    let json = Form::named("json").expect("it is a known format");
    let wanted = target.file.as_ref().map(|_| &target.form);
    for form in wanted.into_iter().chain([&json]) {
        if let Ok(written) = to_output(of, form, output) {
            return written;
        }
    }
    let rescued = target.last_resort.as_deref().and_then(|folder| {
        let document = json.document(of).ok()?;
        file::rescue(folder, &document).ok()
    });
    rescued.map_or(Written::Nowhere, |path| Written::File(json.name(), path))
}

fn to_output(of: View, form: &Form, output: &mut dyn Write) -> Result<Written, Unwritten> {
    let document = form.document(of)?;
    output.write_all(document.as_bytes())?;
    output.flush()?;
    Ok(Written::Output(form.name()))
}

fn to_file(of: View, form: &Form, file: &PrivateFile) -> Result<Written, Unwritten> {
    let document = if form.is_merged() {
        let (existing, _) = file.read()?;
        if of.credentials.refresh_token.is_none() && holds_refresh_token(&existing, of.options) {
            return Err(Unwritten::RefreshTokenSpared);
        }
        dotenv::merged(of, &existing).map_err(|why| form.unfit(why))?
    } else {
        form.document(of)?
    };
    file.write(&document)?;
    Ok(Written::File(form.name(), file.path.clone()))
}

/// Whether the file contains a refresh token, which may be the only one that works.
fn holds_refresh_token(existing: &str, extras: &FormatOptions) -> bool {
    let name = extras.env_prefix.name("REFRESH_TOKEN");
    let mut lines = dotenv::read(existing).into_iter();
    lines.any(|(set, value)| set == name && !value.is_empty())
}

#[cfg(test)]
mod tests;
