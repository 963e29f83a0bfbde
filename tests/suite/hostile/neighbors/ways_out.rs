//! Alternatives when the person is mistaken for another user: a browser in a container that shares the machine's
//! network.

use super::{Neighbor, SOMEBODY_ELSE, Victim, free, second_user};
use crate::hostile::login::{codes, command, consent, stand_in};
use crate::opener::Opener;
use crate::program::Program;
use crate::typist::Typist;
use secrecy::ExposeSecret;
use std::fs;
use zoho_stand_in::{DataCenter, StandIn};

/// A login with the stand-in's client at a terminal.
fn at_a_terminal(zoho: &StandIn, options: &[&str], variables: &[(&str, &str)]) -> Typist {
    let command = command(zoho, options);
    let words = command.as_std().get_args();
    let words: Vec<_> = words.map(|word| word.to_str().unwrap()).collect();
    let secret = zoho.client_secret();
    let secret = [("ZOHO_CLIENT_SECRET", secret.expose_secret())];
    Typist::start(&words.join(" "), &[&secret, variables].concat())
}

#[tokio::test]
async fn at_the_callback_its_address_is_pasted() {
    if !second_user() {
        return;
    }
    let (zoho, redirect_uri) = (stand_in().await, free("localhost"));
    zoho.register_redirect_uri(redirect_uri.as_str());
    let options = ["--no-browser", "--redirect-uri", redirect_uri.as_str()];
    let mut typist = at_a_terminal(&zoho, &options, &[]);
    typist.until("Waiting for Zoho").await;
    let zohos_address = typist.address("/oauth/v2/auth?").parse().unwrap();
    let genuine = consent(&zohos_address).await;
    let mut person = Neighbor::of(&redirect_uri).await;
    let answer = person.get(&genuine.url).await;
    assert_eq!(answer.status(), "403", "{}", answer.heading());
    let page = answer.body().to_lowercase();
    assert!(page.contains("paste"), "{}", answer.heading());
    typist.until(SOMEBODY_ELSE).await;
    typist.enter(genuine.url.as_str()).await;
    typist.until("code=0").await;
    assert_eq!(codes(&zoho), [Some(genuine.code)]);
}

/// The address has not been printed before, because the browser is opened at the short one.
#[tokio::test]
async fn at_the_start_zohos_address_is_printed_and_the_rest_is_pasted() {
    if !second_user() {
        return;
    }
    let (zoho, redirect_uri) = (stand_in().await, free("localhost"));
    zoho.register_redirect_uri(redirect_uri.as_str());
    let mut opener = Opener::new();
    let options = ["--redirect-uri", redirect_uri.as_str()];
    let mut typist = at_a_terminal(&zoho, &options, &[("BROWSER", &opener.browser)]);
    let start = opener.opened().await;
    typist.until("Waiting for Zoho").await;
    assert!(!typist.seen.contains("/oauth/v2/auth?"), "{}", typist.seen);
    let mut person = Neighbor::of(&redirect_uri).await;
    assert_eq!(person.get(&start).await.status(), "403");
    typist.until("open Zoho's page in it instead:").await;
    typist.next("/oauth/v2/auth?").await;
    typist.until("\n").await;
    // Plain text: the terminal must not turn it into a link.
    let rest = typist.seen.lines().next().unwrap().to_owned();
    assert!(!rest.contains("\x1b]8"), "{rest}");
    let server = zoho.accounts_url(DataCenter::Us);
    let address = format!("{server}/oauth/v2/auth?{}", rest.trim_end());
    let genuine = consent(&address.parse().unwrap()).await;
    assert_eq!(person.get(&genuine.url).await.status(), "403");
    typist.until("paste it here, and press Enter").await;
    typist.enter(genuine.url.as_str()).await;
    typist.until("code=0").await;
    assert_eq!(codes(&zoho), [Some(genuine.code)]);
}

#[tokio::test]
async fn at_the_page_the_credentials_are_in_the_terminal() {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut victim = Victim::start(stand_in().await, &redirect_uri).await;
    let genuine = victim.consent().await;
    let answer = crate::hostile::wire::ask(&genuine.url, "GET", "").await;
    let page = answer.header("location").unwrap();
    let page = genuine.url.join(page).unwrap();
    let mut person = Neighbor::of(&redirect_uri).await;
    assert_eq!(person.get(&page).await.status(), "403");
    // Nobody fetches the page any more.
    let ended = victim.login.program.wait().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let where_they_are = "see this terminal for where the credentials are";
    assert!(ended.stderr.contains(where_they_are), "{}", ended.stderr);
    for label in ["Client secret", "Access token", "Refresh token"] {
        assert!(ended.stdout.contains(label), "{label}");
    }
}

#[tokio::test]
async fn without_a_terminal_it_says_how_to_get_one() {
    if !second_user() {
        return;
    }
    let redirect_uri = free("localhost");
    let mut victim = Victim::start(stand_in().await, &redirect_uri).await;
    let genuine = victim.consent().await;
    let mut person = Neighbor::of(&redirect_uri).await;
    assert_eq!(person.get(&genuine.url).await.status(), "403");
    let said = victim.login.program.told("with -it").await;
    assert!(!said.contains("paste it here"), "{said}");
    victim.complete(&genuine.url).await;
    victim.assert_ended_with(&genuine.code, &person.loot).await;
}

/// There is nothing that another user could reach, so no alternative is needed.
#[tokio::test]
async fn a_login_by_another_device_listens_nowhere() {
    let zoho = stand_in().await;
    let server = zoho.accounts_url(DataCenter::Us);
    let id = zoho.client_id();
    let secret = zoho.client_secret();
    let secret = [("ZOHO_CLIENT_SECRET", secret.expose_secret())];
    let arguments = ["device", "--accounts-url", &server, "--client-id", &id];
    let mut program = Program::start_in(&secret, &arguments);
    program.line_with("Code: ").await;
    assert_eq!(listening(program.id()), 0);
    // The same check finds the listeners of a browser login.
    let victim = Victim::start(zoho, &free("localhost")).await;
    assert_eq!(listening(victim.login.program.id()), 2);
}

/// The number of listening sockets of a process.
fn listening(process: u32) -> usize {
    let tables = ["tcp", "tcp6"].map(|table| {
        let table = fs::read_to_string(format!("/proc/{process}/net/{table}"));
        table.unwrap()
    });
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    // State 0A is LISTEN; the inode is the tenth field.
    let listening = lines.filter_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        (fields[3] == "0A").then(|| format!("socket:[{}]", fields[9]))
    });
    let listening: Vec<_> = listening.collect();
    let files = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let opened = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    opened
        .filter(|file| {
            listening
                .iter()
                .any(|socket| file.as_os_str() == socket.as_str())
        })
        .count()
}
