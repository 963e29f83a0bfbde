//! `dotenv`: `NAME=value` lines without quotes, because `docker run --env-file` keeps them; new, or merged
//! into an existing file.

use crate::credentials::Credentials;
use crate::foreign::Foreign;
use crate::handover::CannotCarry;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

/// The lines of ours. A name without a value now is removed from an existing file, so that no old
/// refresh token stands beside a new access token.
type Lines<'a> = [(&'static str, Option<String>); 7];

/// The lines of these credentials, merged into an existing file.
pub fn document(
    credentials: &Credentials,
    existing: Option<&str>,
) -> Result<Zeroizing<String>, CannotCarry> {
    let lines = lines(credentials);
    for (name, value) in &lines {
        if value
            .as_ref()
            .is_some_and(|value| !value.chars().all(is_plain))
        {
            return Err(CannotCarry {
                format: "dotenv",
                field: name,
            });
        }
    }
    Ok(merge(existing.unwrap_or_default(), &lines))
}

/// The name that a line of a `.env` file sets.
pub fn name_of(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.trim();
    let exported = name.strip_prefix("export");
    let exported = exported.filter(|rest| rest.starts_with(char::is_whitespace));
    Some(exported.unwrap_or(name).trim())
}

fn lines(credentials: &Credentials) -> Lines<'_> {
    let secret = |secret: &secrecy::SecretString| secret.expose_secret().to_owned();
    [
        ("ZOHO_CLIENT_ID", Some(credentials.client.id().to_owned())),
        (
            "ZOHO_CLIENT_SECRET",
            Some(secret(credentials.client.secret())),
        ),
        (
            "ZOHO_REFRESH_TOKEN",
            credentials.refresh_token.as_ref().map(secret),
        ),
        ("ZOHO_ACCESS_TOKEN", Some(secret(&credentials.access_token))),
        (
            "ZOHO_ACCESS_TOKEN_EXPIRES_AT",
            credentials.expires_at_text(),
        ),
        (
            "ZOHO_ACCOUNTS_URL",
            Some(credentials.accounts_server.as_str().to_owned()),
        ),
        (
            "ZOHO_API_DOMAIN",
            credentials
                .api_domain
                .as_ref()
                .map(|domain| Foreign::raw(domain).to_owned()),
        ),
    ]
}

/// Replaces our lines where they stand, adds the missing ones at the end, keeps every other line as it was.
fn merge(existing: &str, lines: &Lines<'_>) -> Zeroizing<String> {
    let mut merged = Zeroizing::new(String::new());
    let mut placed = Vec::new();
    for line in existing.split_inclusive('\n') {
        let ours = lines.iter().find(|(name, _)| name_of(line) == Some(*name));
        match ours {
            None => merged.push_str(line),
            Some((name, Some(value))) if !placed.contains(name) => {
                placed.push(*name);
                add(&mut merged, name, value);
            }
            Some(_) => {}
        }
    }
    for (name, value) in lines {
        if let Some(value) = value
            && !placed.contains(name)
        {
            add(&mut merged, name, value);
        }
    }
    merged
}

fn add(merged: &mut String, name: &str, value: &str) {
    if !merged.is_empty() && !merged.ends_with('\n') {
        merged.push('\n');
    }
    merged.extend([name, "=", value, "\n"]);
}

/// Characters that mean themselves to every reader of such files; there are no quotes to put around others.
fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || "._~:/@+=,-".contains(char)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::{Format, samples};
    use expect_test::expect;

    #[test]
    fn a_new_file() {
        let document = Format::Dotenv.document(&samples::full()).unwrap();
        expect![[r"
            ZOHO_CLIENT_ID=1000.EXAMPLE
            ZOHO_CLIENT_SECRET=examplesecret
            ZOHO_REFRESH_TOKEN=1000.r.r
            ZOHO_ACCESS_TOKEN=1000.a.a
            ZOHO_ACCESS_TOKEN_EXPIRES_AT=2026-11-23T11:35:58Z
            ZOHO_ACCOUNTS_URL=https://accounts.zoho.eu
            ZOHO_API_DOMAIN=https://www.zohoapis.eu
        "]]
        .assert_eq(&document);
    }

    #[test]
    fn an_existing_file_keeps_every_other_line() {
        let existing = "# mine\r\nexport ZOHO_ACCESS_TOKEN='old'\nOTHER=\"a b\"\n\nZOHO_REFRESH_TOKEN=old\nZOHO_ACCESS_TOKEN=older\nLAST=1";
        let document = document(&samples::bare(), Some(existing)).unwrap();
        expect![[r#"
            # mine
            ZOHO_ACCESS_TOKEN=1000.a.a
            OTHER="a b"

            LAST=1
            ZOHO_CLIENT_ID=1000.EXAMPLE
            ZOHO_CLIENT_SECRET=examplesecret
            ZOHO_ACCOUNTS_URL=http://127.0.0.1:4711
        "#]]
        .assert_eq(&document.replace("\r\n", "\n"));
        assert!(
            document.starts_with("# mine\r\n"),
            "a foreign line end was changed"
        );
    }

    #[test]
    fn an_exported_name_is_found_behind_any_white_space() {
        for line in ["A=1", " export A = 1", "export\tA=1", "export \t A=1"] {
            assert_eq!(name_of(line), Some("A"), "{line:?}");
        }
        assert_eq!(name_of("exportA=1"), Some("exportA"));
    }

    #[test]
    fn a_value_that_would_change_its_meaning_is_refused_by_name() {
        let mut credentials = samples::full();
        for value in ["a b", "a#b", "a'b", "a\"b", "a$b", "a\\b", "a`b", "a\nB=c"] {
            credentials.api_domain = Some(Foreign::new(value));
            let error = Format::Dotenv.document(&credentials).unwrap_err();
            assert_eq!(error.field, "ZOHO_API_DOMAIN");
        }
    }
}
