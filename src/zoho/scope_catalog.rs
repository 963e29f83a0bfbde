//! The known scopes, each with a short description: all of the CRM's, and common ones of other products.

use serde::Serialize;

/// Tab-separated, with a header line.
const TABLE: &str = include_str!("../../data/scopes.tsv");

/// A suggestion differs in at most this many letters.
const SLIPS: usize = 3;

/// A known scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KnownScope {
    /// The scope as requested: "ZohoCRM.modules.READ".
    pub scope: &'static str,
    /// "listed" in Zoho's documentation, or "by pattern" of listed ones.
    pub evidence: &'static str,
    /// What it allows, in a few words.
    pub description: &'static str,
}

/// Every scope, in the order of the file.
pub fn all() -> impl Iterator<Item = KnownScope> {
    TABLE.lines().skip(1).filter_map(|line| {
        let mut columns = line.split('\t');
        Some(KnownScope {
            scope: columns.next()?,
            // The scope contains the group as well.
            evidence: columns.nth(1)?,
            description: columns.next()?,
        })
    })
}

/// The scopes with `word` in their name or description, ignoring case.
pub fn matching(word: &str) -> Vec<KnownScope> {
    let word = word.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&word);
    all()
        .filter(|known| has(known.scope) || has(known.description))
        .collect()
}

/// Whether the scope is known, ignoring case.
pub fn is_known(scope: &str) -> bool {
    all().any(|known| known.scope.eq_ignore_ascii_case(scope))
}

/// What a scope allows; empty if it is not a known one.
pub fn meaning(scope: &str) -> &'static str {
    let known = all().find(|known| known.scope.eq_ignore_ascii_case(scope));
    known.map_or("", |known| known.description)
}

/// The known scope that an unknown one was probably meant to be.
pub fn nearest(scope: &str) -> Option<&'static str> {
    let scope = scope.to_lowercase();
    let slips = |known: &str| strsim::osa_distance(&scope, &known.to_lowercase());
    let nearest = all().map(|known| (slips(known.scope), known.scope)).min()?;
    (nearest.0 <= SLIPS).then_some(nearest.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoho::scopes::{DEFAULT, Scopes};

    #[test]
    fn every_line_of_the_table_is_whole() {
        let lines = TABLE.lines().count();
        assert_eq!(all().count(), lines - 1);
        for known in all() {
            assert!(Scopes::parse(known.scope).is_ok(), "{known:?}");
            assert!(
                !known.description.is_empty() && !known.evidence.is_empty(),
                "{known:?}"
            );
        }
    }

    #[test]
    fn the_defaults_are_known() {
        assert!(Scopes::parse(DEFAULT).unwrap().iter().all(is_known));
    }

    #[test]
    fn a_word_is_found_in_scope_and_description_whatever_its_capitals() {
        assert!(
            matching("COQL")
                .iter()
                .any(|known| known.scope == "ZohoCRM.coql.READ")
        );
        let described = matching("ownership");
        assert!(
            described
                .iter()
                .any(|known| known.scope == "ZohoCRM.change_owner.READ")
        );
        assert!(matching("no such word").is_empty());
    }

    #[test]
    fn slips_are_mended_and_strangers_left_alone() {
        assert_eq!(
            nearest("ZohoCRM.modules.read"),
            Some("ZohoCRM.modules.READ")
        );
        assert_eq!(nearest("ZohoCRM.module.READ"), Some("ZohoCRM.modules.READ"));
        assert_eq!(
            nearest("ZohoCRM.setings.RAED"),
            Some("ZohoCRM.settings.READ")
        );
        assert_eq!(nearest("Something.else.entirely"), None);
    }
}
