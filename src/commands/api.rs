//! `api`: one request to the CRM with a live token.

use crate::cli::tokens::Api;
use crate::cli::usage::Usage;
use crate::commands::live::{self, Live};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use bytes::Bytes;
use serde::Deserialize;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use zoho_grant::error::{Error, explanation};
use zoho_grant::untrusted::{Untrusted, visible};
use zoho_grant::zoho::api::{ApiAnswer, Method};
use zoho_grant::zoho::network::NetworkError;
use zoho_grant::zoho::trust::ApiDomain;

/// The CRM's errors are a few hundred bytes; only this much of a body is searched for the code.
const ERROR_BYTES: usize = 64 * 1024;

/// Exits with code 5 if the CRM returns an error; its body is printed anyway.
pub fn run(arguments: &Api, app: &App) -> Ended {
    let source = Source::of(&arguments.from)?;
    let body = arguments.input.as_deref().map(input).transpose()?;
    let (refresh, given) = (arguments.refresh, &arguments.trust_api_domain);
    let called = live::ask(app, &source, refresh, given, |live, domain| {
        let call = call(app, live, domain, arguments, body.clone());
        app.runtime.block_on(call)
    });
    let (live, (mut answer, begun)) = called?;
    live.tell_problem(app);
    app.runtime.block_on(pass_on(&begun, &mut answer))?;
    if answer.status().is_success() {
        return Ok(0);
    }
    Err(refused(&answer, code(&begun).as_deref()))
}

/// The response, and enough of its body to find an error code; and whether another access token may do better.
async fn call(
    app: &App,
    live: &Live,
    domain: &ApiDomain,
    arguments: &Api,
    body: Option<Bytes>,
) -> Result<((ApiAnswer, Vec<u8>), bool), Usage> {
    let usual = body.as_ref().map_or(Method::Get, |_| Method::Post);
    let (method, path) = (arguments.method.unwrap_or(usual), &arguments.path);
    let zoho = app.zoho();
    let answer = zoho.call(domain, live.token(), method, path, body).await;
    let mut answer = answer.map_err(|error| failed(format!("{error}."), &error))?;
    let mut begun = Vec::new();
    while !answer.status().is_success()
        && begun.len() < ERROR_BYTES
        && let Some(piece) = piece(&mut answer).await?
    {
        begun.extend_from_slice(&piece);
    }
    let is_refused =
        answer.status() == UNAUTHORIZED && code(&begun).as_deref() != Some(SCOPE_MISSING);
    let may_be_old = is_refused && live.kept.refresh_token.is_some();
    Ok(((answer, begun), may_be_old))
}

/// The next piece of the body. If it is lost, only a part of the body was printed.
async fn piece(answer: &mut ApiAnswer) -> Result<Option<Bytes>, Usage> {
    let piece = answer.piece().await;
    piece.map_err(|error| failed("The response ended early.", &error))
}

/// Passes the body on unchanged; for a terminal, makes control characters visible.
async fn pass_on(begun: &[u8], answer: &mut ApiAnswer) -> Result<(), Usage> {
    let mut output = io::stdout();
    let is_terminal = output.is_terminal();
    let mut unshown = Vec::new();
    // Standard output buffers whatever does not end in a line break.
    let mut write = |piece: &[u8]| {
        let written = if is_terminal {
            output.write_all(shown(&mut unshown, piece).as_bytes())
        } else {
            output.write_all(piece)
        };
        let written = written.and_then(|()| output.flush());
        written.map_err(Error::NotPrinted)
    };
    write(begun)?;
    while let Some(piece) = piece(answer).await? {
        write(&piece)?;
    }
    Ok(())
}

/// The visible form of a piece. `unshown` keeps the beginning of a character that the next piece completes.
fn shown(unshown: &mut Vec<u8>, piece: &[u8]) -> String {
    unshown.extend_from_slice(piece);
    let whole = match str::from_utf8(unshown) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => unshown.len(),
    };
    let whole: Vec<u8> = unshown.drain(..whole).collect();
    visible(&String::from_utf8_lossy(&whole))
}

/// Reads a file or standard input.
fn input(path: &Path) -> Result<Bytes, Usage> {
    let mut text = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().read_to_end(&mut text).map(|_| text)
    } else {
        std::fs::read(path)
    };
    read.map(Bytes::from).map_err(|error| {
        let option = format!("--input {}", Untrusted::path(path));
        let remedy = "Pass a readable file, or - for standard input.";
        Usage::new(&option, error, remedy).exiting(1)
    })
}

/// The CRM's error code, such as "INVALID_MODULE".
fn code(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Answer {
        code: String,
    }
    let answer: Answer = serde_json::from_slice(body).ok()?;
    Some(answer.code).filter(|code| !code.is_empty())
}

/// The HTTP status for a token that is not accepted or lacks a scope.
const UNAUTHORIZED: u16 = 401;

/// The error code for a missing scope.
const SCOPE_MISSING: &str = "OAUTH_SCOPE_MISMATCH";

fn refused(answer: &ApiAnswer, code: Option<&str>) -> Usage {
    let said = code.map_or_else(String::new, |code| format!(" {}", Untrusted::new(code)));
    let (cause, remedy) = match answer.status().as_u16() {
        _ if code == Some(SCOPE_MISSING) => (
            "The access token works, but does not have the scope for this request.",
            "Find the scope with `zoho-grant scopes WORD`, then run zoho-grant login again with it in --scope.",
        ),
        UNAUTHORIZED => (
            "The CRM does not accept the access token, nor a newly refreshed one.",
            "Run zoho-grant check to see whether the credentials work.",
        ),
        300..=399 => (
            "It is a redirect, which is not followed, so that the access token goes nowhere else.",
            "Check the path.",
        ),
        _ => (
            "The response body is on standard output.",
            "Correct the path, method or input; zoho.com/crm/developer/docs/api explains the codes.",
        ),
    };
    let what = format!("The CRM returned status {}{said}.", answer.status());
    Usage::wrong(what, cause.to_owned(), remedy).exiting(5)
}

fn failed(what: impl Into<String>, error: &NetworkError) -> Usage {
    Usage::wrong(what, error.trouble.to_string(), explanation::network(error)).exiting(1)
}
