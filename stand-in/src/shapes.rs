//! Random values in the same shapes as Zoho's.

const CLIENT_ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A client ID: `1000.` and 30 uppercase letters or digits.
pub fn client_id() -> String {
    let letter = || char::from(CLIENT_ALPHABET[rand::random_range(0..CLIENT_ALPHABET.len())]);
    let id: String = std::iter::repeat_with(letter).take(30).collect();
    format!("1000.{id}")
}

/// A client secret: 42 hexadecimal digits.
pub fn client_secret() -> String {
    format!(
        "{:032x}{:010x}",
        rand::random::<u128>(),
        rand::random::<u64>() >> 24
    )
}

/// A grant, refresh or access token: `1000.`, 32 hexadecimal digits, a dot, 32 more.
pub fn token() -> String {
    format!(
        "1000.{:032x}.{:032x}",
        rand::random::<u128>(),
        rand::random::<u128>()
    )
}

/// A name for one pending consent.
pub fn ticket() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// A code to type on another device: it has no vowels, so it forms no words.
pub fn user_code() -> String {
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let letter = || char::from(LETTERS[rand::random_range(0..LETTERS.len())]);
    let letters: String = std::iter::repeat_with(letter).take(8).collect();
    format!("{}-{}", &letters[..4], &letters[4..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_zohos() {
        let id = client_id();
        assert_eq!(id.len(), 35);
        assert!(
            id[5..].bytes().all(|byte| CLIENT_ALPHABET.contains(&byte)),
            "{id}"
        );
        assert_eq!(client_secret().len(), 42);
        let token = token();
        let parts: Vec<_> = token.split('.').map(str::len).collect();
        assert_eq!(parts, [4, 32, 32]);
        assert_ne!(token, super::token());
    }
}
