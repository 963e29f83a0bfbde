//! `.env` files: read as leniently as python-dotenv, docker compose and sh together; written as `NAME=value` lines without
//! quotes, because `docker run --env-file` keeps them; new, or merged into what is there.

use crate::credentials::Credentials;
use crate::handover::format_error::Why;
use crate::handover::format_options::FormatOptions;
use crate::handover::variables::{Variable, is_plain, variables};
use zeroize::Zeroizing;

/// A byte-order mark, as Windows programs write it.
const MARK: char = '\u{feff}';

/// The lines of these credentials as a new file.
pub fn document(
    credentials: &Credentials,
    extras: &FormatOptions,
) -> Result<Zeroizing<String>, Why> {
    merged(credentials, extras, "")
}

/// The lines of these credentials, merged into an existing file.
///
/// A name without a value now is removed from an existing file, so that no old refresh token stands beside a
/// new access token.
pub fn merged(
    credentials: &Credentials,
    extras: &FormatOptions,
    existing: &str,
) -> Result<Zeroizing<String>, Why> {
    let mut variables = variables(credentials, &extras.env_prefix);
    // Python's `zoho` package reads capitals alone; everyone else reads either.
    let center = variables.iter_mut().find(|variable| variable.field == "DC");
    if let Some(code) = center.and_then(|center| center.value.as_mut()) {
        code.make_ascii_uppercase();
    }
    merge(existing, &variables)
}

/// What a file sets, in its order; of a name that stands twice the last counts, as in a shell.
pub fn read(text: &str) -> Vec<(&str, Zeroizing<String>)> {
    let lines = Lines(text).filter(|line| !line.name.is_empty());
    lines
        .map(|line| (line.name, Zeroizing::new(meaning(line.value))))
        .collect()
}

/// Replaces our lines where they stand, with what stands around the value; adds the missing ones at the end, takes away
/// those that have no value now, and keeps every other line as it was. There are no quotes to put around a value that is
/// not plain: some readers keep them.
pub(crate) fn merge(existing: &str, variables: &[Variable]) -> Result<Zeroizing<String>, Why> {
    for variable in variables {
        let value = variable.value.as_ref();
        if value.is_some_and(|value| !value.chars().all(is_plain)) {
            return Err(Why::CannotCarry(variable.field));
        }
    }
    let first = existing.split_inclusive('\n').next();
    let end = match first {
        Some(line) if line.ends_with("\r\n") => "\r\n",
        _ => "\n",
    };
    let room = |variable: &Variable| {
        let value = variable.value.as_ref();
        value.map_or(0, |value| variable.name.len() + value.len() + 1 + end.len())
    };
    let room: usize = variables.iter().map(room).sum();
    let missing_end = if existing.is_empty() { 0 } else { end.len() };
    // With all the room, so that no copy is left behind when it grows.
    let mut out = Zeroizing::new(String::with_capacity(existing.len() + missing_end + room));
    let mut placed = Vec::new();
    for line in Lines(existing) {
        let ours = variables.iter().find(|ours| line.name == ours.name);
        let Some(ours) = ours else {
            out.push_str(line.before);
            out.push_str(line.value);
            out.push_str(line.behind);
            continue;
        };
        if let Some(value) = &ours.value
            && !placed.contains(&ours.field)
        {
            out.push_str(line.before);
            out.push_str(value);
            let ended = line.behind.ends_with('\n');
            out.push_str(line.behind);
            out.push_str(if ended { "" } else { end });
        }
        placed.push(ours.field);
    }
    for variable in variables {
        if let Some(value) = &variable.value
            && !placed.contains(&variable.field)
        {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push_str(end);
            }
            for part in [&variable.name, "=", value, end] {
                out.push_str(part);
            }
        }
    }
    Ok(out)
}

/// A line of a file, or several where a quoted value goes on; before, value and behind together are all of it.
struct Line<'a> {
    /// What it sets; empty when it sets nothing.
    name: &'a str,
    before: &'a str,
    /// With its quotes.
    value: &'a str,
    /// A note, and the line's end.
    behind: &'a str,
}

/// What is left of a file.
struct Lines<'a>(&'a str);

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let first = self.0.split_inclusive('\n').next()?;
        let line = assignment(self.0, first).unwrap_or(Line {
            name: "",
            before: first,
            value: "",
            behind: "",
        });
        let length = line.before.len() + line.value.len() + line.behind.len();
        self.0 = &self.0[length..];
        Some(line)
    }
}

/// The assignment with which the rest of a file begins.
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

/// The length of a quoted value with its quotes, if nothing but a note stands behind it on its last line.
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

/// The length of a value without quotes: to the end of its line, or to the blanks before a note.
fn bare(given: &str) -> usize {
    let line = given.lines().next().unwrap_or_default();
    let mut signs = line.match_indices('#').map(|(at, _)| &line[..at]);
    let before_note = signs.find(|before| before.ends_with(char::is_whitespace));
    before_note.unwrap_or(line).trim().len()
}

/// A value without its quotes; within double ones a backslash takes the meaning from the next character.
fn meaning(value: &str) -> String {
    let inside = |quote| {
        value
            .strip_prefix(quote)
            .and_then(|rest: &str| rest.strip_suffix(quote))
    };
    if quoted(value) != Some(value.len()) {
        return value.to_owned();
    }
    if let Some(inside) = inside('\'') {
        return inside.to_owned();
    }
    let mut escaped = false;
    let chars = inside('"').unwrap_or(value).chars();
    let kept = chars.filter(|char| {
        escaped = *char == '\\' && !escaped;
        !escaped
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use crate::untrusted::Untrusted;
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
            ZOHO_DC=EU
            ZOHO_SCOPE=ZohoCRM.modules.READ,ZohoCRM.settings.READ
        "]]
        .assert_eq(&document);
    }

    #[test]
    fn an_existing_file_keeps_every_other_line() {
        let existing = "# mine\r\nexport ZOHO_ACCESS_TOKEN='old'\nOTHER=\"a b\"\n\nZOHO_REFRESH_TOKEN=old\nZOHO_ACCESS_TOKEN=older\nLAST=1";
        let document = merged(&samples::bare(), &FormatOptions::default(), existing).unwrap();
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
            "a foreign line end was changed"
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
        // What stands behind the second quote shows that the first was never closed.
        assert_eq!(read[3], ("C", "y".to_owned()));
    }

    #[test]
    fn what_stands_around_a_value_stays() {
        let variable = |value: Option<&str>| Variable {
            field: "A",
            name: "A".to_owned(),
            value: value.map(|value| Zeroizing::new(value.to_owned())),
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
            let merged = merge(before, &[variable(Some("new"))]).unwrap();
            assert_eq!(merged.as_str(), after, "{before:?}");
            assert_eq!(merge(after, &[variable(Some("new"))]).unwrap(), merged);
        }
        let gone = merge("B=1\nexport A=1\nC=2", &[variable(None)]).unwrap();
        assert_eq!(gone.as_str(), "B=1\nC=2");
    }

    #[test]
    fn another_prefix_leaves_the_usual_names_alone() {
        let extras = FormatOptions {
            env_prefix: "CRM_".parse().unwrap(),
            ..FormatOptions::default()
        };
        let existing = "ZOHO_CLIENT_ID=mine\nCRM_REFRESH_TOKEN=old\n";
        let document = merged(&samples::bare(), &extras, existing).unwrap();
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
        for value in ["a b", "a#b", "a'b", "a\"b", "a$b", "a\\b", "a`b", "a\nB=c"] {
            credentials.api_domain = Some(Untrusted::new(value));
            let why = document(&credentials, &FormatOptions::default()).unwrap_err();
            assert_eq!(why, Why::CannotCarry("API_DOMAIN"), "{value:?}");
        }
    }
}
