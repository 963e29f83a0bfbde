//! Questions at a real terminal.

use crate::life_source::{Life, SCOPES};
use crate::program::{after, command};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use zoho_stand_in::DataCenter;

/// Milliseconds; what takes longer has hung.
const DEADLINE: Option<u64> = Some(30_000);

/// What a person does at the terminal, on a thread of its own: the stand-in must go on meanwhile. Gives the exit code.
async fn at_a_terminal(
    life: &Life,
    more: &[(&str, &str)],
    arguments: &[&str],
    person: impl FnOnce(&mut PtySession) + Send + 'static,
) -> i32 {
    let client = life.client();
    let client = client.iter().map(|(name, value)| (*name, value.as_str()));
    let variables: Vec<_> = life
        .variables()
        .into_iter()
        .chain(client)
        .chain(more.iter().copied())
        .collect();
    // The library switches the echo off, and would hide what a real terminal shows.
    let command = after("stty echo", &command(&variables, arguments));
    let ended = tokio::task::spawn_blocking(move || {
        let mut terminal = spawn_command(command, DEADLINE).unwrap();
        person(&mut terminal);
        terminal.exp_eof().unwrap();
        terminal.process().wait().unwrap()
    });
    match ended.await.unwrap() {
        WaitStatus::Exited(_, code) => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_grant_token_is_asked_for_unseen_and_another_data_centre_tried_when_named() {
    let life = Life::new().await;
    let [us, eu] = DataCenter::ALL.map(|center| life.stand_in.accounts_url(center));
    let (code, server) = (life.stand_in.self_client_code(&SCOPES), eu.clone());
    let domain = life.stand_in.api_domain(DataCenter::Eu);
    let arguments = [
        "exchange",
        "--save",
        "--save-to",
        "file",
        "--trust-accounts-server",
        &eu,
        "--trust-api-domain",
        &domain,
    ];
    let exit = at_a_terminal(
        &life,
        &[("ZOHO_ACCOUNTS_URL", &us)],
        &arguments,
        move |terminal| {
            terminal.exp_string("(not shown): ").unwrap();
            terminal.send_line(&code).unwrap();
            let seen = terminal.exp_string("Enter alone stops: ").unwrap();
            assert!(
                seen.contains("invalid_code") && !seen.contains(&code),
                "{seen}"
            );
            terminal.send_line(&server).unwrap();
            terminal.exp_string("Kept in the file").unwrap();
        },
    )
    .await;
    assert_eq!(exit, 0);
    assert_eq!(life.requests("authorization_code"), 2);
}

#[tokio::test]
async fn enter_alone_tries_nothing_more() {
    let life = Life::new().await;
    let [us, eu] = DataCenter::ALL.map(|center| life.stand_in.accounts_url(center));
    let code = life.stand_in.self_client_code(&SCOPES);
    let arguments = ["exchange", "--trust-accounts-server", &eu];
    let exit = at_a_terminal(
        &life,
        &[("ZOHO_ACCOUNTS_URL", &us)],
        &arguments,
        move |terminal| {
            terminal.exp_string("(not shown): ").unwrap();
            terminal.send_line(&code).unwrap();
            terminal.exp_string("Enter alone stops: ").unwrap();
            terminal.send_line("").unwrap();
        },
    )
    .await;
    assert_eq!(exit, 5);
    assert_eq!(life.requests("authorization_code"), 1);
}

#[tokio::test]
async fn revoke_takes_only_a_yes() {
    let life = Life::with_profile().await;
    for answer in ["", "n", "nonsense"] {
        let exit = at_a_terminal(&life, &[], &["revoke"], move |terminal| {
            terminal.exp_string("[y/N]: ").unwrap();
            terminal.send_line(answer).unwrap();
            terminal.exp_string("Nothing was revoked").unwrap();
        })
        .await;
        assert_eq!(exit, 0);
    }
    assert!(life.revocations() == 0 && life.secrets().is_object());
    let exit = at_a_terminal(&life, &[], &["revoke"], |terminal| {
        terminal.exp_string("[y/N]: ").unwrap();
        terminal.send_line("y").unwrap();
        terminal.exp_string("Revoked").unwrap();
    })
    .await;
    assert_eq!((exit, life.revocations()), (0, 1));
    assert!(life.secrets().is_null());
}

#[tokio::test]
async fn saving_over_a_live_refresh_token_offers_to_revoke_it() {
    let life = Life::with_profile().await;
    let code = life.stand_in.self_client_code(&SCOPES);
    let exit = at_a_terminal(
        &life,
        &[],
        &["exchange", "--save", "--save-to", "file", "--no-verify"],
        move |terminal| {
            terminal.exp_string("(not shown): ").unwrap();
            terminal.send_line(&code).unwrap();
            terminal.exp_string("Revoke it [y/N]: ").unwrap();
            terminal.send_line("yes").unwrap();
            terminal
                .exp_string("older refresh token is revoked")
                .unwrap();
        },
    )
    .await;
    // The API domain of the stand-in was not trusted, which is another matter.
    assert_eq!((exit, life.revocations()), (7, 1));
}

#[tokio::test]
async fn ctrl_c_ends_at_each_question() {
    let life = Life::with_profile().await;
    let exit = at_a_terminal(&life, &[], &["revoke"], |terminal| {
        terminal.exp_string("[y/N]: ").unwrap();
        terminal.send_control('c').unwrap();
    });
    assert_eq!((exit.await, life.revocations()), (130, 0));

    let [us, eu] = DataCenter::ALL.map(|center| life.stand_in.accounts_url(center));
    let code = life.stand_in.self_client_code(&SCOPES);
    let (variables, arguments) = (
        [("ZOHO_ACCOUNTS_URL", us.as_str())],
        ["exchange", "--trust-accounts-server", &eu],
    );
    let exit = at_a_terminal(&life, &variables, &arguments, move |terminal| {
        terminal.exp_string("(not shown): ").unwrap();
        terminal.send_line(&code).unwrap();
        terminal.exp_string("Enter alone stops: ").unwrap();
        terminal.send_control('c').unwrap();
    });
    assert_eq!(exit.await, 130);
}
