//! What Zoho is: its data centers, its dialect of OAuth 2.0, and the CRM's answer to "whose are these?".

pub mod api;
#[cfg_attr(
    any(not(unix), target_vendor = "apple"),
    path = "system_authorities.rs"
)]
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

/// Until Zoho's whole answer to the token request must be there. What loses nothing gets a third of it.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(30);
