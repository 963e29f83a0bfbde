//! Get verified Zoho CRM OAuth credentials with one command.
//!
//! The library is internal: it serves the `zoho-grant` command and its tests, and may change at any time. To build on
//! this project, use the crate `zoho-stand-in`.
//!
//! The steps of a login, each in the module named after it:
//!
//! 1. [`loopback`] binds the redirect URI on this machine, in both address families.
//! 2. [`zoho::authorization`] makes the authorization request: state, PKCE challenge, scopes.
//! 3. [`loopback::serve::Server`] serves the redirect URI; the browser is opened at its start address.
//! 4. [`loopback::decide`] judges each request; only the person's response to this very request counts.
//! 5. [`zoho::token`] redeems the grant token at the person's data center, if its server is trusted.
//! 6. [`zoho::crm`] asks who owns the tokens.
//! 7. [`handover`] writes the credentials to their destination, and [`profiles`] keeps them between runs.
//! 8. [`pages`] renders what the browser finally shows, and the login ends.
//!
//! [`login`] runs these steps as one function. [`login::device`] and [`login::self_client`] are the other flows. A
//! response that no browser could deliver is pasted ([`loopback::pasted`]).
//!
//! The library never prints, never ends the process and never reads its arguments: it reports an [`event`], and the
//! caller chooses the words.
#![forbid(unsafe_code)]

pub mod context;
pub mod credentials;
pub mod error;
pub mod event;
pub mod handover;
pub mod login;
pub mod loopback;
pub mod pages;
pub mod profiles;
pub mod settings;
pub mod setup;
pub mod untrusted;
pub mod zoho;
