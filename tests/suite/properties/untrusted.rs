//! Any external text: shown on one line, short, and without characters that a terminal obeys.

use zoho_grant::untrusted::Untrusted;

/// Checks one input: the text.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let shown = Untrusted::new(text.as_ref()).to_string();
    assert!(shown.chars().count() <= 201, "{shown:?}");
    for char in shown.chars() {
        let breaks = matches!(char, '\u{2028}' | '\u{2029}');
        assert!(!char.is_control() && !breaks && !turns(char), "{shown:?}");
    }
    if text.len() <= 200 && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        assert_eq!(shown, text);
    }
    assert_eq!(Untrusted::new(text.as_ref()).raw(), text);
}

/// Whether a character has Unicode's property `Bidi_Control`.
fn turns(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
