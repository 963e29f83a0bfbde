//! The certificate authorities that this system trusts, where the system itself judges certificates.

use reqwest::ClientBuilder;

/// As it is: the HTTP library asks the system.
pub(super) fn trusting(builder: ClientBuilder, _: bool) -> Result<ClientBuilder, String> {
    Ok(builder)
}
