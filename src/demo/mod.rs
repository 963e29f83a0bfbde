//! The stand-in Zoho.

pub mod pages;
