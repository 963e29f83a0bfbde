//! Tests where settings come from: variables are read in one place, layers never mix values that belong together, and
//! sources keep their order.

use crate::program::{Ended, Program};
use crate::tokens::source::{Life, SCOPES};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use zoho_stand_in::DataCenter;

const CLIENT: [(&str, &str); 2] = [
    ("ZOHO_CLIENT_ID", "1000.ABCDEFGHIJ0123456789ABCDEFGHIJ"),
    ("ZOHO_CLIENT_SECRET", "examplesecret"),
];
const TOKEN: (&str, &str) = ("ZOHO_REFRESH_TOKEN", "1000.r.r");

/// A login that nobody answers, with this home folder and these variables.
async fn login(life: &Life, variables: &[(&str, &str)], options: &[&str]) -> Ended {
    let usual = ["--no-browser", "--timeout", "100ms"];
    let uri = ["--redirect-uri", "http://localhost:0/callback"];
    let arguments = [&["login"], &usual[..], &uri, options].concat();
    life.run_in(variables, &arguments).await
}

/// What `export` produces from variables alone.
async fn exported(life: &Life, variables: &[(&str, &str)]) -> Value {
    let ended = life
        .run_in(variables, &["export", "--format", "json"])
        .await;
    assert_eq!(ended.code, Some(0), "{variables:?}: {}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn written(life: &Life, text: impl AsRef<[u8]>) -> PathBuf {
    let path = life.home.path().join("settings.env");
    fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn row_32_a_secret_never_goes_to_a_server_that_another_layer_named() {
    let life = Life::new().await;
    let server = life.stand_in.accounts_url(DataCenter::Us);
    let file = written(&life, format!("ZOHO_ACCOUNTS_URL={server}\n"));
    let of_file = ["--env-file", file.to_str().unwrap()];
    let ended = login(&life, &CLIENT, &of_file).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("--accounts-url"), "{}", ended.stderr);

    // The person's own option may name it; nobody answers, so the login ends at its deadline.
    let ended = login(&life, &CLIENT, &["--accounts-url", &server]).await;
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);

    // A client from the file with a secret from the environment.
    let file = written(
        &life,
        format!("ZOHO_CLIENT_ID=1000.A\nZOHO_ACCOUNTS_URL={server}\n"),
    );
    let of_file = ["--env-file", file.to_str().unwrap()];
    let ended = login(&life, &CLIENT[1..], &of_file).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("--client-secret-file"),
        "{}",
        ended.stderr
    );

    // A server from the environment with a secret from the file, which names none.
    let file = written(&life, "ZOHO_CLIENT_ID=1000.A\nZOHO_CLIENT_SECRET=s\n");
    let of_file = ["--env-file", file.to_str().unwrap()];
    let ended = login(&life, &[("ZOHO_ACCOUNTS_URL", &server)], &of_file).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        life.stand_in
            .requests()
            .iter()
            .all(|request| request.value("client_secret").is_none())
    );
}

#[tokio::test]
async fn row_32_a_remembered_secret_stays_with_its_server() {
    let life = Life::with_profile().await;
    let ended = login(&life, &[], &[]).await;
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let client = life.stand_in.client_id();
    let note = format!(
        "Using profile default (Rehearsal Company) for everything not specified: client {client}, "
    );
    let told: Vec<_> = ended
        .stderr
        .lines()
        .filter(|line| line.contains(&note))
        .collect();
    assert_eq!(told.len(), 1, "{}", ended.stderr);
    assert!(
        told[0].ends_with(&format!("{}.", SCOPES.join(", "))),
        "{}",
        told[0]
    );
    assert!(!ended.stderr.contains("warning"), "{}", ended.stderr);

    let elsewhere = [("ZOHO_ACCOUNTS_URL", "http://127.0.0.1:9")];
    for options in [&[][..], &["--profile", "default"]] {
        let ended = login(&life, &elsewhere, options).await;
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains("the environment"), "{}", ended.stderr);
    }
    let ended = login(&life, &[], &["--profile", "none"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("no profile none"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_printed_command_consents_again_to_the_same() {
    let life = Life::with_profile().await;
    life.change("refresh_token", "1000.dead");
    life.change("expires_at", "2020-01-01T00:00:00Z");
    let ended = life.run(&["token"]).await;
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    let (_, command) = ended.stderr.split_once("Consent again: ").unwrap();
    let scopes = SCOPES.join(",");
    assert_eq!(
        command.trim_end(),
        format!("zoho-grant login --profile default --scope {scopes} --save --save-to file")
    );
    let words: Vec<_> = command.split_whitespace().skip(2).collect();
    let ended = login(&life, &[], &words).await;
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("Using profile default"),
        "{}",
        ended.stderr
    );

    let path = written(
        &life,
        "ZOHO_CLIENT_ID=1000.A\nZOHO_CLIENT_SECRET=s\nZOHO_ACCESS_TOKEN=1000.a\nZOHO_DC=jp\n\
        ZOHO_ACCESS_TOKEN_EXPIRES_AT=2020-01-01T00:00:00Z\nZOHO_SCOPE=A.b.READ\n",
    );
    let path = path.to_str().unwrap();
    let ended = life.run(&["token", "--env-file", path]).await;
    let command = format!(
        "zoho-grant login --env-file {path} --scope A.b.READ --format dotenv --output {path}\n"
    );
    assert!(ended.stderr.contains(&command), "{}", ended.stderr);
}

#[tokio::test]
async fn a_profile_tells_scopes_and_redirect_uri_that_nothing_else_tells() {
    let life = Life::with_profile().await;
    let ended = login(&life, &[], &[]).await;
    assert!(
        !ended.stderr.contains("ZohoCRM.settings.READ"),
        "{}",
        ended.stderr
    );
    let text = fs::read_to_string(life.profiles()).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    document["profiles"]["default"]["redirect_uri"] = "http://127.0.0.1:0/kept".into();
    fs::write(life.profiles(), document.to_string()).unwrap();
    let waits = ["login", "--no-browser", "--timeout", "100ms"];
    let ended = life.run(&waits).await;
    assert!(ended.stderr.contains("/kept"), "{}", ended.stderr);
    let variable = [("ZOHO_REDIRECT_URI", "http://127.0.0.1:0/given")];
    let ended = life.run_in(&variable, &waits).await;
    assert!(ended.stderr.contains("/given"), "{}", ended.stderr);
}

#[tokio::test]
async fn the_sources_have_an_order_and_export_takes_the_same() {
    let life = Life::with_profile().await;
    let kept = life.secrets()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(exported(&life, &[]).await["refresh_token"], kept);

    let complete = [
        &CLIENT[..],
        &[TOKEN, ("ZOHO_DC", "in"), ("ZOHO_PROFILE", "none")],
    ]
    .concat();
    assert_eq!(
        exported(&life, &complete).await["refresh_token"],
        "1000.r.r"
    );
    // Without the secret they are incomplete.
    let incomplete = [CLIENT[0], TOKEN, ("ZOHO_PROFILE", "default")];
    assert_eq!(exported(&life, &incomplete).await["refresh_token"], kept);

    let file = written(
        &life,
        "ZOHO_CLIENT_ID=1000.A\nZOHO_CLIENT_SECRET=s\nZOHO_ACCESS_TOKEN=1000.f\nZOHO_DC=jp\n",
    );
    let file = ["--format", "json", "--env-file", file.to_str().unwrap()];
    let ended = life
        .run_in(&complete, &[&["export"], &file[..]].concat())
        .await;
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (&found["access_token"], &found["refresh_token"]),
        (&"1000.f".into(), &Value::Null)
    );
    let profile = ["export", "--format", "json", "--profile", "default"];
    let ended = life.run_in(&complete, &profile).await;
    assert!(ended.stdout.contains(&kept), "{}", ended.stderr);
}

#[tokio::test]
async fn what_is_missing_among_variables_is_told_where_there_is_no_profile() {
    let life = Life::new().await;
    for command in ["token", "export", "check"] {
        let ended = life.run_in(&[CLIENT[0], TOKEN], &[command]).await;
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(
            ended.stderr.contains("ZOHO_CLIENT_SECRET is missing"),
            "{}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn row_39_three_values_and_an_api_domain_ask_that_data_center() {
    let life = Life::new().await;
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let variables = [
        &CLIENT[..],
        &[
            TOKEN,
            ("ZOHO_API_DOMAIN", "zohoapis.eu/"),
            ("HTTPS_PROXY", &address),
        ],
    ]
    .concat();
    let variables = [&life.variables()[..], &variables].concat();
    let program = Program::start_in(&variables, &["token"]);
    let (mut stream, _) = proxy.accept().await.unwrap();
    let mut head = [0; 256];
    let length = stream.read(&mut head).await.unwrap();
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    stream
        .write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        .await
        .unwrap();
    drop((stream, proxy));
    assert!(head.starts_with("CONNECT accounts.zoho.eu:443"), "{head}");
    assert_eq!(program.wait().await.code, Some(1));
}

#[tokio::test]
async fn variables_are_read_as_people_write_them() {
    let life = Life::new().await;
    let secret = ("ZOHO_CLIENT_SECRET", "\u{feff}examplesecret\n");
    for (name, value, code) in [
        ("ZOHO_DC", "com", "us"),
        ("ZOHO_DC", "uae", "ae"),
        ("ZOHO_DC", "EU ", "eu"),
        ("ZOHO_DC", "com.au", "au"),
        ("ZOHO_DC", "zohocloud.ca", "ca"),
        (
            "ZOHO_ACCOUNTS_URL",
            "https://accounts.zoho.in/oauth/v2/token",
            "in",
        ),
        ("ZOHO_API_DOMAIN", "https://www.zohoapis.jp/", "jp"),
        ("ZOHO_API_DOMAIN", "developer.zohoapis.com.cn", "cn"),
    ] {
        let found = exported(&life, &[CLIENT[0], secret, TOKEN, (name, value)]).await;
        assert_eq!(found["client_secret"], "examplesecret");
        assert_eq!(found["data_center"], code, "{name}={value}");
    }
    for quoted in [
        "ZOHO_CLIENT_ID",
        "ZOHO_CLIENT_SECRET",
        "ZOHO_REFRESH_TOKEN",
        "ZOHO_DC",
    ] {
        let mut variables = [CLIENT[0], CLIENT[1], TOKEN, ("ZOHO_DC", "eu")];
        for (name, value) in &mut variables {
            if *name == quoted {
                *value = "'quoted-value'";
            }
        }
        let ended = life.run_in(&variables, &["export"]).await;
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(
            ended.stderr.contains(quoted) && ended.stderr.contains("It is in quotes"),
            "{}",
            ended.stderr
        );
        assert!(!ended.stderr.contains("quoted-value"));
    }
}

#[tokio::test]
async fn env_files_are_read_as_leniently_as_elsewhere() {
    let life = Life::new().await;
    let text = "\u{feff}export ZOHO_CLIENT_ID = \"1000.A\" # note\r\nZOHO_CLIENT_SECRET='s'\r\n\
        KEY=\"-----\nZOHO_CLIENT_SECRET=no\n-----\"\nZOHO_REFRESH_TOKEN=1000.r # note\nZOHO_DC=eu\n";
    let path = written(&life, text);
    let path = path.to_str().unwrap();
    let json = ["export", "--format", "json", "--env-file", path];
    let ended = life.run(&json).await;
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(found["client_id"], "1000.A");
    assert_eq!(found["client_secret"], "s");
    assert_eq!(found["refresh_token"], "1000.r");

    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    written(&life, wide);
    let ended = life.run(&json).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("UTF-16") && ended.stderr.contains("Save it as UTF-8"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn a_secret_file_is_read_as_editors_write_it() {
    let life = Life::new().await;
    let server = life.stand_in.accounts_url(DataCenter::Us);
    let path = life.home.path().join("settings.env");
    let path = ["--client-secret-file", path.to_str().unwrap()];
    let client = ["--client-id", CLIENT[0].1, "--accounts-url", &server];
    let options = [client.as_slice(), &path].concat();
    for (text, code, word) in [
        (
            "\u{feff}examplesecret\r\n".as_bytes(),
            4,
            "Nothing came back",
        ),
        (b"\"examplesecret\"\n", 2, "It is in quotes"),
        (b"\xff\xfes\0", 2, "UTF-16"),
    ] {
        written(&life, text);
        let ended = login(&life, &[], &options).await;
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains(word), "{}", ended.stderr);
    }
}
