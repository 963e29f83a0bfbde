//! Any list of scopes: RFC 6749 section 3.3 allows whatever is accepted, and it parses to the same list again.

use zoho_grant::zoho::scopes::{NotScopes, Scopes, has_usual_shape};

/// Checks one input: the list.
pub fn check(input: &[u8]) {
    let Ok(list) = str::from_utf8(input) else {
        return;
    };
    let words: Vec<&str> = list
        .split([',', ' ', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty())
        .collect();
    match Scopes::parse(list) {
        Ok(scopes) => taken(&scopes, &words),
        Err(NotScopes::Empty) => assert!(words.is_empty()),
        Err(NotScopes::Character(char)) => {
            assert!(list.contains(char) && !is_allowed(char), "{char:?}");
        }
    }
}

fn taken(scopes: &Scopes, words: &[&str]) {
    let mut once: Vec<&str> = Vec::new();
    for word in words {
        assert!(word.chars().all(is_allowed));
        if !once.contains(word) {
            once.push(word);
        }
        assert!(!scopes.allow_reading(word) || words.len() > 1);
    }
    assert_eq!(scopes.iter().collect::<Vec<_>>(), once);
    for separator in [",", " "] {
        assert_eq!(
            Scopes::parse(&scopes.joined(separator)).as_ref(),
            Ok(scopes)
        );
    }
    for word in once {
        let reads = word.strip_suffix(".READ").or(word.strip_suffix(".ALL"));
        assert!(reads.is_none_or(|group| scopes.allow_reading(group)));
        let usual = word.split('.').count() >= 3 && word.strip_suffix(".READ").is_some();
        assert!(!usual || word.contains("..") || word.starts_with('.') || has_usual_shape(word));
    }
}

fn is_allowed(char: char) -> bool {
    char.is_ascii_graphic() && !['"', '\\', ','].contains(&char)
}
