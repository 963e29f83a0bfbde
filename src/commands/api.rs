//! `api`: one request to the CRM with a live token.

use crate::cli::tokens::Api;
use crate::cli::usage::Usage;
use crate::commands::live::{Live, Wanted, domain, live};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use bytes::Bytes;
use serde::Deserialize;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use zoho_grant::error::{Error, explanation};
use zoho_grant::untrusted::{Untrusted, visible};
use zoho_grant::zoho::api::{ApiAnswer, Method};
use zoho_grant::zoho::network::NetworkError;

/// The CRM's errors are a few hundred bytes; only this much of a body is searched for the code.
const ERROR_BYTES: usize = 64 * 1024;

/// Exits with code 5 if the CRM returns an error; its body is printed anyway.
pub fn run(arguments: &Api, app: &App) -> Ended {
    let source = Source::of(&arguments.from)?;
    let body = arguments.input.as_deref().map(input).transpose()?;
    let usual = if body.is_some() {
        Method::Post
    } else {
        Method::Get
    };
    let method = arguments.method.unwrap_or(usual);
    let mut live = live(app, &source, &Wanted::of(arguments.refresh))?;
    live.put_back(&source);
    let (mut answer, mut begun) = ask(app, &live, &source, arguments, method, body.clone())?;
    let code = code(&begun);
    let may_be_old = answer.status() == UNAUTHORIZED && code != SCOPE_MISSING;
    // Newer tokens may have displaced this one: try once with a new one.
    if may_be_old && !live.refreshed && live.kept.refresh_token.is_some() {
        let other = Wanted::Other(live.token.clone());
        live = self::live(app, &source, &other)?;
        live.put_back(&source);
        (answer, begun) = ask(app, &live, &source, arguments, method, body)?;
    }
    if let Some(problem) = &live.problem {
        app.terminal.error(problem);
    }
    app.runtime.block_on(pass_on(&begun, &mut answer))?;
    if answer.status().is_success() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(refused(&answer, &self::code(&begun)))
}

/// The response, and enough of its body to find an error code.
fn ask(
    app: &App,
    live: &Live,
    source: &Source,
    arguments: &Api,
    method: Method,
    body: Option<Bytes>,
) -> Result<(ApiAnswer, Vec<u8>), Usage> {
    let domain = domain(live, source, &arguments.trust_api_domain)?;
    let zoho = app.zoho();
    app.runtime.block_on(async {
        let mut answer = zoho
            .call(&domain, &live.token, method, &arguments.path, body)
            .await
            .map_err(|error| unanswered(&error))?;
        let mut begun = Vec::new();
        while !answer.status().is_success() && begun.len() < ERROR_BYTES {
            match answer.piece().await.map_err(|error| broken_off(&error))? {
                Some(piece) => begun.extend_from_slice(&piece),
                None => break,
            }
        }
        Ok((answer, begun))
    })
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
    while let Some(piece) = answer.piece().await.map_err(|error| broken_off(&error))? {
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
        let usage = Usage::new(
            &option,
            error,
            "Pass a readable file, or - for standard input.",
        );
        Usage {
            exit_code: 1,
            ..usage
        }
    })
}

/// The CRM's error code, such as "INVALID_MODULE".
fn code(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Answer {
        code: String,
    }
    serde_json::from_slice(body).map_or_else(|_| String::new(), |answer: Answer| answer.code)
}

/// The HTTP status for a token that is not accepted or lacks a scope.
const UNAUTHORIZED: u16 = 401;

/// The error code for a missing scope.
const SCOPE_MISSING: &str = "OAUTH_SCOPE_MISMATCH";

fn refused(answer: &ApiAnswer, code: &str) -> Usage {
    let said = if code.is_empty() {
        String::new()
    } else {
        format!(" {}", Untrusted::new(code))
    };
    let (cause, remedy) = if code == SCOPE_MISSING {
        (
            "The access token works, but does not have the scope for this request.",
            "Find the scope with `zoho-grant scopes WORD`, then run zoho-grant login again with it in --scope.",
        )
    } else if answer.status() == UNAUTHORIZED {
        (
            "The CRM does not accept the access token, nor a newly refreshed one.",
            "Run zoho-grant check to see whether the credentials work.",
        )
    } else if answer.status().is_redirection() {
        (
            "It is a redirect, which is not followed, so that the access token goes nowhere else.",
            "Check the path.",
        )
    } else {
        (
            "The response body is on standard output.",
            "Correct the path, method or input; zoho.com/crm/developer/docs/api explains the codes.",
        )
    };
    Usage {
        exit_code: 5,
        ..Usage::wrong(
            format!("The CRM returned status {}{said}.", answer.status()),
            cause.to_owned(),
            remedy,
        )
    }
}

fn unanswered(error: &NetworkError) -> Usage {
    failed(error, format!("{error}."))
}

/// The body was printed only in part.
fn broken_off(error: &NetworkError) -> Usage {
    failed(error, "The response ended early.".to_owned())
}

fn failed(error: &NetworkError, what: String) -> Usage {
    Usage {
        exit_code: 1,
        ..Usage::wrong(what, error.trouble.to_string(), explanation::network(error))
    }
}
