#![no_main]

#[path = "../../tests/suite/properties/foreign.rs"]
mod foreign;

libfuzzer_sys::fuzz_target!(|input: &[u8]| foreign::check(input));
