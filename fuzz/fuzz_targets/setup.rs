#![no_main]

#[path = "../../tests/suite/properties/decide.rs"]
#[allow(dead_code)]
mod decide;
#[path = "../../tests/suite/properties/expected.rs"]
#[allow(dead_code)]
mod expected;
#[path = "../../tests/suite/properties/setup.rs"]
mod setup;

libfuzzer_sys::fuzz_target!(|input: &[u8]| setup::check(input));
