//! Text from outside: a query, a response from Zoho, a file name.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// How many characters of untrusted text are shown.
pub(crate) const SHOWN: usize = 200;

/// Text from outside. Its `Display` is safe for a terminal: one line, at most 200 characters,
/// control, escape and bidirectional characters made visible.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Untrusted(String);

impl Untrusted {
    /// Wraps text as received.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A path, whose name anyone may have chosen.
    pub fn path(path: &Path) -> Self {
        Self(path.display().to_string())
    }

    /// The text as received, for formats that do their own escaping.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut count = 0;
        for char in self.0.chars() {
            let piece = shown(char);
            count += piece.chars().count();
            if count > SHOWN {
                return out.write_str("…");
            }
            out.write_str(&piece)?;
        }
        Ok(())
    }
}

/// A complete text for a terminal, with the same characters made visible, except line breaks and tabs.
pub fn visible(text: &str) -> String {
    let laid_out = |char| match char {
        '\n' | '\t' => char.to_string(),
        char => shown(char),
    };
    text.chars().map(laid_out).collect()
}

fn shown(char: char) -> String {
    if is_hidden(char) {
        char.escape_default().to_string()
    } else {
        char.to_string()
    }
}

/// Whether a terminal would not simply show the character: control, bidirectional and invisible characters.
pub(crate) fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{61c}' | '\u{ad}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidirectional_characters_become_visible() {
        let text = Untrusted::new("a\u{1b}[31mred\nnext\r\0\u{9b}2J\u{202e}gpj\u{2066}x");
        assert_eq!(
            text.to_string(),
            r"a\u{1b}[31mred\nnext\r\u{0}\u{9b}2J\u{202e}gpj\u{2066}x"
        );
    }

    #[test]
    fn ordinary_letters_of_any_script_stay() {
        assert_eq!(Untrusted::new("Zoë 株式会社").to_string(), "Zoë 株式会社");
    }

    #[test]
    fn at_most_200_characters_are_shown() {
        let shown = Untrusted::new("é".repeat(5000)).to_string();
        assert_eq!(shown.chars().count(), 201);
        let escaped = Untrusted::new("\u{1b}".repeat(5000)).to_string();
        assert!(escaped.chars().count() <= 201, "{}", escaped.len());
    }
}
