//! Credentials in the forms of those who read them.

mod export;
mod reading;
