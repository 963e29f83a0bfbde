#![no_main]

#[path = "../../tests/suite/properties/query.rs"]
mod query;
#[path = "../../tests/suite/properties/expected.rs"]
mod expected;

libfuzzer_sys::fuzz_target!(|input: &[u8]| query::check(input));
