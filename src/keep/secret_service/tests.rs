//! Against a service that asks the person: a real one does so in a window. What it answers is that of the
//! specification, and its other half of the session is this program's own; `tests/suite/life_keyring.rs` is against a
//! service of somebody else.

mod fake;

use super::*;
use fake::{Quirk, Service};

fn items(service: &Service) -> [Option<&[u8]>; 2] {
    service.items.each_ref().map(Option::as_deref)
}

#[tokio::test]
async fn what_was_kept_comes_back() {
    for secret in ["", "1000.a", "sixteen bytes...", &"7".repeat(1000)] {
        let service = Service::with(None);
        let (outcome, service) = service
            .serve(async |keyring| keyring.keep("x", secret).await)
            .await;
        outcome.unwrap();
        assert_eq!(items(&service), [Some(secret.as_bytes()), None]);
        let (found, service) = service.serve(async |keyring| keyring.get("x").await).await;
        assert_eq!(found.unwrap().unwrap().as_slice(), secret.as_bytes());
        assert_eq!(service.questions, 0);
    }
}

#[tokio::test]
async fn what_is_locked_is_read_when_the_person_unlocks_it() {
    for quirk in [None, Some(Quirk::Blind)] {
        let service = Service::locked(quirk);
        let (found, service) = service.serve(async |keyring| keyring.get("x").await).await;
        assert_eq!(found.unwrap().unwrap().as_slice(), b"1000.a");
        assert_eq!(service.questions, 1);
    }
}

#[tokio::test]
async fn a_question_without_an_answer_leaves_it_locked() {
    for quirk in [Quirk::Dismissed, Quirk::Leaves] {
        let service = Service::locked(Some(quirk));
        let (found, _) = service.serve(async |keyring| keyring.get("x").await).await;
        let trouble = found.unwrap_err().trouble();
        assert!(matches!(trouble, Trouble::Locked(_)), "{trouble:?}");
    }
}

#[tokio::test]
async fn a_first_collection_is_made_with_the_person() {
    let mut service = Service::with(None);
    service.collection = false;
    let (outcome, service) = service
        .serve(async |keyring| keyring.keep("x", "1000.a").await)
        .await;
    outcome.unwrap();
    assert_eq!(
        (items(&service)[0], service.questions),
        (Some(&b"1000.a"[..]), 1)
    );
}

#[tokio::test]
async fn without_a_collection_it_counts_as_locked() {
    let mut service = Service::with(None);
    (service.collection, service.quirk) = (false, Some(Quirk::Dismissed));
    let (outcome, _) = service
        .serve(async |keyring| keyring.keep("x", "1000.a").await)
        .await;
    let trouble = outcome.unwrap_err().trouble();
    assert!(matches!(trouble, Trouble::Locked(_)), "{trouble:?}");
}

#[tokio::test]
async fn what_is_kept_anew_is_read_and_not_another_collections() {
    let mut service = Service::with(None);
    (service.items[1], service.quirk) = (Some(b"old".to_vec()), Some(Quirk::Keeps));
    let (outcome, service) = service
        .serve(async |keyring| keyring.keep("x", "new").await)
        .await;
    outcome.unwrap();
    assert_eq!(items(&service), [Some(&b"new"[..]), Some(b"old")]);
    let (found, mut service) = service.serve(async |keyring| keyring.get("x").await).await;
    assert_eq!(found.unwrap().unwrap().as_slice(), b"new");

    service.quirk = None;
    let (outcome, service) = service
        .serve(async |keyring| keyring.keep("x", "newer").await)
        .await;
    outcome.unwrap();
    assert_eq!(items(&service), [Some(&b"newer"[..]), None]);
}

#[tokio::test]
async fn nothing_is_left_anywhere_after_the_removal() {
    for quirk in [None, Some(Quirk::Blind)] {
        let mut service = Service::locked(quirk);
        service.items[1] = Some(b"old".to_vec());
        let (outcome, service) = service
            .serve(async |keyring| keyring.remove("x").await)
            .await;
        outcome.unwrap();
        assert_eq!((items(&service), service.questions), ([None, None], 1));
    }
}

#[tokio::test]
async fn a_removal_that_was_none_is_told() {
    let mut service = Service::with(Some(b"1000.a"));
    service.quirk = Some(Quirk::Keeps);
    let (outcome, _) = service
        .serve(async |keyring| keyring.remove("x").await)
        .await;
    assert!(matches!(outcome, Err(Failure::Undeleted)));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_says_nothing_is_none() {
    let mut service = Service::with(None);
    service.quirk = Some(Quirk::Silent);
    let (outcome, _) = service.serve(async |_: &mut Keyring| Ok(())).await;
    let trouble = outcome.unwrap_err().trouble();
    assert!(matches!(trouble, Trouble::NoKeyring(_)), "{trouble:?}");
}

#[tokio::test]
async fn an_error_of_the_bus_says_whether_there_is_a_keyring() {
    type Is = fn(&Trouble) -> bool;
    let (none, locked, other): (Is, Is, Is) = (
        |trouble| matches!(trouble, Trouble::NoKeyring(_)),
        |trouble| matches!(trouble, Trouble::Locked(_)),
        |trouble| matches!(trouble, Trouble::Keyring(_)),
    );
    for (name, is) in [
        ("org.freedesktop.DBus.Error.ServiceUnknown", none),
        ("org.freedesktop.DBus.Error.Spawn.ChildExited", none),
        ("org.freedesktop.Secret.Error.IsLocked", locked),
        ("org.freedesktop.DBus.Error.NoReply", other),
    ] {
        let mut service = Service::with(None);
        service.quirk = Some(Quirk::Error(name));
        let (outcome, _) = service.serve(async |_: &mut Keyring| Ok(())).await;
        let trouble = outcome.unwrap_err().trouble();
        assert!(
            is(&trouble) && trouble.cause().contains(name),
            "{trouble:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_of_another_type_is_not_understood() {
    let mut service = Service::with(None);
    service.quirk = Some(Quirk::Number);
    let (outcome, _) = service.serve(async |_: &mut Keyring| Ok(())).await;
    assert!(matches!(outcome, Err(Failure::Undecipherable)));
}
