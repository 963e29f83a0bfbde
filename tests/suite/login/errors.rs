//! Tests every Zoho failure: recognized, with cause and remedy, on the page and in the terminal.

use crate::program::{Ended, Program};
use crate::rehearsed::{Stage, bounded};
use std::collections::BTreeSet;
use zoho_stand_in::failure::{Failure, Stage as At};
use zoho_stand_in::{Rehearsal, visitor};

/// A rehearsed failure, its exit code, and what page and terminal must both say: what, cause, remedy.
type Case = (Failure, i32, [&'static str; 3]);

#[rustfmt::skip]
const CASES: [Case; 24] = [
    (Failure::Refused, 3, ["The consent was declined at Zoho (access_denied).", "clicked Reject", "log in again and click Accept: zoho-grant login"]),
    (Failure::ForeignAccountsServer, 7, ["not trusted: https://accounts.zoho.com.evil.example", "Nothing was sent anywhere", "--trust-accounts-server"]),
    (Failure::LocationMismatch, 7, ["names two different data centers", "belongs to Europe (https://accounts.zoho.eu), but the location is India (in)", "open only the address in the terminal"]),
    (Failure::InvalidClient, 5, ["(invalid_client)", "registered in another data center, or multi-DC is turned off", "where the client is registered, for example United States: zoho-grant login --dc us"]),
    (Failure::InvalidClientSecret, 5, ["(invalid_client_secret)", "secrets differ by data center", "Copy this data center's client secret"]),
    (Failure::InvalidRedirectUri, 5, ["(invalid_redirect_uri)", "differs from the one registered", "Register exactly http://localhost:"]),
    (Failure::InvalidCode, 5, ["(invalid_code)", "expired, was already used, or belongs to another data center", "consent without delay"]),
    (Failure::AccessDenied, 5, ["(access_denied)", "declined, or too many grant tokens", "Wait a few minutes"]),
    (Failure::Throttled, 5, ["(Access Denied, too many requests)", "about ten token requests in ten minutes", "Wait at least 10 minutes"]),
    (Failure::Throttled200, 5, ["(Access Denied, too many requests)", "about ten token requests in ten minutes", "Wait at least 10 minutes"]),
    (Failure::GeneralError, 5, ["(general_error)", "does not document this error", "Check the client's type, secret and redirect URI in the API console, then try again: zoho-grant login"]),
    (Failure::InvalidScope, 5, ["(invalid_scope)", "does not document this error", "Check the spelling of the scopes in zoho-grant login --scope. To look scopes up: zoho-grant scopes"]),
    (Failure::UnauthorizedClient, 5, ["(unauthorized_client)", "does not document this error", "Check the client's type, secret and redirect URI in the API console, then try again: zoho-grant login"]),
    (Failure::InvalidGrant, 5, ["(invalid_grant)", "does not document this error", "Check the client's type, secret and redirect URI in the API console, then try again: zoho-grant login"]),
    (Failure::NoRefreshToken, 5, ["Zoho issued no refresh token", "offline access and a fresh consent", "register a server-based client"]),
    (Failure::Html, 5, ["sent a web page instead of JSON (HTTP status 502)", "a gateway or proxy", "Wait a minute, then try again"]),
    (Failure::HalfJson, 5, ["JSON without an access token, or cut short", "a gateway or proxy", "Wait a minute, then try again"]),
    (Failure::Redirect, 5, ["a redirect (302 Found), which is not followed", "a gateway or proxy", "Wait a minute, then try again"]),
    (Failure::Huge, 5, ["sent a response longer than 65536 bytes", "a gateway or proxy", "Wait a minute, then try again"]),
    (Failure::Closed, 1, ["The grant token could not be exchanged", "closed before the response was complete", "run the command again"]),
    (Failure::ForeignApiDomain, 7, ["not Zoho's: https://www.zohoapis.com.evil.example", "the credentials are unchecked", "--trust-api-domain"]),
    (Failure::InvalidToken, 5, ["does not accept the new access token (INVALID_TOKEN)", "API domain is wrong", "log in again"]),
    (Failure::ScopeMismatch, 0, ["OAUTH_SCOPE_MISMATCH", "does not have the scope", "add the scope to --scope"]),
    (Failure::CrmHtml, 0, ["The organization was not checked", "could not be read", "HTTP status 502"]),
];

#[tokio::test]
async fn page_and_terminal_say_the_same_cause_and_remedy() {
    let mut commands = BTreeSet::new();
    for (failure, code, parts) in CASES {
        let (ended, page) = rehearse(failure).await;
        assert_eq!(ended.code, Some(code), "{failure}: {}", ended.stderr);
        for part in parts {
            assert!(
                ended.stderr.contains(part),
                "{failure}, terminal, {part:?}:\n{}",
                ended.stderr
            );
            assert!(page.contains(part), "{failure}, page, {part:?}");
        }
        let mut before_buttons: Vec<&str> = page.split("Copy command").collect();
        before_buttons.pop();
        let commands_here = before_buttons
            .into_iter()
            .filter_map(|text| Some(text.rsplit_once("zoho-grant ")?.1.to_owned()));
        commands.extend(commands_here);
    }
    assert!(commands.len() > 2, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let ended = Program::start(&words).wait().await;
        assert_eq!(ended.code, Some(0), "{command}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_is_told_in_both_places() {
    let rehearsal = Rehearsal {
        failure: Some(Failure::Slow),
        ..Rehearsal::default()
    };
    let stage = Stage::new(rehearsal).await;
    stage.jump_at(["/oauth/v2/token"]);
    let ended = stage.visited().await;
    let page = text(&ended.visit.as_ref().unwrap().page);
    for words in ended.words().concat() {
        assert!(page.contains(&words), "{words}");
    }
    assert!(
        page.contains("No complete response arrived in time.")
            && page.contains("The grant token may be used up")
    );
}

#[tokio::test]
async fn pages_that_zoho_never_redirects_are_explained_by_terminal_and_rehearsal() {
    for (failure, title, remedy) in [
        (
            Failure::InvalidClientPage,
            "Invalid Client",
            "--client-id and --dc",
        ),
        (
            Failure::InvalidRedirectUriPage,
            "Invalid Redirect Uri",
            "Register exactly http://localhost:",
        ),
        (Failure::InvalidScopePage, "Invalid OAuth Scope", "--scope"),
    ] {
        assert_eq!(failure.stage(), At::Page);
        let mut program = Program::start(&[
            "demo",
            "--no-browser",
            "--timeout",
            "5s",
            "--fail",
            &failure.to_string(),
        ]);
        let address = program.line_with("/oauth/v2/auth").await;
        let visit = bounded(visitor::consent(address.trim())).await.unwrap();
        let ended = program.wait().await;
        assert_eq!(ended.code, Some(4));
        let page = text(&visit.page);
        assert!(
            page.contains(title) && page.contains("never redirects"),
            "{page}"
        );
        assert!(
            ended.stderr.contains(title) && ended.stderr.contains(remedy),
            "{}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn a_refusal_without_state_is_told_and_changes_nothing() {
    let mut program = Program::start(&[
        "demo",
        "--no-browser",
        "--timeout",
        "5s",
        "--fail",
        "refused-without-state",
    ]);
    let address = program.line_with("/oauth/v2/auth").await;
    let visit = bounded(visitor::consent(address.trim())).await.unwrap();
    assert_eq!(visit.status, 400);
    assert!(text(&visit.page).contains("press Ctrl-C in the terminal to stop"));
    let ended = program.wait().await;
    assert_eq!(ended.code, Some(4));
    assert!(
        ended.stderr.contains("cannot be matched to this login"),
        "{}",
        ended.stderr
    );
}

/// Runs the program and consents. Returns how it ended and the text of the last page.
async fn rehearse(failure: Failure) -> (Ended, String) {
    let mut program = Program::start(&["demo", "--no-browser", "--fail", &failure.to_string()]);
    let address = program.line_with("/oauth/v2/auth").await;
    let visit = bounded(visitor::consent(address.trim())).await.unwrap();
    (program.wait().await, text(&visit.page))
}

/// A page's text as a person reads it: without tags and escapes.
fn text(page: &str) -> String {
    let pieces = page
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    let text: String = pieces.collect();
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (escape, char) in [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ] {
        text = text.replace(escape, char);
    }
    text
}
