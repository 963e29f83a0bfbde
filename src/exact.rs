//! Texts with secrets that never grow: a text that outgrows its memory leaves a copy behind that nobody wipes.

use std::io::{Result, Write};
use zeroize::Zeroizing;

/// What is written, in no more memory than it takes: it is written twice, and only counted at first.
///
/// # Panics
/// When writing fails, which neither a count nor memory does, or when it is no UTF-8.
pub(crate) fn exact(write: impl Fn(&mut dyn Write) -> Result<()>) -> Zeroizing<String> {
    const WRITTEN: &str = "neither a count nor memory fails, and only texts are written";
    let mut length = Length(0);
    write(&mut length).expect(WRITTEN);
    let mut bytes = Vec::with_capacity(length.0);
    write(&mut bytes).expect(WRITTEN);
    // Without the error, which would print the bytes.
    Zeroizing::new(String::from_utf8(bytes).map_err(drop).expect(WRITTEN))
}

/// Counts the bytes that are written to it.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_room_that_it_takes() {
        for times in [0, 1, 1000] {
            let text =
                exact(|out| (0..times).try_for_each(|_| out.write_all("secret ü".as_bytes())));
            assert_eq!(text.as_str(), "secret ü".repeat(times));
            assert_eq!(text.capacity(), text.len());
        }
    }
}
