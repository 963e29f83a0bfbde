//! `.env` files: read as leniently as python-dotenv, docker compose and sh combined; written as `NAME=value` lines
//! without quotes, because `docker run --env-file` keeps quotes; new, or merged into an existing file.

use crate::credentials::Credentials;
use crate::handover::fields::{View, exposed};
use crate::handover::file::{Existing, PrivateFile};
use crate::handover::format_error::Why;
use crate::handover::format_options::Prefix;
use crate::handover::shell::{self, is_plain};
use std::borrow::Cow;
use std::iter;
use std::path::Path;
use zeroize::Zeroizing;

/// The byte-order mark that Windows programs write.
const MARK: char = '\u{feff}';

/// The lines of these credentials, merged into an existing file.
///
/// A name that no longer has a value is removed from an existing file, so that no old refresh token remains beside a
/// new access token.
pub fn merged(of: View, existing: &str) -> Result<Zeroizing<String>, Why> {
    merge(existing, &of.options.env_prefix, &variables(of.credentials))
}

/// All variables without their prefix. The data center is in capitals: Python's `zoho` package accepts nothing else;
/// everyone else accepts both.
pub fn variables(of: &Credentials) -> [(&'static str, Option<Cow<'_, str>>); 9] {
    shell::variables(of, str::to_ascii_uppercase)
}

/// Adds tokens to a file, or removes them. Only their lines change: everything else in the file is the person's.
pub fn put_back(path: &Path, prefix: &Prefix, tokens: Option<&Credentials>) -> Result<(), String> {
    let refresh_token = tokens.and_then(|tokens| tokens.refresh_token.as_ref());
    let access_token = tokens.and_then(|tokens| tokens.access_token.as_ref());
    let expires_at = tokens.and_then(Credentials::expires_at_text);
    let variables = [
        ("REFRESH_TOKEN", exposed(refresh_token)),
        ("ACCESS_TOKEN", exposed(access_token)),
        ("ACCESS_TOKEN_EXPIRES_AT", expires_at.map(Cow::from)),
    ];
    let file = PrivateFile::at(path, Existing::Merge);
    let (existing, _) = file.read().map_err(|unusable| unusable.to_string())?;
    let text = merge(&existing, prefix, &variables);
    let text = text.map_err(|why| format!("an env file {why}"))?;
    file.write(&text).map_err(|unusable| unusable.to_string())
}

/// The variables that a file sets, in its order; if a name occurs twice, the last one counts, as in a shell.
pub fn read(text: &str) -> Vec<(&str, Zeroizing<String>)> {
    let lines = lines(text).filter(|line| !line.name.is_empty());
    lines
        .map(|line| (line.name, Zeroizing::new(meaning(line.value))))
        .collect()
}

/// Replaces our lines in place, keeping what surrounds the value; appends missing ones, removes those that no longer have
/// a value, and leaves every other line as it was. Values are never quoted, because some consumers keep the quotes.
fn merge(
    existing: &str,
    prefix: &Prefix,
    variables: &[(&'static str, Option<Cow<str>>)],
) -> Result<Zeroizing<String>, Why> {
    let mut left = Vec::new();
    for (name, value) in variables {
        let value = value.as_deref();
        if value.is_some_and(|value| !is_plain(value)) {
            return Err(Why::CannotCarry(name));
        }
        left.push((prefix.name(name), value));
    }
    let end = match existing.split_once('\n') {
        Some((first, _)) if first.ends_with('\r') => "\r\n",
        _ => "\n",
    };
    let mut out = Zeroizing::new(String::new());
    for line in lines(existing) {
        let Some((_, value)) = left.iter_mut().find(|(name, _)| name == line.name) else {
            out.extend([line.before, line.value, line.behind]);
            continue;
        };
        // A second occurrence of the name is removed.
        if let Some(value) = value.take() {
            let ended = line.behind.ends_with('\n');
            let end = if ended { "" } else { end };
            out.extend([line.before, value, line.behind, end]);
        }
    }
    for (name, value) in left {
        if let Some(value) = value {
            let ended = out.is_empty() || out.ends_with('\n');
            let missing = if ended { "" } else { end };
            out.extend([missing, &name, "=", value, end]);
        }
    }
    Ok(out)
}

/// A line of a file, or several if a quoted value continues; `before`, `value` and `behind` together are all of it.
#[derive(Default)]
struct Line<'a> {
    /// The name that it sets; empty if it sets nothing.
    name: &'a str,
    before: &'a str,
    /// The value, including its quotes.
    value: &'a str,
    /// A comment, and the line ending.
    behind: &'a str,
}

/// The lines of a file.
fn lines(mut rest: &str) -> impl Iterator<Item = Line<'_>> {
    iter::from_fn(move || {
        let first = rest.split_inclusive('\n').next()?;
        let line = assignment(rest, first).unwrap_or(Line {
            before: first,
            ..Line::default()
        });
        let length = line.before.len() + line.value.len() + line.behind.len();
        rest = &rest[length..];
        Some(line)
    })
}

/// The assignment at the beginning of the rest of a file.
fn assignment<'a>(rest: &'a str, first: &'a str) -> Option<Line<'a>> {
    let (set, given) = first.split_once('=')?;
    let name = set.trim_start_matches(MARK).trim();
    let exported = name.strip_prefix("export");
    let exported = exported.filter(|rest| rest.starts_with(char::is_whitespace));
    let name = exported.map_or(name, str::trim_start);
    if name.is_empty() || name.starts_with('#') {
        return None;
    }
    let is_blank = |char: char| char.is_whitespace() && char != '\n';
    let start = first.len() - given.trim_start_matches(is_blank).len();
    let length = quoted(&rest[start..]).unwrap_or_else(|| bare(given));
    let start = if length == 0 { set.len() + 1 } else { start };
    let (before, value) = rest.split_at(start);
    let (value, behind) = value.split_at(length);
    let behind = behind.split_inclusive('\n').next().unwrap_or_default();
    Some(Line {
        name,
        before,
        value,
        behind,
    })
}

/// The length of a quoted value including its quotes, if only a comment follows on its last line.
fn quoted(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|char| "\"'".contains(*char))?;
    let mut escaped = false;
    let end = text[1..].find(|char| {
        let ends = char == quote && !escaped;
        escaped = quote == '"' && char == '\\' && !escaped;
        ends
    })?;
    let behind = text[end + 2..].lines().next().unwrap_or_default();
    let behind = behind.trim_start();
    (behind.is_empty() || behind.starts_with('#')).then_some(end + 2)
}

/// The length of an unquoted value: to the end of its line, or to the blanks before a comment.
fn bare(given: &str) -> usize {
    let line = given.lines().next().unwrap_or_default();
    let mut signs = line.match_indices('#').map(|(at, _)| &line[..at]);
    let before_note = signs.find(|before| before.ends_with(char::is_whitespace));
    before_note.unwrap_or(line).trim().len()
}

/// A value without its quotes; inside double quotes, a backslash escapes the next character.
fn meaning(value: &str) -> String {
    if quoted(value) != Some(value.len()) {
        return value.to_owned();
    }
    let inside = &value[1..value.len() - 1];
    if value.starts_with('\'') {
        return inside.to_owned();
    }
    let mut escaped = false;
    let kept = inside.chars().filter(|char| {
        escaped = *char == '\\' && !escaped;
        !escaped
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::format_options::FormatOptions;
    use crate::handover::samples;
    use crate::untrusted::Untrusted;
    use expect_test::expect;
    use std::fs;

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
            ZOHO_DC=EU
            ZOHO_SCOPE=ZohoCRM.modules.READ,ZohoCRM.settings.READ
        "]]
        .assert_eq(&document);
    }

    #[test]
    fn an_existing_file_keeps_every_other_line() {
        let existing = "# mine\r\nexport ZOHO_ACCESS_TOKEN='old'\nOTHER=\"a b\"\n\nZOHO_REFRESH_TOKEN=old\nZOHO_ACCESS_TOKEN=older\nLAST=1";
        let document = merged(samples::view(&samples::bare()), existing).unwrap();
        expect![[r#"
            # mine
            export ZOHO_ACCESS_TOKEN=1000.a.a
            OTHER="a b"

            LAST=1
            ZOHO_CLIENT_ID=1000.EXAMPLE
            ZOHO_CLIENT_SECRET=examplesecret
            ZOHO_ACCOUNTS_URL=http://127.0.0.1:4711
            ZOHO_SCOPE=ZohoCRM.modules.READ,ZohoCRM.settings.READ
        "#]]
        .assert_eq(&document.replace("\r\n", "\n"));
        assert!(
            document.starts_with("# mine\r\n"),
            "someone else's line ending was changed"
        );
    }

    fn set(text: &str) -> Vec<(&str, String)> {
        let values = read(text).into_iter();
        values
            .map(|(name, value)| (name, value.to_string()))
            .collect()
    }

    #[test]
    fn lines_are_read_as_leniently_as_by_the_usual_readers() {
        for line in [
            "A=1",
            "\u{feff}A=1\r\n",
            " export A = 1",
            "export\tA=1",
            "A=\"1\" # note",
            "A='1'#note",
            "A=1\t# note",
            "A='1'\r\n",
        ] {
            assert_eq!(set(line), [("A", "1".to_owned())], "{line:?}");
        }
        for (line, value) in [
            ("A=a#b", "a#b"),
            ("A= # note", ""),
            ("A=", ""),
            ("A=#b", "#b"),
            ("A=\"a=b\"", "a=b"),
            (r#"A="a\"b\\c""#, r#"a"b\c"#),
            (r"A='a\b'", r"a\b"),
            ("A='a\nb' # note", "a\nb"),
            ("A='a' b", "'a' b"),
            ("A='a", "'a"),
        ] {
            assert_eq!(set(line), [("A", value.to_owned())], "{line:?}");
        }
        assert_eq!(set("exportA=1")[0].0, "exportA");
        assert_eq!(set("# A=1\nA\n=1\n \n"), []);
    }

    #[test]
    fn a_name_within_a_value_of_several_lines_is_none() {
        let text = "KEY='first\nA=1\nlast'\nA=2\nB='x\nC='y'\n";
        let read = set(text);
        assert_eq!(read[0], ("KEY", "first\nA=1\nlast".to_owned()));
        assert_eq!(read[1], ("A", "2".to_owned()));
        // The text after the second quote shows that the first was never closed.
        assert_eq!(read[3], ("C", "y".to_owned()));
    }

    #[test]
    fn what_stands_around_a_value_stays() {
        let prefix = "A".parse().unwrap();
        let merge = |existing: &str, value: Option<&'static str>| {
            super::merge(existing, &prefix, &[("", value.map(Cow::from))]).unwrap()
        };
        for (before, after) in [
            (
                "export A='old' # note\r\nB=1\r\n",
                "export A=new # note\r\nB=1\r\n",
            ),
            ("\u{feff}A=old", "\u{feff}A=new\n"),
            (" A = \"o\nld\"\nB=1", " A = new\nB=1"),
            ("A= # note\n", "A=new # note\n"),
            ("B=1\r\nC=2", "B=1\r\nC=2\r\nA=new\r\n"),
            ("A=1\nB='\nA=2\n'\nA=3\n", "A=new\nB='\nA=2\n'\n"),
        ] {
            let merged = merge(before, Some("new"));
            assert_eq!(merged.as_str(), after, "{before:?}");
            assert_eq!(merge(after, Some("new")), merged);
        }
        let gone = merge("B=1\nexport A=1\nC=2", None);
        assert_eq!(gone.as_str(), "B=1\nC=2");
    }

    #[test]
    fn another_prefix_leaves_the_usual_names_alone() {
        let options = &FormatOptions {
            env_prefix: "CRM_".parse().unwrap(),
            ..FormatOptions::default()
        };
        let of = View {
            credentials: &samples::bare(),
            options,
        };
        let existing = "ZOHO_CLIENT_ID=mine\nCRM_REFRESH_TOKEN=old\n";
        let document = merged(of, existing).unwrap();
        expect![[r"
            ZOHO_CLIENT_ID=mine
            CRM_CLIENT_ID=1000.EXAMPLE
            CRM_CLIENT_SECRET=examplesecret
            CRM_ACCESS_TOKEN=1000.a.a
            CRM_ACCOUNTS_URL=http://127.0.0.1:4711
            CRM_SCOPE=ZohoCRM.modules.READ,ZohoCRM.settings.READ
        "]]
        .assert_eq(&document);
    }

    #[test]
    fn a_value_that_would_change_its_meaning_is_refused_by_name() {
        let mut credentials = samples::full();
        for value in [
            "a b", "a#b", "a'b", "a\"b", "a$b", "a\\b", "a`b", "a\nB=c", "~a", "a:~b",
        ] {
            credentials.api_domain = Some(Untrusted::new(value));
            let why = merged(samples::view(&credentials), "").unwrap_err();
            assert_eq!(why, Why::CannotCarry("API_DOMAIN"), "{value:?}");
        }
    }

    const BEFORE: &str = "# mine\r\nexport ZOHO_ACCESS_TOKEN='old'\r\n#ZOHO_ACCESS_TOKEN=x\nOTHER=\"a b\"\nZOHO_REFRESH_TOKEN=1000.r.r\nLAST=1";

    #[test]
    fn only_the_lines_of_the_tokens_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, BEFORE).unwrap();
        put_back(&path, &Prefix::default(), Some(&samples::full())).unwrap();
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

        put_back(&path, &Prefix::default(), None).unwrap();
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
        let mut kept = samples::full();
        kept.access_token = Some("1000.a$(x)".into());
        assert!(put_back(&path, &Prefix::default(), Some(&kept)).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), BEFORE);
    }
}
