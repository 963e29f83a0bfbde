#![no_main]

#[path = "../../tests/suite/properties/decide.rs"]
mod decide;
#[path = "../../tests/suite/properties/expected.rs"]
mod expected;

libfuzzer_sys::fuzz_target!(|input: &[u8]| decide::check(input));
