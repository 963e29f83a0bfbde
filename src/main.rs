//! The `zoho-grant` command.
fn main() {}
