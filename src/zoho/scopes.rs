//! Scopes: what the tokens may do (RFC 6749 section 3.3; zoho.com/crm/developer/docs/api/v8/scopes).

use thiserror::Error;

/// The default scopes of `login`: read records and settings, and see who owns the tokens.
pub const DEFAULT: &str =
    "ZohoCRM.modules.READ,ZohoCRM.settings.READ,ZohoCRM.org.READ,ZohoCRM.users.READ";

/// The operations at the end of Zoho's scopes.
const OPERATIONS: [&str; 7] = [
    "ALL", "READ", "CREATE", "UPDATE", "DELETE", "WRITE", "CUSTOM",
];

/// At least one scope, each of characters that RFC 6749 allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<String>);

/// Why a list of scopes is rejected.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NotScopes {
    /// Nothing between the separators.
    #[error("it contains no scope")]
    Empty,
    /// A character that RFC 6749 section 3.3 forbids in a scope.
    #[error("{0:?} is not allowed in a scope")]
    Character(char),
}

impl Scopes {
    /// Parses scopes separated by commas or white space; duplicates count once.
    pub fn parse(list: &str) -> Result<Self, NotScopes> {
        let mut scopes = Self(Vec::new());
        let separators = [',', ' ', '\t', '\n', '\r'];
        for scope in list.split(separators).filter(|scope| !scope.is_empty()) {
            if let Some(char) = scope.chars().find(|char| !allowed(*char)) {
                return Err(NotScopes::Character(char));
            }
            if !scopes.contains(scope) {
                scopes.0.push(scope.to_owned());
            }
        }
        if scopes.0.is_empty() {
            return Err(NotScopes::Empty);
        }
        Ok(scopes)
    }

    /// The scopes in their original order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether this scope is among them. Zoho ignores case.
    pub fn contains(&self, scope: &str) -> bool {
        self.iter().any(|own| own.eq_ignore_ascii_case(scope))
    }

    /// The scopes joined by a separator: a comma in Zoho's requests, a space in its responses.
    pub fn joined(&self, separator: &str) -> String {
        self.0.join(separator)
    }

    /// Whether they include reading `Service.group`, directly or as part of ALL. Zoho ignores case.
    pub fn allow_reading(&self, group: &str) -> bool {
        self.iter().any(|scope| reads(scope, group))
    }

    /// Whether they allow reading anything in `Service.group`: a broader scope counts ("ZohoCRM.settings.READ" includes
    /// its modules), and a narrower one reads a part.
    pub fn touch(&self, group: &str) -> bool {
        self.iter().filter_map(read_by).any(|read| {
            let mut common = read.split('.').zip(group.split('.'));
            common.clone().count() > 1
                && common.all(|(ours, theirs)| ours.eq_ignore_ascii_case(theirs))
        })
    }
}

/// Whether a scope allows reading `Service.group`, alone or as part of ALL.
pub fn reads(scope: &str, group: &str) -> bool {
    read_by(scope).is_some_and(|read| read.eq_ignore_ascii_case(group))
}

/// The `Service.group` that a scope allows reading, alone or as part of ALL.
fn read_by(scope: &str) -> Option<&str> {
    let (group, operation) = scope.rsplit_once('.')?;
    is_one_of(&["READ", "ALL"], operation).then_some(group)
}

fn is_one_of(operations: &[&str], operation: &str) -> bool {
    let mut known = operations.iter();
    known.any(|known| known.eq_ignore_ascii_case(operation))
}

fn allowed(char: char) -> bool {
    matches!(char, '!' | '#'..='[' | ']'..='~')
}

/// Whether a scope looks like `Service.group.OPERATION`. If not, it is possibly misspelled, so worth a warning.
pub fn has_usual_shape(scope: &str) -> bool {
    scope.rsplit_once('.').is_some_and(|(of, operation)| {
        of.contains('.')
            && of.split('.').all(|part| !part.is_empty())
            && is_one_of(&OPERATIONS, operation)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_spaces_separate() {
        let scopes =
            Scopes::parse(" ZohoCRM.org.READ,, ZohoCRM.users.READ\tZohoCRM.org.READ ").unwrap();
        assert_eq!(scopes.joined(","), "ZohoCRM.org.READ,ZohoCRM.users.READ");
    }

    #[test]
    fn nothing_and_control_characters_are_refused() {
        assert_eq!(Scopes::parse(" , "), Err(NotScopes::Empty));
        assert_eq!(
            Scopes::parse("A.b.READ\u{7}"),
            Err(NotScopes::Character('\u{7}'))
        );
        assert_eq!(
            Scopes::parse("A.\"b\".READ"),
            Err(NotScopes::Character('"'))
        );
    }

    #[test]
    fn the_defaults_have_the_usual_shape_and_let_us_ask_whose_they_are() {
        let scopes = Scopes::parse(DEFAULT).unwrap();
        assert!(scopes.iter().all(has_usual_shape));
        assert!(scopes.allow_reading("ZohoCRM.org"));
        assert!(scopes.allow_reading("ZohoCRM.users"));
        assert!(!scopes.allow_reading("ZohoCRM.bulk"));
    }

    #[test]
    fn all_includes_reading_and_a_longer_group_does_not() {
        let scopes = Scopes::parse("zohocrm.Org.All,ZohoCRM.users.photo.READ").unwrap();
        assert!(scopes.allow_reading("ZohoCRM.org"));
        assert!(!scopes.allow_reading("ZohoCRM.users"));
    }

    #[test]
    fn a_group_is_touched_from_above_and_below() {
        let touch = |scopes: &str, group| Scopes::parse(scopes).unwrap().touch(group);
        let modules = "ZohoCRM.settings.modules";
        for scopes in [
            "zohocrm.Settings.all",
            "ZohoCRM.settings.READ",
            "ZohoCRM.settings.modules.READ",
        ] {
            assert!(touch(scopes, modules), "{scopes}");
        }
        for scopes in [
            "ZohoCRM.settings.fields.READ",
            "ZohoCRM.settings.modules.CREATE",
            "ZohoCRM.READ",
            "ZohoCRM.modules.ALL",
        ] {
            assert!(!touch(scopes, modules), "{scopes}");
        }
        assert!(touch("ZohoCRM.modules.leads.READ", "ZohoCRM.modules"));
    }

    #[test]
    fn odd_shapes_are_told() {
        let scopes = Scopes::parse(
            "ZohoCRM.modules.red,modules.READ,ZohoCRM..READ,A.b.c.ALL,zohocrm.org.read",
        )
        .unwrap();
        let odd = scopes.iter().filter(|scope| !has_usual_shape(scope));
        assert_eq!(
            odd.collect::<Vec<_>>(),
            ["ZohoCRM.modules.red", "modules.READ", "ZohoCRM..READ"]
        );
    }
}
