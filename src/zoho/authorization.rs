//! The authorization request: the address of Zoho's consent page (RFC 6749 section 4.1.1, RFC 7636).

use crate::zoho::{scopes::Scopes, trust::AccountsServer};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{CryptoRng, RngExt};
use ring::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// One authorization request, and what must be remembered to judge its response and redeem its code.
#[derive(Debug)]
pub struct AuthorizationRequest {
    /// Zoho's consent page for this request. It contains the state: never put it on a command line.
    pub address: SecretString,
    /// Returned unchanged by Zoho; proves that a response belongs to this login.
    pub state: SecretString,
    /// The PKCE code verifier, unless PKCE is turned off.
    pub verifier: Option<SecretString>,
    /// The redirect URI, as registered; the token request repeats it.
    pub redirect_uri: String,
}

impl AuthorizationRequest {
    /// Creates a request for offline access with a fresh consent: without either, Zoho issues no refresh token.
    pub fn new(
        server: &AccountsServer,
        client_id: &str,
        scopes: &Scopes,
        redirect_uri: &str,
        pkce: bool,
        random: &mut dyn CryptoRng,
    ) -> Self {
        let state = random_text(random);
        let verifier = pkce.then(|| random_text(random));
        let mut query = vec![
            ("client_id", client_id.to_owned()),
            ("response_type", "code".to_owned()),
            ("redirect_uri", redirect_uri.to_owned()),
            ("scope", scopes.joined(",")),
            ("access_type", "offline".to_owned()),
            ("prompt", "consent".to_owned()),
            ("state", state.expose_secret().to_owned()),
        ];
        if let Some(verifier) = &verifier {
            query.push(("code_challenge", challenge(verifier)));
            // Zoho assumes `plain` if the method is not named.
            query.push(("code_challenge_method", "S256".to_owned()));
        }
        let address = Url::parse_with_params(&format!("{server}/oauth/v2/auth"), query)
            .expect("an accounts server is an origin, and a path makes it a URL");
        Self {
            address: SecretString::from(String::from(address)),
            state,
            verifier,
            redirect_uri: redirect_uri.to_owned(),
        }
    }
}

/// 256 random bits in URL-safe characters, as RFC 7636 section 4.1 recommends for a verifier.
pub(crate) fn random_text(random: &mut dyn CryptoRng) -> SecretString {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    random.fill_bytes(bytes.as_mut());
    URL_SAFE_NO_PAD.encode(bytes.as_ref()).into()
}

/// 20 random letters, about 94 bits, valid in a host name.
pub(crate) fn random_letters(random: &mut dyn CryptoRng) -> String {
    (0..20)
        .map(|_| char::from(random.random_range(b'a'..=b'z')))
        .collect()
}

/// RFC 7636 section 4.2, S256.
fn challenge(verifier: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.expose_secret().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoho::data_centers::DATA_CENTERS;
    use rand::{SeedableRng, rngs::StdRng};
    use std::collections::HashMap;

    fn request(pkce: bool) -> (AuthorizationRequest, HashMap<String, String>) {
        let request = AuthorizationRequest::new(
            &AccountsServer::of(&DATA_CENTERS[1]),
            "1000.CLIENT",
            &Scopes::parse("ZohoCRM.org.READ ZohoCRM.users.READ").unwrap(),
            "http://localhost:8085/callback",
            pkce,
            &mut StdRng::seed_from_u64(7),
        );
        let address = Url::parse(request.address.expose_secret()).unwrap();
        assert!(
            address
                .as_str()
                .starts_with("https://accounts.zoho.eu/oauth/v2/auth?")
        );
        let query = address.query_pairs().into_owned().collect();
        (request, query)
    }

    #[test]
    fn it_asks_for_a_refresh_token_and_binds_state_and_challenge() {
        let (request, query) = request(true);
        let verifier = request.verifier.unwrap();
        for (name, value) in [
            ("client_id", "1000.CLIENT"),
            ("response_type", "code"),
            ("redirect_uri", "http://localhost:8085/callback"),
            ("scope", "ZohoCRM.org.READ,ZohoCRM.users.READ"),
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("state", request.state.expose_secret()),
            ("code_challenge", &challenge(&verifier)),
            ("code_challenge_method", "S256"),
        ] {
            assert!(query[name] == value, "{name}");
        }
        assert_eq!(verifier.expose_secret().len(), 43);
        assert_eq!(request.state.expose_secret().len(), 43);
        assert!(verifier.expose_secret() != request.state.expose_secret());
    }

    #[test]
    fn without_pkce_nothing_of_it_is_sent() {
        let (request, query) = request(false);
        assert!(request.verifier.is_none());
        assert!(!query.keys().any(|name| name.starts_with("code_challenge")));
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        assert_eq!(
            challenge(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let (request, _) = request(true);
        let shown = format!("{request:?}");
        assert!(!shown.contains(request.state.expose_secret()));
        assert!(!shown.contains(request.verifier.unwrap().expose_secret()));
    }
}
