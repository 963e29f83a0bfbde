//! A `.env` file as the place where tokens come from: what a refresh brought is put back into its lines.

use crate::handover::dotenv::name_of;
use crate::handover::file::{Existing, OutputFile};
use crate::keep::kept::Kept;
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;
use zeroize::Zeroizing;

/// A variable and its value now; without one, its lines go.
type Variable = (&'static str, Option<Zeroizing<String>>);

/// Puts the tokens into the file. Only their lines change: what else the file holds or leaves out is the person's.
pub fn put_back(path: &Path, kept: &Kept) -> Result<(), String> {
    let secret = |text: &SecretString| Zeroizing::new(text.expose_secret().to_owned());
    let end = kept.expires_at.map(humantime::format_rfc3339_seconds);
    change(
        path,
        &[
            (
                "ZOHO_REFRESH_TOKEN",
                kept.refresh_token.as_ref().map(secret),
            ),
            ("ZOHO_ACCESS_TOKEN", kept.access_token.as_ref().map(secret)),
            (
                "ZOHO_ACCESS_TOKEN_EXPIRES_AT",
                end.map(|end| Zeroizing::new(end.to_string())),
            ),
        ],
    )
}

/// Takes the tokens out of the file.
pub fn forget(path: &Path) -> Result<(), String> {
    let names = [
        "ZOHO_REFRESH_TOKEN",
        "ZOHO_ACCESS_TOKEN",
        "ZOHO_ACCESS_TOKEN_EXPIRES_AT",
    ];
    change(path, &names.map(|name| (name, None)))
}

fn change(path: &Path, variables: &[Variable]) -> Result<(), String> {
    let file =
        OutputFile::prepare(path, Existing::Merge).map_err(|unusable| unusable.to_string())?;
    let existing = file
        .existing()
        .map_err(|error| error.to_string())?
        .unwrap_or_default();
    let values = variables.iter().filter_map(|(_, value)| value.as_ref());
    if values.into_iter().any(|value| !value.chars().all(is_plain)) {
        return Err("a token holds characters that such a file cannot carry".to_owned());
    }
    let text = merge(&existing, variables);
    file.write(text.as_bytes())
        .map_err(|error| error.to_string())
}

/// As in a shell the last line of a name wins, so every line of it gets the value; a missing one is added.
fn merge(existing: &str, variables: &[Variable]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for line in existing.split_inclusive('\n') {
        match variables
            .iter()
            .find(|(name, _)| name_of(line) == Some(*name))
        {
            None => text.push_str(line),
            Some((_, None)) => {}
            Some((_, Some(value))) => {
                let start = line.split_once('=').map_or(line, |(start, _)| start);
                let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
                text.extend([start, "=", value, end]);
            }
        }
    }
    for (name, value) in variables {
        let stands = existing.lines().any(|line| name_of(line) == Some(*name));
        if let (Some(value), false) = (value, stands) {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.extend([name, "=", value, "\n"]);
        }
    }
    text
}

/// There are no quotes to put around others: some readers keep them.
fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || "._~:/@+=,-".contains(char)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use expect_test::expect;
    use std::fs;

    const BEFORE: &str = "# mine\r\nexport ZOHO_ACCESS_TOKEN='old'\r\n#ZOHO_ACCESS_TOKEN=x\nOTHER=\"a b\"\nZOHO_REFRESH_TOKEN=1000.r.r\nLAST=1";

    #[test]
    fn only_the_lines_of_the_tokens_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, BEFORE).unwrap();
        put_back(&path, &Kept::of(&samples::full())).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        expect![[r#"
            # mine
            export ZOHO_ACCESS_TOKEN=1000.a.a
            #ZOHO_ACCESS_TOKEN=x
            OTHER="a b"
            ZOHO_REFRESH_TOKEN=1000.r.r
            LAST=1
            ZOHO_ACCESS_TOKEN_EXPIRES_AT=2026-11-23T11:35:58Z
        "#]]
        .assert_eq(&text.replace("\r\n", "\n"));
        assert!(text.contains("export ZOHO_ACCESS_TOKEN=1000.a.a\r\n"));

        forget(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "# mine\r\n#ZOHO_ACCESS_TOKEN=x\nOTHER=\"a b\"\nLAST=1\n"
        );
    }

    #[test]
    fn a_token_that_would_become_more_than_a_value_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, BEFORE).unwrap();
        let mut kept = Kept::of(&samples::full());
        kept.access_token = Some("1000.a$(x)".into());
        assert!(put_back(&path, &kept).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), BEFORE);
    }
}
