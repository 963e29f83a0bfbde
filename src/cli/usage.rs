//! Settings that cannot be used: what, why and what to do.

use std::fmt::Display;
use std::io;
use zoho_grant::error::Error;

/// A setting that cannot be used.
#[derive(Debug)]
pub struct Usage {
    /// What cannot be done, naming the option.
    pub what: String,
    /// Why.
    pub cause: String,
    /// What to do.
    pub remedy: String,
    /// 2 for settings, 1 for this machine, 130 for a question that was canceled.
    pub exit_code: u8,
}

impl Usage {
    /// An option, or what else the setting came from, cannot be used for this reason.
    pub fn new(option: &str, reason: impl Display, remedy: &str) -> Self {
        Self {
            what: format!("{option} cannot be used."),
            cause: sentence(&reason.to_string()),
            remedy: remedy.to_owned(),
            exit_code: 2,
        }
    }

    /// Something is missing, and there is no terminal to ask on.
    pub fn missing(name: &str, option: &str, console: &str) -> Self {
        Self {
            what: format!("The {name} is missing."),
            cause: "It was not given, and there is no terminal to ask on.".to_owned(),
            remedy: format!("Give {option}; it stands in {console}."),
            exit_code: 2,
        }
    }

    /// A question was not answered.
    pub fn unanswered(error: &io::Error) -> Self {
        let interrupted = error.kind() == io::ErrorKind::Interrupted;
        Self {
            what: "The question was not answered.".to_owned(),
            cause: if interrupted {
                "It was canceled.".to_owned()
            } else {
                sentence(&error.to_string())
            },
            remedy: "Give it by option or variable, or run it again and answer the question."
                .to_owned(),
            exit_code: if interrupted { 130 } else { 2 },
        }
    }

    /// This machine does not give what every program needs.
    pub fn machine(error: &io::Error) -> Self {
        Self {
            what: "The program could not be started.".to_owned(),
            cause: sentence(&error.to_string()),
            remedy: "Free memory and file descriptors, and try again.".to_owned(),
            exit_code: 1,
        }
    }
}

impl From<&Error> for Usage {
    fn from(error: &Error) -> Self {
        let explained = error.explain();
        Self {
            what: error.to_string(),
            cause: explained.cause,
            remedy: explained.remedy,
            exit_code: explained.exit_code,
        }
    }
}

/// A reason as a sentence of its own.
fn sentence(reason: &str) -> String {
    let mut chars = reason.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    let end = if reason.ends_with('.') { "" } else { "." };
    first.chain(chars).collect::<String>() + end
}
