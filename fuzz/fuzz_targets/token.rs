#![no_main]

#[path = "../../tests/suite/properties/token.rs"]
mod token;

libfuzzer_sys::fuzz_target!(|input: &[u8]| token::check(input));
