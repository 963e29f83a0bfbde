//! One command and one click from nothing to checked Zoho CRM credentials.
#![forbid(unsafe_code)]

pub mod demo;
pub mod loopback;
