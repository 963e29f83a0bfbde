//! What a machine lacks that a test needs.

use std::io::Write;

/// Tells loudly that something was not tested; where this variable is set, that is a failure.
pub fn missing(variable: &str, why: &str) {
    let required = std::env::var_os(variable).is_some_and(|value| value != "0");
    assert!(!required, "{variable} is set, but {why}");
    // Not by eprintln!, whose words cargo swallows when a test passes.
    let _ = writeln!(std::io::stderr(), "NOT TESTED: {why}");
}
