//! Tests device codes with a simulated clock.

use super::*;
use crate::registry::answer::Polled;
use crate::registry::device::LIFETIME;

use DataCenter::{Eu, Us};

const PACE: Duration = Duration::from_secs(5);

fn begun(registry: &mut Registry, now: Instant) -> (String, String) {
    registry.interval = PACE;
    let fields = [
        ("client_id", ID),
        ("grant_type", "device_request"),
        ("scope", "ZohoCRM.org.READ"),
        ("access_type", "offline"),
        ("prompt", "consent"),
    ];
    let start = registry.device_code(Us, &changed(&fields, &[]), now);
    let Ok(start) = start else {
        panic!("the request is good");
    };
    (start.device_code, start.user_code)
}

fn poll(registry: &mut Registry, at: DataCenter, code: &str, now: Instant) -> &'static str {
    let fields = [
        ("client_id", ID),
        (
            "client_secret",
            if at == Us { "us-secret" } else { "eu-secret" },
        ),
        ("grant_type", "device_token"),
        ("code", code),
    ];
    match registry.poll(at, &changed(&fields, &[]), now) {
        Polled::Issued(issued) if issued.refresh_token.is_some() => "tokens",
        Polled::Issued(_) => "an access token",
        Polled::Pending => "pending",
        Polled::SlowDown => "slow down",
        Polled::OtherDataCenter(_) => "elsewhere",
        Polled::Refused => "refused",
        Polled::Expired => "expired",
        Polled::Error(error) => error.code(),
    }
}

fn decide(registry: &mut Registry, user_code: &str, accepted: bool, now: Instant) -> bool {
    match registry.enter(Eu, user_code, now) {
        Ok(Authorization::Consent { ticket, .. }) => {
            registry.decide_device(Eu, &ticket, accepted, now)
        }
        _ => false,
    }
}

#[test]
fn tokens_come_once_at_the_persons_data_center() {
    let Case {
        mut registry,
        start: now,
    } = Case::new();
    let (code, user_code) = begun(&mut registry, now);
    assert_eq!(poll(&mut registry, Us, &code, now), "pending");
    assert!(decide(
        &mut registry,
        &user_code.to_lowercase().replace('-', " "),
        true,
        now
    ));
    assert_eq!(poll(&mut registry, Us, &code, now + PACE), "elsewhere");
    assert_eq!(poll(&mut registry, Eu, &code, now + 2 * PACE), "tokens");
    assert_eq!(
        poll(&mut registry, Eu, &code, now + 3 * PACE),
        "invalid_code"
    );
    assert!(!decide(&mut registry, &user_code, true, now));
}

#[test]
fn whoever_polls_too_fast_is_slowed_down_and_gets_nothing() {
    let Case {
        mut registry,
        start: now,
    } = Case::new();
    let (code, user_code) = begun(&mut registry, now);
    assert!(decide(&mut registry, &user_code, true, now));
    assert_eq!(poll(&mut registry, Eu, &code, now), "tokens");
    let (code, _) = begun(&mut registry, now);
    assert_eq!(poll(&mut registry, Eu, &code, now), "pending");
    let early = now + PACE.saturating_sub(Duration::from_millis(1));
    assert_eq!(poll(&mut registry, Eu, &code, early), "slow down");
    assert_eq!(poll(&mut registry, Eu, &code, early + PACE), "pending");
}

#[test]
fn a_code_expires_and_a_refusal_stays() {
    let Case {
        mut registry,
        start: now,
    } = Case::new();
    let (code, user_code) = begun(&mut registry, now);
    assert!(!decide(&mut registry, &user_code, true, now + LIFETIME));
    assert_eq!(poll(&mut registry, Us, &code, now + LIFETIME), "expired");
    let (code, user_code) = begun(&mut registry, now);
    assert!(decide(&mut registry, &user_code, false, now));
    assert!(!decide(&mut registry, &user_code, true, now));
    assert_eq!(poll(&mut registry, Us, &code, now), "refused");
    assert_eq!(poll(&mut registry, Us, "1000.unknown", now), "invalid_code");
}
