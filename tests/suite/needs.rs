//! Reports what a test needs and this machine lacks.

use std::io::Write;

/// Reports visibly that something was not tested; if this variable is set, fails instead.
pub fn missing(variable: &str, why: &str) {
    let required = std::env::var_os(variable).is_some_and(|value| value != "0");
    assert!(!required, "{variable} is set, but {why}");
    // Not with eprintln!, whose output cargo discards when a test passes.
    let _ = writeln!(std::io::stderr(), "NOT TESTED: {why}");
}
