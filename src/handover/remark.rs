//! What to know before relying on a format.

/// Something to know about a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// One or two sentences.
    pub text: &'static str,
    /// The page of its maker that says more: what the link is called, and its address.
    pub link: Option<(&'static str, &'static str)>,
}
