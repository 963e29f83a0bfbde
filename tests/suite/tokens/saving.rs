//! Tests saving credentials: profiles in a file, and what can go wrong with them.

use crate::needs::missing;
use crate::program::{Program, after, command};
use crate::tokens::source::Life;
use serde_json::Value;
use std::fs;
use std::process::Command;
use zoho_stand_in::{DataCenter, visitor};

#[tokio::test]
async fn a_profile_is_exported_in_any_format() {
    let life = Life::with_profile().await;
    let export = ["export", "--profile", "default", "--format", "dotenv"];
    let ended = life.run(&export).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let token = life.secrets()["refresh_token"].as_str().unwrap().to_owned();
    assert!(
        ended
            .stdout
            .contains(&format!("\nZOHO_REFRESH_TOKEN={token}\n"))
    );
    let ended = life.run(&["export", "--profile", "none"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
}

/// What the login found out is saved and survives a refresh: nothing has to be requested again.
#[tokio::test]
async fn a_profile_remembers_whose_it_is() {
    let life = Life::with_profile().await;
    life.change("expires_at", "2020-01-01T00:00:00Z");
    let token = life.run(&["token"]).await;
    assert_eq!(token.code, Some(0), "{}", token.stderr);
    let field = async |name: &str| life.run(&["export", "--field", name]).await.stdout;
    let shown = life.run(&["profiles"]).await.stdout;
    for (name, value) in [
        ("organization_name", "Rehearsal Company"),
        ("organization_type", "production"),
        ("environment", "Production"),
        ("user_email", "rehearsal@example.com"),
    ] {
        assert_eq!(field(name).await, format!("{value}\n"), "{name}");
        assert!(name == "environment" || shown.contains(value), "{shown}");
    }
    assert!(shown.contains("production, enterprise"), "{shown}");
    let ended = life.run(&["check"]).await;
    let trusted = "the API domain that the login was told to trust";
    assert_eq!(ended.code, Some(0), "{trusted}: {}", ended.stderr);

    // Airbyte does not know the stand-in's server, and no request is made.
    life.change_at("accounts_url", "https://accounts.zoho.eu");
    let ended = life.run(&["export", "--format", "airbyte"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let configuration: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(configuration["environment"], "Production");
    assert_eq!(configuration["dc_region"], "EU");
    assert_eq!(configuration.get("edition"), None);
}

#[tokio::test]
async fn what_hides_is_refused_where_nothing_shows_it() {
    let life = Life::with_profile().await;
    for hidden in ["a\u{202e}b", "a\u{200b}b", "a\nb", "\u{1b}[2J"] {
        life.change_at("organization/name", hidden);
        for option in [
            ["--field", "organization_name"],
            ["--template", "at {organization_name}"],
        ] {
            let ended = life.run(&[&["export"][..], &option].concat()).await;
            assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
            assert!(
                ended
                    .stderr
                    .contains("cannot represent the organization_name"),
                "{}",
                ended.stderr
            );
        }
        let json = life.run(&["export", "--format", "json"]).await.stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["organization"]["name"], hidden);
    }
}

#[tokio::test]
async fn profiles_are_listed_without_secrets_and_forgotten() {
    let life = Life::with_profile().await;
    life.exchange(&["--save", "work", "--save-to", "file"])
        .await;
    let ended = life.run(&["profiles"]).await;
    assert_eq!(
        (ended.code, ended.stdout.lines().count()),
        (Some(0), 2),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stdout.starts_with("default\tfile\t1000.")
            && ended.stdout.contains("Rehearsal Company")
    );
    for name in ["client_secret", "refresh_token", "access_token"] {
        assert!(
            !ended
                .stdout
                .contains(life.secrets()[name].as_str().unwrap()),
            "{name}"
        );
    }
    let token = life.run(&["token", "--profile", "work"]).await.stdout;
    let named = life
        .run_in(&[("ZOHO_PROFILE", "work")], &["token"])
        .await
        .stdout;
    assert!(token == named && token != life.run(&["token"]).await.stdout);

    let ended = life.run(&["forget", "work"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let again = life.run(&["forget", "work"]).await;
    assert_eq!(again.code, Some(2));
    assert!(
        again.stderr.contains("zoho-grant profiles lists them") && !again.stderr.contains("--"),
        "{}",
        again.stderr
    );
    let ended = life.run(&["token", "--profile", "work"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("Saved profiles: default."),
        "{}",
        ended.stderr
    );
    assert_eq!(life.revocations(), 0, "forgetting is not revoking");
}

#[tokio::test]
async fn a_place_to_save_implies_saving() {
    let life = Life::new().await;
    let ended = life.exchange(&["--save-to", "file", "--revoke-old"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let listed = life.run(&["profiles"]).await.stdout;
    assert!(listed.starts_with("default\tfile\t"), "{listed}");
}

#[tokio::test]
async fn without_a_keyring_nothing_is_tried_and_the_file_is_offered() {
    let life = Life::new().await;
    let ended = life.exchange(&["--save"]).await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(1), ""),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("no keyring is available") && ended.stderr.contains("--save-to file"),
        "{}",
        ended.stderr
    );
    assert!(
        !ended.stderr.contains("written to the output"),
        "{}",
        ended.stderr
    );
    assert!(life.stand_in.requests().is_empty() && !life.profiles().exists());
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_can_read_or_own_is_not_used() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let life = Life::with_profile().await;
    let before = life.stand_in.requests().len();
    fs::set_permissions(life.profiles(), fs::Permissions::from_mode(0o644)).unwrap();
    for command in ["token", "check", "profiles", "revoke"] {
        let ended = life.run(&[command]).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(1), ""),
            "{command}"
        );
        assert!(
            ended.stderr.contains("open to other users") && ended.stderr.contains("chmod go-rwx"),
            "{}",
            ended.stderr
        );
    }
    let ended = life.exchange(&["--save", "--save-to", "file"]).await;
    assert_eq!(
        ended.code,
        Some(1),
        "saving would spend the grant token first"
    );
    fs::set_permissions(life.profiles(), fs::Permissions::from_mode(0o600)).unwrap();
    // Only root can give a file away.
    if chown(life.profiles(), Some(65534), None).is_ok() {
        let ended = life.run(&["token"]).await;
        assert_eq!(ended.code, Some(1));
        assert!(
            ended.stderr.contains("belongs to another user"),
            "{}",
            ended.stderr
        );
    } else {
        missing("REQUIRE_HOSTILE", "only root can give a file away");
    }
    assert_eq!(life.stand_in.requests().len(), before);
}

#[tokio::test]
async fn saving_over_a_live_refresh_token_tells_of_it_and_revokes_it_when_asked() {
    let life = Life::with_profile().await;
    let save = ["--save", "--save-to", "file"];
    let ended = life.exchange(&save).await;
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.stderr.contains("about twenty") && ended.stderr.contains("--revoke-old"),
        "{}",
        ended.stderr
    );
    assert_eq!(life.revocations(), 0);
    let ended = life
        .exchange(&[&save[..], &["--revoke-old"]].concat())
        .await;
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.stderr.contains("older refresh token was revoked"),
        "{}",
        ended.stderr
    );
    assert_eq!(life.revocations(), 1);
    life.change("expires_at", "2020-01-01T00:00:00Z");
    assert_eq!(
        life.run(&["token"]).await.code,
        Some(0),
        "the new one was revoked"
    );
}

#[tokio::test]
async fn a_login_is_kept_and_page_and_terminal_say_where() {
    let life = Life::new().await;
    let mut login = command(&life.variables(), &[]);
    login.args(login_arguments(&life));
    let mut program = Program::spawn(&mut login);
    let page = consent(&life, &mut program).await;
    let ended = program.wait().await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), ""),
        "{}",
        ended.stderr
    );
    let file = life.profiles().display().to_string();
    let kept = format!("Saved in the file {file}, as profile default.");
    assert!(ended.stderr.contains(&kept), "{}", ended.stderr);
    assert!(page.contains("Saved in the profile file as profile default."));
    assert!(page.contains("zoho-grant token --profile default"));
    assert!(!page.contains("Not saved anywhere"));
    assert_eq!(life.run(&["token"]).await.code, Some(0));
}

/// The limit simulates a full disk after the trial write, when the person has already consented.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_is_full_while_saving_loses_nothing() {
    let life = Life::new().await;
    let mut login = command(&life.variables(), &[]);
    login.args(login_arguments(&life));
    let mut shell = after("trap '' XFSZ; echo $$ >&2", &login);
    let mut program = Program::spawn(&mut shell);
    let id = program.line_with("").await;
    let (uri, address) = beginning(&mut program).await;
    life.stand_in.register_redirect_uri(&uri);
    let limited = Command::new("prlimit")
        .args(["--fsize=0", "--pid", id.trim()])
        .status();
    assert!(limited.unwrap().success());
    let visit = visitor::consent(&address).await.unwrap();
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("could not be saved") && ended.stderr.contains("cannot be written"),
        "{}",
        ended.stderr
    );
    assert!(ended.stdout.contains("Refresh token:"), "{}", ended.stdout);
    assert!(visit.page.contains("could not be saved"));
    assert!(life.secrets().is_null());
}

/// The arguments of a login that is saved in the file.
pub fn login_arguments(life: &Life) -> Vec<String> {
    let [us, eu] = DataCenter::PAIR.map(|center| life.stand_in.accounts_url(center));
    let secret = life.home.path().join("secret");
    let text = life.client().remove(1).1;
    fs::write(&secret, text).unwrap();
    let secret = secret.to_str().unwrap().to_owned();
    let domain = life.stand_in.api_domain(DataCenter::Eu);
    let id = life.stand_in.client_id();
    [
        "login",
        "--no-browser",
        "--redirect-uri",
        "http://localhost:0/callback",
        "--save",
        "--save-to",
        "file",
        "--accounts-url",
        &us,
        "--trust-accounts-server",
        &eu,
        "--trust-api-domain",
        &domain,
        "--client-id",
        &id,
        "--client-secret-file",
        &secret,
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Reads the redirect URI and the address of the consent page.
pub async fn beginning(program: &mut Program) -> (String, String) {
    let uri = program.line_with("http://localhost:").await;
    let address = program.line_with("/oauth/v2/auth").await;
    (uri.trim().to_owned(), address.trim().to_owned())
}

async fn consent(life: &Life, program: &mut Program) -> String {
    let (uri, address) = beginning(program).await;
    life.stand_in.register_redirect_uri(&uri);
    visitor::consent(&address).await.unwrap().page
}
