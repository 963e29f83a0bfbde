//! Zoho: its data centers, its dialect of OAuth 2.0, and the CRM's answer to who owns the tokens.

pub mod api;
#[cfg(all(unix, not(target_vendor = "apple")))]
mod authorities;
pub mod authorization;
pub mod client;
pub mod crm;
pub mod data_centers;
pub mod device;
pub mod http;
mod lenient;
pub mod network;
mod proxy;
pub mod registration;
mod resolver;
pub mod scope_catalog;
pub mod scopes;
pub mod token;
pub mod token_error;
pub mod trust;

use std::time::Duration;

/// The byte-order mark that some editors and gateways add.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Time limit for Zoho's complete response to the token request; other requests get a third of it.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(30);
