//! Why credentials cannot take a form. Values are named, never shown.

use crate::handover::format::{Format, TEMPLATE};
use crate::handover::format_options::Need;
use crate::zoho::data_centers::DataCenter;
use thiserror::Error;

/// Credentials that cannot take a form.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{} {why}", subject(form))]
pub struct FormatError {
    /// The form's name.
    pub form: &'static str,
    /// Why.
    pub why: Why,
}

/// Why credentials cannot take a form; reads on from its name.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Why {
    /// A value that the form cannot represent.
    #[error("cannot carry the {0}: it holds characters that would change their meaning there")]
    CannotCarry(&'static str),
    /// The consumer does not know the data center.
    #[error("supports only these data centers: {}; and not {}", known.join(", "), place(*theirs))]
    DataCenter {
        /// Codes of those that it knows.
        known: &'static [&'static str],
        /// That of the credentials, when it is of the table.
        theirs: Option<&'static DataCenter>,
    },
    /// Something that the consumer needs is not there.
    #[error("needs {}", .0.what())]
    Missing(Need),
    /// A scope that its consumer needs is not asked for.
    #[error("needs the scope {0}.READ, which is not asked for")]
    Scope(&'static str),
    /// A value that the CRM alone tells, and it will not be asked.
    #[error("needs the {0}, which the CRM alone tells, and it will not be asked")]
    NotAsked(&'static str),
    /// The one value that was asked for is not there.
    #[error("is not among what was obtained")]
    Absent,
    /// A name of the template has no value.
    #[error("names {{{0}}}, which is not among what was obtained")]
    AbsentName(&'static str),
}

impl Need {
    /// Reads on from "needs".
    pub fn what(self) -> &'static str {
        match self {
            Self::AccessToken => "an access token",
            Self::RefreshToken => "a refresh token, which is not there",
            Self::ApiDomain => "the API domain, which Zoho did not tell",
            Self::Endpoint => "an endpoint, and there is none known for this accounts server",
            Self::Environment => "the organization's environment, which is not known from Zoho",
            Self::StartDate => "a start date",
            Self::UserAgent => "a user agent",
        }
    }
}

fn subject(form: &str) -> String {
    match form {
        TEMPLATE => form.to_owned(),
        _ if Format::named(form).is_some() => format!("the format {form}"),
        _ => format!("the value {form}"),
    }
}

fn place(center: Option<&DataCenter>) -> String {
    center.map_or_else(
        || "an unknown one".to_owned(),
        |center| format!("{} ({})", center.name, center.code),
    )
}
