#![no_main]

#[path = "../../tests/suite/properties/pasted.rs"]
mod pasted;
#[path = "../../tests/suite/properties/expected.rs"]
mod expected;

libfuzzer_sys::fuzz_target!(|input: &[u8]| pasted::check(input));
