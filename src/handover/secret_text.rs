//! Texts that hold secrets: wiped when they go, and large enough from the start.

use zeroize::Zeroizing;

/// More than a document of ours takes: a text that outgrows its memory leaves a copy behind that nobody wipes.
pub(super) const DOCUMENT_BYTES: usize = 16 * 1024;

/// An empty text with room for a document and so many bytes beside it.
pub(super) fn secret_text(beside: usize) -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(DOCUMENT_BYTES + beside))
}

/// The same text in no more memory than it takes; the room it had is wiped.
pub(crate) fn fitted(text: &Zeroizing<String>) -> Zeroizing<String> {
    Zeroizing::new(text.as_str().to_owned())
}
