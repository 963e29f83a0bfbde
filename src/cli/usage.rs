//! Why a command failed and what to do next, for unusable settings and for the library's errors.

use std::fmt::Display;
use std::io;
use zoho_grant::error::{Error, explain};

/// Why a command could not finish.
#[derive(Debug)]
pub struct Usage {
    /// What could not be done, naming the option.
    pub what: String,
    /// The cause.
    pub cause: String,
    /// What to do next.
    pub remedy: String,
    /// 2 for settings, 1 for this machine, 130 for a canceled prompt, otherwise the error's exit code.
    pub exit_code: u8,
}

impl Usage {
    /// Wrong usage or settings.
    pub fn wrong(what: impl Into<String>, cause: String, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cause,
            remedy: remedy.into(),
            exit_code: 2,
        }
    }

    /// An option, or another source of the setting, cannot be used for this reason.
    pub fn new(option: &str, reason: impl Display, remedy: &str) -> Self {
        let what = format!("{option} cannot be used.");
        Self::wrong(what, sentence(&reason.to_string()), remedy)
    }

    /// The same with another exit code.
    pub fn exiting(self, exit_code: u8) -> Self {
        Self { exit_code, ..self }
    }

    /// A value is missing, and there is no terminal to prompt on.
    pub fn missing(name: &str, option: &str, console: &str) -> Self {
        Self::wrong(
            format!("The {name} is missing."),
            "It was not provided, and there is no terminal to prompt for it.".to_owned(),
            format!("Pass {option}; {console} shows it."),
        )
    }

    /// A prompt was not answered.
    pub fn unanswered(error: &io::Error) -> Self {
        let (cause, exit_code) = match error.kind() {
            io::ErrorKind::Interrupted => ("You canceled it.".to_owned(), 130),
            _ => (sentence(&error.to_string()), 2),
        };
        let remedy = "Run the command again and answer the question, or pass the answer as an option or a variable.";
        Self::wrong("The question was not answered.", cause, remedy).exiting(exit_code)
    }

    /// This machine lacks something that every program needs.
    pub fn machine(error: &io::Error) -> Self {
        let cause = sentence(&error.to_string());
        let remedy = "Free some memory and file descriptors, and try again.";
        Self::wrong("The program could not be started.", cause, remedy).exiting(1)
    }
}

impl From<Error> for Usage {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<&Error> for Usage {
    fn from(error: &Error) -> Self {
        let explained = error.explain();
        Self {
            what: error.to_string(),
            remedy: explained.next(),
            cause: explained.cause,
            exit_code: explained.exit_code,
        }
    }
}

/// Turns a reason into a sentence. An identifier at its beginning keeps its case.
fn sentence(reason: &str) -> String {
    let first_word = reason.split(' ').next().unwrap_or_default();
    let first_word = first_word.trim_end_matches([',', ';', ':', '.']);
    let is_identifier = first_word.contains(|char: char| !(char.is_alphabetic() || char == '\''));
    let mut sentence = reason.to_owned();
    if !is_identifier {
        sentence = explain::capitalized(reason);
    }
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_the_case_of_an_identifier() {
        for (reason, expected) in [
            ("it is empty", "It is empty."),
            ("that's all.", "That's all."),
            ("nothing", "Nothing."),
            ("expires_at is missing", "expires_at is missing."),
            ("https://a.example is not", "https://a.example is not."),
            ("zoho.env: not found", "zoho.env: not found."),
            ("adobe-json needs it", "adobe-json needs it."),
        ] {
            assert_eq!(sentence(reason), expected);
        }
    }
}
