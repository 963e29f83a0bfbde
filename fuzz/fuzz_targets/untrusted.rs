#![no_main]

#[path = "../../tests/suite/properties/untrusted.rs"]
mod untrusted;

libfuzzer_sys::fuzz_target!(|input: &[u8]| untrusted::check(input));
