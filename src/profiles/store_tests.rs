use super::*;
use crate::error::Error;
use crate::error::explanation::Explanation;
use crate::handover::samples;
use crate::zoho::trust::{AccountsServer, ApiDomain};
use secrecy::ExposeSecret;
use std::fs;
use std::sync::Barrier;
use std::time::{Duration, UNIX_EPOCH};
use tempfile::{TempDir, tempdir};

fn here() -> (TempDir, Profiles) {
    let folder = tempdir().unwrap();
    let profiles = Profiles::of(folder.path().join("a/b"));
    (folder, profiles)
}

fn name(name: &str) -> Name {
    name.parse().unwrap()
}

fn kept() -> Credentials {
    let server = AccountsServer::given("http://127.0.0.1:4711").unwrap();
    let domain = ApiDomain::given("https://api.example").unwrap();
    Credentials {
        trusted: (vec![server], vec![domain]),
        ..samples::full()
    }
}

fn explained(error: ProfileError) -> Explanation {
    Error::Profile(error).explain()
}

fn token(secret: Option<&secrecy::SecretString>) -> String {
    secret.unwrap().expose_secret().to_owned()
}

#[test]
fn what_was_kept_comes_back_and_the_list_shows_no_secret() {
    let (_folder, profiles) = here();
    profiles
        .save(&name("work"), &kept(), Backend::File)
        .unwrap();
    let back = profiles.load(&name("work")).unwrap();
    assert_eq!(token(back.refresh_token.as_ref()), "1000.r.r");
    assert_eq!(token(back.access_token.as_ref()), "1000.a.a");
    assert_eq!(back.client.secret().expose_secret(), "examplesecret");
    assert_eq!(back.expires_at, kept().expires_at);
    assert_eq!(back.scopes, kept().scopes);
    assert_eq!(back.redirect_uri, kept().redirect_uri);
    assert_eq!(back.trusted, kept().trusted);
    assert_eq!(back.data_center, kept().data_center);
    let whose = |of: &Credentials| format!("{:?} {:?}", of.organization(), of.user());
    assert_eq!(whose(&back), whose(&kept()));
    let listed = serde_json::to_string(&profiles.list().unwrap()).unwrap();
    assert!(listed.contains("1000.EXAMPLE") && listed.contains("person@example.com"));
    assert!(!listed.contains("1000.r.r") && !listed.contains("examplesecret"));
    assert!(!format!("{back:?}").contains("1000.r.r"));
}

#[cfg(unix)]
#[test]
fn file_and_folder_are_their_owners_alone_and_anything_else_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, profiles) = here();
    profiles
        .save(&name("work"), &kept(), Backend::File)
        .unwrap();
    let path = profiles.path();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for open in [0o640, 0o604, 0o620, 0o602] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
        let trouble = profiles.load(&name("work")).unwrap_err();
        assert_eq!(
            trouble,
            ProfileError::Open(Untrusted::path(&path)),
            "{open:o}"
        );
        assert!(explained(trouble).remedy.contains("chmod go-rwx"));
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_refused() {
    let (folder, profiles) = here();
    profiles
        .save(&name("work"), &kept(), Backend::File)
        .unwrap();
    let moved = folder.path().join("moved");
    fs::rename(profiles.path(), &moved).unwrap();
    std::os::unix::fs::symlink(&moved, profiles.path()).unwrap();
    let trouble = profiles.load(&name("work")).unwrap_err();
    assert_eq!(
        trouble,
        ProfileError::NotAFile(Untrusted::path(&profiles.path()))
    );
}

#[test]
fn what_is_no_profile_file_is_told_without_its_text_and_never_overwritten() {
    let (_folder, profiles) = here();
    profiles
        .save(&name("work"), &kept(), Backend::File)
        .unwrap();
    fs::write(profiles.path(), "{\"profiles\": 1000.r.secret").unwrap();
    let trouble = profiles
        .save(&name("work"), &kept(), Backend::File)
        .unwrap_err();
    let words = format!("{trouble} {:?}", explained(trouble.clone()));
    assert!(
        words.contains("is not a profiles file") && words.contains("line 1"),
        "{words}"
    );
    assert!(!words.contains("secret"), "{words}");
    assert!(
        fs::read_to_string(profiles.path())
            .unwrap()
            .contains("1000.r.secret")
    );
}

#[test]
fn an_unknown_profile_is_told_with_the_known_ones() {
    let (_folder, profiles) = here();
    let trouble = profiles.load(&name("work")).unwrap_err();
    let Explanation {
        cause, exit_code, ..
    } = explained(trouble);
    assert_eq!(
        (cause.as_str(), exit_code),
        ("No profile has been saved yet.", 2)
    );
    profiles
        .save(&name("home"), &kept(), Backend::File)
        .unwrap();
    assert_eq!(
        explained(profiles.load(&name("work")).unwrap_err()).cause,
        "Saved profiles: home."
    );
    assert_eq!(
        explained(profiles.forget(&name("work")).unwrap_err()).cause,
        "Saved profiles: home."
    );
}

#[test]
fn threads_that_save_at_once_lose_nothing() {
    let (_folder, profiles) = here();
    std::thread::scope(|scope| {
        for number in 0..16 {
            let profiles = &profiles;
            scope.spawn(move || {
                profiles
                    .save(&name(&format!("p{number}")), &kept(), Backend::File)
                    .unwrap();
            });
        }
    });
    assert_eq!(profiles.list().unwrap().len(), 16);
}

#[test]
fn what_a_refresh_brought_is_kept_with_a_new_refresh_token_too() {
    let (_folder, profiles) = here();
    let work = name("work");
    profiles.save(&work, &kept(), Backend::File).unwrap();
    let mut newer = kept();
    newer.refresh_token = Some("1000.r.other".into());
    newer.expires_at = Some(UNIX_EPOCH + Duration::from_hours(1));
    let turn = profiles.lock(&work, PATIENCE).unwrap();
    profiles.update(&work, &newer).unwrap();
    drop(turn);
    let back = profiles.load(&work).unwrap();
    assert_eq!(token(back.refresh_token.as_ref()), "1000.r.other");
    assert_eq!(back.expires_at, newer.expires_at);
}

#[test]
fn a_refresh_never_brings_back_what_was_forgotten_or_overwritten() {
    let (_folder, profiles) = here();
    let work = name("work");
    assert!(profiles.update(&work, &kept()).is_err());
    assert!(profiles.list().unwrap().is_empty());

    let mut newer = kept();
    newer.refresh_token = Some("1000.r.other".into());
    for _ in 0..50 {
        profiles.save(&work, &kept(), Backend::File).unwrap();
        let together = Barrier::new(3);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                together.wait();
                refresh(&profiles, &work);
            });
            scope.spawn(|| {
                together.wait();
                profiles.save(&work, &newer, Backend::File).unwrap();
            });
            together.wait();
        });
        let back = profiles.load(&work).unwrap();
        assert_eq!(token(back.refresh_token.as_ref()), "1000.r.other");
    }

    let together = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let turn = profiles.lock(&work, PATIENCE).unwrap();
            together.wait();
            let loaded = profiles.load(&work).unwrap();
            profiles.update(&work, &loaded).unwrap();
            drop(turn);
        });
        together.wait();
        profiles.forget(&work).unwrap();
    });
    assert!(profiles.list().unwrap().is_empty());
}

/// As a process would.
fn refresh(profiles: &Profiles, name: &Name) {
    let _turn = profiles.lock(name, PATIENCE).unwrap();
    let loaded = profiles.load(name).unwrap();
    profiles.update(name, &loaded).unwrap();
}
