//! Tests each strict rule of the registry with a simulated clock: authorization requests and grant tokens.

mod device;
mod tokens;

use std::time::Duration;

use super::*;

const ID: &str = "1000.CLIENT";
const REDIRECT: &str = "http://localhost:8085/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

type Pairs<'a> = &'a [(&'a str, &'a str)];

/// A valid authorization request; an empty value removes a parameter.
const AUTHORIZATION: Pairs = &[
    ("client_id", ID),
    ("response_type", "code"),
    ("redirect_uri", REDIRECT),
    ("scope", "ZohoCRM.org.READ,ZohoCRM.users.READ"),
    ("access_type", "offline"),
    ("prompt", "consent"),
    ("state", "s"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

const TOKEN: Pairs = &[
    ("grant_type", "authorization_code"),
    ("client_id", ID),
    ("client_secret", "eu-secret"),
    ("redirect_uri", REDIRECT),
    ("code_verifier", VERIFIER),
];

fn changed(base: Pairs, changes: Pairs) -> Parameters {
    let kept = base
        .iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let pairs = kept.chain(changes);
    let owned = pairs.map(|&(name, value)| (name.to_owned(), value.to_owned()));
    owned.collect::<Vec<_>>().try_into().unwrap()
}

fn client(id: &str, multi_dc: bool) -> Client {
    Client {
        kind: Kind::ServerBased,
        id: id.to_owned(),
        secrets: ["us-secret".into(), "eu-secret".into()],
        home: DataCenter::Us,
        multi_dc,
        redirect_uris: vec![REDIRECT.to_owned()],
    }
}

/// The registry, and the time at which its tests begin.
struct Case {
    registry: Registry,
    start: Instant,
}

impl Case {
    fn new() -> Self {
        let clients = vec![
            client(ID, true),
            client("1000.OTHER", true),
            client("1000.HOME", false),
        ];
        Self {
            registry: Registry::new(DataCenter::Eu, clients),
            start: Instant::now(),
        }
    }

    fn authorize(&mut self, changes: Pairs) -> Result<Authorization, Invalid> {
        self.registry
            .authorize(DataCenter::Eu, &changed(AUTHORIZATION, changes))
    }

    fn code(&mut self, changes: Pairs) -> String {
        let Ok(Authorization::Consent { ticket, .. }) = self.authorize(changes) else {
            panic!("no consent page");
        };
        let decided = self
            .registry
            .decide(DataCenter::Eu, &ticket, true, self.start);
        decided.ok().and_then(|decided| decided.code).unwrap()
    }

    fn redeem(&mut self, code: &str, changes: Pairs) -> Result<Issued, TokenError> {
        self.token(&[&[("code", code)], changes].concat(), 0)
    }

    fn refresh(&mut self, token: &str, seconds: u64) -> Result<Issued, TokenError> {
        self.token(
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
            seconds,
        )
    }

    fn token(&mut self, changes: Pairs, seconds: u64) -> Result<Issued, TokenError> {
        let now = self.start + Duration::from_secs(seconds);
        self.registry
            .token(DataCenter::Eu, &changed(TOKEN, changes), now)
    }

    /// Completes a successful login.
    fn login(&mut self) -> Issued {
        let code = self.code(&[]);
        self.redeem(&code, &[]).ok().unwrap()
    }

    fn lives(&self, access_token: &str, seconds: u64) -> bool {
        let now = self.start + Duration::from_secs(seconds);
        self.registry
            .scopes(DataCenter::Eu, access_token, now)
            .is_some()
    }
}

#[test]
fn a_good_login_yields_tokens_for_its_scopes() {
    let mut case = Case::new();
    let issued = case.login();
    let scopes = case
        .registry
        .scopes(DataCenter::Eu, &issued.access_token, case.start);
    assert_eq!(scopes.unwrap(), ["ZohoCRM.org.READ", "ZohoCRM.users.READ"]);
    assert!(issued.refresh_token.is_some());
}

#[test]
fn each_bad_authorization_request_has_its_page() {
    for (change, page) in [
        (("client_id", "1000.NOBODY"), Invalid::Client),
        (("client_id", "1000.HOME"), Invalid::Client),
        (
            ("redirect_uri", "http://localhost:8085/callback/"),
            Invalid::RedirectUri,
        ),
        (
            ("redirect_uri", "http://127.0.0.1:8085/callback"),
            Invalid::RedirectUri,
        ),
        (("redirect_uri", ""), Invalid::RedirectUri),
        (("scope", ""), Invalid::Scope),
        (("scope", "everything"), Invalid::Scope),
        (("response_type", "token"), Invalid::ResponseType),
        (("access_type", "always"), Invalid::Request),
        (("prompt", "login"), Invalid::Request),
        (("code_challenge", "short"), Invalid::Request),
        (("code_challenge", ""), Invalid::Request),
        (("code_challenge_method", "S512"), Invalid::Request),
    ] {
        assert_eq!(
            Case::new().authorize(&[change]).err(),
            Some(page),
            "{change:?}"
        );
    }
}

#[test]
fn the_person_is_moved_home_only_with_a_good_request() {
    let mut case = Case::new();
    let good = case
        .registry
        .authorize(DataCenter::Us, &changed(AUTHORIZATION, &[]));
    assert!(matches!(good, Ok(Authorization::Moved(DataCenter::Eu))));
    let bad = changed(AUTHORIZATION, &[("scope", "everything")]);
    assert_eq!(
        case.registry.authorize(DataCenter::Us, &bad).err(),
        Some(Invalid::Scope)
    );
}

#[test]
fn a_consent_is_answered_once() {
    let mut case = Case::new();
    let Ok(Authorization::Consent { ticket, .. }) = case.authorize(&[]) else {
        panic!("no consent page");
    };
    let elsewhere = case
        .registry
        .decide(DataCenter::Us, &ticket, true, case.start);
    assert_eq!(elsewhere.err(), Some(Invalid::Request));
    let refused = case
        .registry
        .decide(DataCenter::Eu, &ticket, false, case.start)
        .ok()
        .unwrap();
    assert_eq!((refused.code, refused.state.as_deref()), (None, Some("s")));
    let again = case
        .registry
        .decide(DataCenter::Eu, &ticket, true, case.start);
    assert_eq!(again.err(), Some(Invalid::Request));
}

#[test]
fn a_code_works_once_and_its_second_use_kills_what_it_gave() {
    let mut case = Case::new();
    let code = case.code(&[]);
    let issued = case.redeem(&code, &[]).ok().unwrap();
    assert_eq!(case.redeem(&code, &[]).err(), Some(TokenError::InvalidCode));
    assert!(!case.lives(&issued.access_token, 0));
    let refreshed = case.refresh(&issued.refresh_token.unwrap(), 0);
    assert_eq!(refreshed.err(), Some(TokenError::InvalidCode));
}

#[test]
fn a_code_is_spent_by_a_failed_attempt() {
    let mut case = Case::new();
    let code = case.code(&[]);
    assert!(case.redeem(&code, &[("code_verifier", "")]).is_err());
    assert_eq!(case.redeem(&code, &[]).err(), Some(TokenError::InvalidCode));
}

#[test]
fn a_code_lives_less_than_60_seconds() {
    for (seconds, good) in [(59, true), (60, false), (61, false)] {
        let mut case = Case::new();
        let code = case.code(&[]);
        let outcome = case.token(&[("code", &code)], seconds);
        assert_eq!(outcome.is_ok(), good, "{seconds}");
    }
}

#[test]
fn each_bad_token_request_has_its_error() {
    let slash = "http://localhost:8085/callback/";
    let other = "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    for (change, error) in [
        (("client_id", "1000.NOBODY"), TokenError::InvalidClient),
        (("client_id", "1000.HOME"), TokenError::InvalidClient),
        (("client_id", "1000.OTHER"), TokenError::InvalidCode),
        (
            ("client_secret", "us-secret"),
            TokenError::InvalidClientSecret,
        ),
        (("client_secret", ""), TokenError::InvalidClientSecret),
        (("redirect_uri", slash), TokenError::InvalidRedirectUri),
        (("redirect_uri", ""), TokenError::InvalidRedirectUri),
        (("code_verifier", other), TokenError::InvalidCode),
        (("code_verifier", ""), TokenError::InvalidCode),
        (("code_verifier", CHALLENGE), TokenError::InvalidCode),
        (("code", ""), TokenError::InvalidCode),
        (("grant_type", "password"), TokenError::GeneralError),
        (("grant_type", ""), TokenError::GeneralError),
    ] {
        let mut case = Case::new();
        let code = case.code(&[]);
        let changes = if change.0 == "code" {
            vec![change]
        } else {
            vec![("code", &*code), change]
        };
        assert_eq!(case.token(&changes, 0).err(), Some(error), "{change:?}");
    }
}

#[test]
fn without_a_method_the_challenge_is_plain() {
    let plain = [("code_challenge", VERIFIER), ("code_challenge_method", "")];
    let mut case = Case::new();
    let code = case.code(&plain);
    assert!(case.redeem(&code, &[]).is_ok());
    // A client that does not name S256 fails, as it does at Zoho.
    let code = case.code(&[("code_challenge_method", "")]);
    assert_eq!(case.redeem(&code, &[]).err(), Some(TokenError::InvalidCode));
}

#[test]
fn a_verifier_without_a_challenge_is_refused() {
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let mut case = Case::new();
    let code = case.code(&none);
    assert_eq!(case.redeem(&code, &[]).err(), Some(TokenError::InvalidCode));
    let code = case.code(&none);
    assert!(case.redeem(&code, &[("code_verifier", "")]).is_ok());
}
