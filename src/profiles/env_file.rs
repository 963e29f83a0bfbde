//! A `.env` file as the place where tokens come from: what a refresh brought is put back into its lines.

use crate::handover::dotenv::merge;
use crate::handover::file::{Existing, PrivateFile};
use crate::handover::variables::Variable;
use crate::profiles::stored::Stored;
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;
use zeroize::Zeroizing;

/// Tries whether something can be put back.
pub fn try_out(path: &Path) -> Result<(), String> {
    let file = PrivateFile::prepare(path, Existing::Merge);
    file.map(drop).map_err(|unusable| unusable.to_string())
}

/// Puts the tokens into the file. Only their lines change: what else the file holds or leaves out is the person's.
pub fn put_back(path: &Path, kept: &Stored) -> Result<(), String> {
    let secret = |text: &SecretString| Zeroizing::new(text.expose_secret().to_owned());
    let end = kept.expires_at.map(humantime::format_rfc3339_seconds);
    change(
        path,
        [
            kept.refresh_token.as_ref().map(secret),
            kept.access_token.as_ref().map(secret),
            end.map(|end| Zeroizing::new(end.to_string())),
        ],
    )
}

/// Takes the tokens out of the file.
pub fn forget(path: &Path) -> Result<(), String> {
    change(path, [None, None, None])
}

fn change(path: &Path, values: [Option<Zeroizing<String>>; 3]) -> Result<(), String> {
    let fields = ["REFRESH_TOKEN", "ACCESS_TOKEN", "ACCESS_TOKEN_EXPIRES_AT"];
    let variables = fields
        .into_iter()
        .zip(values)
        .map(|(field, value)| Variable {
            field,
            name: format!("ZOHO_{field}"),
            value,
        });
    let variables: Vec<_> = variables.collect();
    let file = PrivateFile::at(path, Existing::Merge);
    let existing = file.read().map_err(|unusable| unusable.to_string())?;
    let existing = existing.map(|(text, _)| text).unwrap_or_default();
    let text = merge(&existing, &variables).map_err(|why| format!("such a file {why}"))?;
    file.write(&text).map_err(|unusable| unusable.to_string())
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
        put_back(&path, &Stored::of(&samples::full())).unwrap();
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
            "# mine\r\n#ZOHO_ACCESS_TOKEN=x\nOTHER=\"a b\"\nLAST=1\r\n"
        );
    }

    #[test]
    fn a_token_that_would_become_more_than_a_value_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, BEFORE).unwrap();
        let mut kept = Stored::of(&samples::full());
        kept.access_token = Some("1000.a$(x)".into());
        assert!(put_back(&path, &kept).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), BEFORE);
    }
}
