//! `dotenv`: `NAME=value` lines without quotes, because `docker run --env-file` keeps them; new, or merged
//! into an existing file.

use crate::credentials::Credentials;
use crate::handover::extras::Extras;
use crate::handover::unfit::Why;
use crate::handover::variables::{Variable, is_plain, variables};
use zeroize::Zeroizing;

/// The lines of these credentials, merged into an existing file.
///
/// A name without a value now is removed from an existing file, so that no old refresh token stands beside a
/// new access token. There are no quotes to put around a value that is not plain.
pub fn document(
    credentials: &Credentials,
    extras: &Extras,
    existing: &str,
) -> Result<Zeroizing<String>, Why> {
    let variables = variables(credentials, &extras.env_prefix);
    for variable in &variables {
        let value = variable.value.as_ref();
        if value.is_some_and(|value| !value.chars().all(is_plain)) {
            return Err(Why::CannotCarry(variable.field));
        }
    }
    Ok(merge(existing, &variables))
}

/// The name that a line of a `.env` file sets.
pub fn name_of(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.trim();
    let exported = name.strip_prefix("export");
    let exported = exported.filter(|rest| rest.starts_with(char::is_whitespace));
    Some(exported.unwrap_or(name).trim())
}

/// Replaces our lines where they stand, adds the missing ones at the end, keeps every other line as it was.
fn merge(existing: &str, variables: &[Variable]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    let mut placed = Vec::new();
    for line in existing.split_inclusive('\n') {
        let name = name_of(line);
        let ours = variables
            .iter()
            .find(|variable| name == Some(&variable.name));
        match ours {
            None => text.push_str(line),
            Some(variable) if !placed.contains(&variable.field) => {
                placed.push(variable.field);
                add(&mut text, variable);
            }
            Some(_) => {}
        }
    }
    for variable in variables {
        if !placed.contains(&variable.field) {
            add(&mut text, variable);
        }
    }
    text
}

/// On a line of its own.
fn add(text: &mut String, variable: &Variable) {
    let Some(value) = &variable.value else {
        return;
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.extend([&variable.name, "=", value, "\n"]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::Foreign;
    use crate::handover::samples;
    use expect_test::expect;

    #[test]
    fn a_new_file() {
        let document = samples::document("dotenv", &samples::full());
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
        let document = document(&samples::bare(), &Extras::default(), existing).unwrap();
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
    fn another_prefix_leaves_the_usual_names_alone() {
        let extras = Extras {
            env_prefix: "CRM_".parse().unwrap(),
            ..Extras::default()
        };
        let existing = "ZOHO_CLIENT_ID=mine\nCRM_REFRESH_TOKEN=old\n";
        let document = document(&samples::bare(), &extras, existing).unwrap();
        expect![[r"
            ZOHO_CLIENT_ID=mine
            CRM_CLIENT_ID=1000.EXAMPLE
            CRM_CLIENT_SECRET=examplesecret
            CRM_ACCESS_TOKEN=1000.a.a
            CRM_ACCOUNTS_URL=http://127.0.0.1:4711
        "]]
        .assert_eq(&document);
    }

    #[test]
    fn a_value_that_would_change_its_meaning_is_refused_by_name() {
        let mut credentials = samples::full();
        for value in ["a b", "a#b", "a'b", "a\"b", "a$b", "a\\b", "a`b", "a\nB=c"] {
            credentials.api_domain = Some(Foreign::new(value));
            let why = document(&credentials, &Extras::default(), "").unwrap_err();
            assert_eq!(why, Why::CannotCarry("API_DOMAIN"), "{value:?}");
        }
    }
}
