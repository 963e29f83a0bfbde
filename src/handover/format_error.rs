//! Why credentials cannot be written in a form. Values are named, never shown.

use crate::handover::format_options::Need;
use crate::zoho::data_centers::DataCenter;
use thiserror::Error;

/// Why credentials cannot be written in a form. `Display` continues after the form's name.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Why {
    /// A value that the form cannot represent.
    #[error("cannot represent the {0}: it contains characters that have a special meaning there")]
    CannotCarry(&'static str),
    /// The consumer does not support the data center.
    #[error(
        "supports only these data centers: {}; and not {}",
        known.join(", "),
        theirs.map_or_else(|| "an unknown one".to_owned(), ToString::to_string)
    )]
    DataCenter {
        /// The codes of those that it supports.
        known: &'static [&'static str],
        /// The credentials' data center, if it is known.
        theirs: Option<&'static DataCenter>,
    },
    /// Something that the consumer needs is missing.
    #[error("needs {0}")]
    Missing(Need),
    /// A scope that the consumer needs is not requested.
    #[error("needs the scope {0}.READ, which is not requested")]
    Scope(&'static str),
    /// A value that only the CRM provides, and it will not be asked.
    #[error("needs the {0}, which only the CRM provides, and the CRM will not be asked for it")]
    NotAsked(&'static str),
    /// The requested value was not obtained.
    #[error("was not obtained")]
    Absent,
    /// A name of the template has no value.
    #[error("contains {{{0}}}, which was not obtained")]
    AbsentName(&'static str),
}
