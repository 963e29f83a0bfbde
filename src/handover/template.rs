//! `--template`: any text with placeholders in braces.

use crate::handover::fields::Prospect;
use crate::handover::fields::{Field, View};
use crate::handover::format_error::Why;
use crate::handover::format_options::FormatOptions;
use std::str::FromStr;
use zeroize::Zeroizing;

/// A text with placeholders in braces; a literal brace is written twice.
#[derive(Clone, Debug)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Value(&'static Field),
}

impl FromStr for Template {
    type Err = String;

    fn from_str(mut rest: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            pieces.push(Piece::Text(before.to_owned()));
            let doubled = ["{{", "}}"].into_iter().find(|pair| from.starts_with(pair));
            rest = if let Some(pair) = doubled {
                pieces.push(Piece::Text(pair[..1].to_owned()));
                &from[2..]
            } else {
                let named = from.strip_prefix('{').and_then(|from| from.split_once('}'));
                let lone = "an unmatched brace; write {{ or }} for a literal brace";
                let (name, after) = named.ok_or(lone)?;
                pieces.push(Piece::Value(name.parse()?));
                after
            };
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }
}

impl Template {
    /// Why one of its placeholders will have no value, if that is already known.
    pub(super) fn untold(&self, options: &FormatOptions, before: &Prospect) -> Option<Why> {
        self.0.iter().find_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(field) => field.untold(options, before),
        })
    }

    /// The text with its values filled in.
    pub(super) fn filled(&self, of: View) -> Result<Zeroizing<String>, Why> {
        let mut filled = Zeroizing::new(String::new());
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Value(field) => {
                    filled.push_str(&field.bare(of, Why::AbsentName(field.name))?);
                }
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;
    use crate::handover::samples;

    fn filled(template: &str, credentials: &Credentials) -> Result<String, Why> {
        let template: Template = template.parse().unwrap();
        let text = template.filled(samples::view(credentials))?;
        Ok(text.to_string())
    }

    #[test]
    fn names_become_values_and_doubled_braces_become_braces() {
        let text = filled(
            "{{\"t\":\"{refresh_token}\"}} {{refresh_token}}",
            &samples::full(),
        );
        assert_eq!(text.unwrap(), "{\"t\":\"1000.r.r\"} {refresh_token}");
        assert_eq!(filled("a\n", &samples::bare()).unwrap(), "a\n");
        assert_eq!(
            filled("}}{endpoint}", &samples::full()).unwrap(),
            "}crm.zoho.eu/crm/private"
        );
    }

    #[test]
    fn unknown_names_and_lone_braces_are_refused() {
        let refused = |text: &str| text.parse::<Template>().unwrap_err();
        let error = refused("{refresh-token}");
        assert!(
            error.starts_with("there is no value named refresh-token; known names: client_id, ")
        );
        for lone in ["{", "}", "a}b", "{{{", "{client_id", "{client_id}}"] {
            assert!(refused(lone).starts_with("an unmatched brace"), "{lone}");
        }
    }

    #[test]
    fn an_absent_value_and_one_with_a_line_break_are_refused_by_name() {
        let absent = filled("{refresh_token}", &samples::bare());
        assert_eq!(absent, Err(Why::AbsentName("refresh_token")));
        let hostile = filled("{organization_name}", &samples::full());
        assert_eq!(hostile, Err(Why::CannotCarry("organization_name")));
    }
}
