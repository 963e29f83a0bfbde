#![no_main]

#[path = "../../tests/suite/properties/dotenv.rs"]
mod dotenv;

libfuzzer_sys::fuzz_target!(|input: &[u8]| dotenv::check(input));
