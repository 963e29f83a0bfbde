//! Tests how long tokens live and what revokes them.

use super::*;

#[test]
fn online_access_has_no_refresh_token() {
    for access_type in ["online", ""] {
        let mut case = Case::new();
        let code = case.code(&[("access_type", access_type)]);
        assert!(
            case.redeem(&code, &[])
                .ok()
                .unwrap()
                .refresh_token
                .is_none()
        );
    }
}

#[test]
fn only_the_first_consent_gives_a_refresh_token_unasked() {
    let mut case = Case::new();
    let refreshable = |case: &mut Case, prompt| {
        let code = case.code(&[("prompt", prompt)]);
        case.redeem(&code, &[])
            .ok()
            .unwrap()
            .refresh_token
            .is_some()
    };
    assert!(refreshable(&mut case, ""));
    assert!(!refreshable(&mut case, ""));
    assert!(refreshable(&mut case, "consent"));
}

#[test]
fn the_21st_refresh_token_kills_the_first_with_its_access_tokens() {
    let mut case = Case::new();
    let all: Vec<Issued> = (0..20).map(|_| case.login()).collect();
    let token = |index: usize| all[index].refresh_token.as_deref().unwrap();
    assert!(case.refresh(token(0), 0).is_ok());
    case.login();
    assert_eq!(
        case.refresh(token(0), 0).err(),
        Some(TokenError::InvalidCode)
    );
    assert!(!case.lives(&all[0].access_token, 0));
    assert!(case.refresh(token(1), 0).is_ok());
    assert!(case.lives(&all[1].access_token, 0));
}

#[test]
fn the_16th_access_token_kills_the_first() {
    let mut case = Case::new();
    let first = case.login();
    let other = case.login();
    let refresh_token = first.refresh_token.unwrap();
    let second = case.refresh(&refresh_token, 0).ok().unwrap();
    for _ in 2..15 {
        case.refresh(&refresh_token, 0).ok().unwrap();
    }
    assert!(case.lives(&first.access_token, 0));
    case.refresh(&refresh_token, 0).ok().unwrap();
    assert!(!case.lives(&first.access_token, 0));
    assert!(case.lives(&second.access_token, 0));
    assert!(case.lives(&other.access_token, 0));
}

#[test]
fn an_access_token_lives_an_hour_and_is_refreshed_without_a_new_refresh_token() {
    let mut case = Case::new();
    let issued = case.login();
    assert!(case.lives(&issued.access_token, 3599));
    assert!(!case.lives(&issued.access_token, 3600));
    let refreshed = case
        .refresh(&issued.refresh_token.unwrap(), 3600)
        .ok()
        .unwrap();
    assert!(refreshed.refresh_token.is_none());
    assert!(case.lives(&refreshed.access_token, 7199));
}

#[test]
fn a_refresh_token_serves_only_its_client_and_data_center() {
    let mut case = Case::new();
    let token = case.login().refresh_token.unwrap();
    let change = [("grant_type", "refresh_token"), ("refresh_token", &*token)];
    let foreign = case.token(&[&change[..], &[("client_id", "1000.OTHER")]].concat(), 0);
    assert_eq!(foreign.err(), Some(TokenError::InvalidCode));
    let form = changed(
        TOKEN,
        &[&change[..], &[("client_secret", "us-secret")]].concat(),
    );
    let elsewhere = case.registry.token(DataCenter::Us, &form, case.start);
    assert_eq!(elsewhere.err(), Some(TokenError::InvalidCode));
    assert!(case.refresh(&token, 0).is_ok());
}

#[test]
fn revocation_kills_the_refresh_token_and_its_access_tokens() {
    let mut case = Case::new();
    let (issued, other) = (case.login(), case.login());
    let token = issued.refresh_token.unwrap();
    assert!(case.registry.revoke(DataCenter::Us, &token).is_err());
    assert!(
        case.registry
            .revoke(DataCenter::Eu, &issued.access_token)
            .is_err()
    );
    assert!(case.lives(&issued.access_token, 0));
    assert!(case.registry.revoke(DataCenter::Eu, &token).is_ok());
    assert!(!case.lives(&issued.access_token, 0));
    assert!(case.refresh(&token, 0).is_err());
    assert!(case.lives(&other.access_token, 0));
}

#[test]
fn an_access_token_is_unknown_at_the_other_data_center() {
    let mut case = Case::new();
    let token = case.login().access_token;
    assert!(
        case.registry
            .scopes(DataCenter::Us, &token, case.start)
            .is_none()
    );
}

#[test]
fn a_code_is_unknown_at_the_other_data_center_and_not_spent_there() {
    let mut case = Case::new();
    let code = case.code(&[]);
    let form = changed(TOKEN, &[("code", &code), ("client_secret", "us-secret")]);
    let elsewhere = case.registry.token(DataCenter::Us, &form, case.start);
    assert_eq!(elsewhere.err(), Some(TokenError::InvalidCode));
    assert!(case.redeem(&code, &[]).is_ok());
}

#[test]
fn a_self_client_code_comes_without_a_redirect() {
    let mut case = Case::new();
    let scopes = vec!["ZohoCRM.org.READ".to_owned()];
    let code = case
        .registry
        .self_client_code(ID, scopes.clone(), case.start);
    let with = case.redeem(&code, &[("code_verifier", "")]);
    assert_eq!(with.err(), Some(TokenError::InvalidRedirectUri));
    let code = case.registry.self_client_code(ID, scopes, case.start);
    let without = case.redeem(&code, &[("code_verifier", ""), ("redirect_uri", "")]);
    assert!(without.is_ok_and(|issued| issued.refresh_token.is_some()));
}
