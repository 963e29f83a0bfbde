#![no_main]

#[path = "../../tests/suite/properties/scopes.rs"]
mod scopes;

libfuzzer_sys::fuzz_target!(|input: &[u8]| scopes::check(input));
