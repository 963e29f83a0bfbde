//! Handing the credentials to whoever will read the CRM: formats and files.

pub mod dotenv;
pub mod file;
mod json;
#[cfg(test)]
pub(crate) mod samples;
mod text;

use crate::credentials::Credentials;
use crate::error::Error;
use file::OutputFile;
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;
use thiserror::Error;
use zeroize::Zeroizing;

/// A form in which credentials can be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Labelled lines for people.
    Text,
    /// One JSON object.
    Json,
    /// `NAME=value` lines.
    Dotenv,
}

/// A value that a format has no way to carry; named, never shown.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "{format} cannot carry the {field}: it holds characters that would change their meaning there"
)]
pub struct CannotCarry {
    /// The format.
    pub format: &'static str,
    /// The field.
    pub field: &'static str,
}

/// Where the credentials shall go.
#[derive(Debug)]
pub struct Target {
    /// In which form.
    pub format: Format,
    /// To which file; to standard output otherwise.
    pub file: Option<OutputFile>,
}

/// Where the credentials went.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    /// Standard output, in this format.
    Output(Format),
    /// A file, in this format.
    File(Format, PathBuf),
    /// Nowhere: only the page shows them.
    Nowhere,
}

impl Format {
    /// Every format, in the order in which help and page show them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Json, Self::Dotenv];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Dotenv => "dotenv",
        }
    }

    /// What it is for, in a few words.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Text => "labelled lines to read and copy from",
            Self::Json => "one object for programs",
            Self::Dotenv => ".env files, docker --env-file, CI secrets",
        }
    }

    /// The file name that the page offers.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Text => "zoho-credentials.txt",
            Self::Json => "zoho-credentials.json",
            Self::Dotenv => "zoho.env",
        }
    }

    /// The whole document, ending in a newline.
    pub fn document(self, credentials: &Credentials) -> Result<Zeroizing<String>, CannotCarry> {
        match self {
            Self::Text => Ok(text::document(credentials)),
            Self::Json => Ok(json::document(credentials)),
            Self::Dotenv => dotenv::document(credentials, None),
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or(())
    }
}

/// Writes the credentials where they shall go. What cannot go there goes to standard output instead, in a
/// format that can carry it, with the error beside it: nothing obtained is lost.
pub fn hand_over(
    credentials: &Credentials,
    target: &Target,
    output: &mut dyn Write,
) -> (Written, Option<Error>) {
    let format = target.format;
    let outcome = match &target.file {
        Some(file) => to_file(credentials, format, file)
            .map(|()| Written::File(format, file.path().to_owned())),
        None => to_output(credentials, format, output).map(|()| Written::Output(format)),
    };
    match outcome {
        Ok(written) => (written, None),
        Err(error) => (instead(credentials, target, output), Some(error)),
    }
}

/// Text can be cut by `NAME=value` lines; JSON carries everything.
fn instead(credentials: &Credentials, target: &Target, output: &mut dyn Write) -> Written {
    let mut formats = if target.file.is_some() {
        vec![target.format]
    } else {
        Vec::new()
    };
    formats.push(Format::Json);
    for format in formats {
        if to_output(credentials, format, output).is_ok() {
            return Written::Output(format);
        }
    }
    Written::Nowhere
}

fn to_output(
    credentials: &Credentials,
    format: Format,
    output: &mut dyn Write,
) -> Result<(), Error> {
    let failed = |reason: String| Error::NotWritten {
        place: "standard output".into(),
        reason,
        remedy: "The page in the browser shows them once. Run the login again with --output FILE if it is gone.",
    };
    let document = format
        .document(credentials)
        .map_err(|cannot| failed(cannot.to_string()))?;
    let written = output
        .write_all(document.as_bytes())
        .and_then(|()| output.flush());
    written.map_err(|error| failed(error.to_string()))
}

fn to_file(credentials: &Credentials, format: Format, file: &OutputFile) -> Result<(), Error> {
    let existing = match format {
        Format::Dotenv => file.existing()?,
        _ => None,
    };
    let document = match format {
        Format::Dotenv => {
            dotenv::document(credentials, existing.as_ref().map(|text| text.as_str()))
        }
        _ => format.document(credentials),
    };
    let document = document.map_err(|cannot| file.not_written(cannot.to_string()))?;
    file.write(document.as_bytes())
}
