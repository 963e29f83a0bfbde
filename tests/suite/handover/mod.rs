//! Tests credentials in the formats of their destinations.

mod export;
mod reading;
