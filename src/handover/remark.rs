//! What to know before relying on a format.

/// Something to know about a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// One or two sentences.
    pub text: &'static str,
    /// A link to the vendor's page: its title and address.
    pub link: Option<(&'static str, &'static str)>,
}
