//! The form in which the credentials go out: a format of the table, one value, or a text of the person's own.

use crate::credentials::Credentials;
use crate::handover::fields::Field;
use crate::handover::format::Format;
use crate::handover::format_error::{FormatError, Why};
use crate::handover::format_options::FormatOptions;
use crate::handover::remark::Remark;
use crate::handover::template::{self, Template};
use zeroize::Zeroizing;

/// What is written.
#[derive(Clone, Debug)]
pub enum Form {
    /// The document of a format.
    Format(&'static Format),
    /// One bare value.
    Field(&'static Field),
    /// A text of the person's own with values in it.
    Template(Template),
}

impl Form {
    /// The format with this name.
    pub fn named(name: &str) -> Option<Self> {
        Format::named(name).map(Self::Format)
    }

    /// What people call it: "json", "refresh_token".
    pub fn name(&self) -> &'static str {
        match self {
            Self::Format(format) => format.name,
            Self::Field(field) => field.name,
            Self::Template(_) => "the template",
        }
    }

    /// Whether it is put into an existing file, which else would be replaced.
    pub fn is_merged(&self) -> bool {
        matches!(self, Self::Format(format) if format.is_merged())
    }

    /// What a person should know before relying on it.
    pub fn remarks(&self) -> &'static [Remark] {
        match self {
            Self::Format(format) => format.remarks,
            Self::Field(_) | Self::Template(_) => &[],
        }
    }

    /// Why no login can end in this form, as far as that is known before: `told` says whether the CRM will be asked
    /// about the organisation.
    pub fn hopeless(&self, extras: &FormatOptions, told: bool) -> Option<FormatError> {
        match self {
            Self::Format(format) => format.hopeless(extras, told),
            Self::Field(_) | Self::Template(_) => None,
        }
    }

    /// The whole document, ending in a newline.
    pub fn document(
        &self,
        credentials: &Credentials,
        extras: &FormatOptions,
    ) -> Result<Zeroizing<String>, FormatError> {
        let unfit = |why: Why| FormatError {
            form: self.name(),
            why,
        };
        match self {
            Self::Format(format) => format.document(credentials, extras),
            Self::Field(field) => template::bare(field, credentials, extras).map_err(unfit),
            Self::Template(template) => template.document(credentials, extras).map_err(unfit),
        }
    }
}
