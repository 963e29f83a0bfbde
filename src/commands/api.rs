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
use zoho_grant::error::{Error, explain};
use zoho_grant::untrusted::{Untrusted, visible};
use zoho_grant::zoho::api::{ApiAnswer, ApiRequest, Method};
use zoho_grant::zoho::network::NetworkError;

/// An error of the CRM is some hundred bytes; only so much of it is looked through for its code.
const ERROR_BYTES: usize = 64 * 1024;

/// Exit code 5 when the CRM answers with an error, whose body is printed all the same.
pub fn run(arguments: &Api, app: &App) -> Ended {
    let source = Source::of(&arguments.from)?;
    let body = arguments.input.as_deref().map(input).transpose()?;
    let usual = if body.is_some() {
        Method::Post
    } else {
        Method::Get
    };
    let asked = ApiRequest {
        method: arguments.method.unwrap_or(usual),
        path: &arguments.path,
        body,
    };
    let mut live = live(app, &source, &Wanted::of(arguments.refresh))?;
    live.put_back(&source);
    let (mut answer, mut begun) = ask(app, &live, &source, arguments, &asked)?;
    let code = code(&begun);
    let may_be_old = answer.status == UNAUTHORIZED && code != SCOPE_MISSING;
    // The token may have been pushed out by newer ones: another decides.
    if may_be_old && !live.refreshed && live.kept.refresh_token.is_some() {
        let other = Wanted::Other(live.token.clone());
        live = self::live(app, &source, &other)?;
        live.put_back(&source);
        (answer, begun) = ask(app, &live, &source, arguments, &asked)?;
    }
    if let Some(problem) = &live.problem {
        app.terminal.error(problem);
    }
    app.runtime.block_on(pass_on(&begun, &mut answer))?;
    if answer.is_good() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(refused(&answer, &self::code(&begun)))
}

/// The answer, and as much of its body as tells an error.
fn ask(
    app: &App,
    live: &Live,
    source: &Source,
    arguments: &Api,
    asked: &ApiRequest,
) -> Result<(ApiAnswer, Vec<u8>), Usage> {
    let domain = domain(live, source, &arguments.trust_api_domain)?;
    let zoho = app.zoho();
    app.runtime.block_on(async {
        let mut answer = zoho
            .call(&domain, &live.token, asked)
            .await
            .map_err(|error| unanswered(&error))?;
        let mut begun = Vec::new();
        while !answer.is_good() && begun.len() < ERROR_BYTES {
            match answer.piece().await.map_err(|error| broken_off(&error))? {
                Some(piece) => begun.extend_from_slice(&piece),
                None => break,
            }
        }
        Ok((answer, begun))
    })
}

/// As it came; a terminal is shown what would control it.
async fn pass_on(begun: &[u8], answer: &mut ApiAnswer) -> Result<(), Usage> {
    let mut output = io::stdout();
    let is_terminal = output.is_terminal();
    let mut unshown = Vec::new();
    // Standard output holds back what does not end in a line break.
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

/// What a terminal is shown of it. `unshown` keeps the beginning of a character that the next piece ends.
fn shown(unshown: &mut Vec<u8>, piece: &[u8]) -> String {
    unshown.extend_from_slice(piece);
    let whole = match str::from_utf8(unshown) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => unshown.len(),
    };
    let whole: Vec<u8> = unshown.drain(..whole).collect();
    visible(&String::from_utf8_lossy(&whole))
}

/// A file, or standard input.
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
            "Name a file that can be read, or - for standard input.",
        );
        Usage {
            exit_code: 1,
            ..usage
        }
    })
}

/// The CRM's code of an error: "INVALID_MODULE".
fn code(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Answer {
        code: String,
    }
    serde_json::from_slice(body).map_or_else(|_| String::new(), |answer: Answer| answer.code)
}

/// The HTTP status of a token that is not accepted, or that lacks a scope.
const UNAUTHORIZED: u16 = 401;

/// The code that tells one from the other.
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
            "Find the scope with `zoho-grant scopes WORD`, add it to --scope, and run zoho-grant login again.",
        )
    } else if answer.status == UNAUTHORIZED {
        (
            "The CRM does not accept the access token, and another one was no better.",
            "Run zoho-grant check: it says whether the credentials work.",
        )
    } else if (300..400).contains(&answer.status) {
        (
            "It leads elsewhere, where the access token does not go: redirects are not followed.",
            "Check the path.",
        )
    } else {
        (
            "What it says is on standard output.",
            "Correct path, method or input; zoho.com/crm/developer/docs/api explains the codes.",
        )
    };
    Usage {
        exit_code: 5,
        ..Usage::wrong(
            format!("The CRM answered with status {}{said}.", answer.status_line),
            cause.to_owned(),
            remedy,
        )
    }
}

fn unanswered(error: &NetworkError) -> Usage {
    failed(error, format!("{error}."))
}

/// What was printed is not all of it.
fn broken_off(error: &NetworkError) -> Usage {
    failed(error, "The answer broke off before its end.".to_owned())
}

fn failed(error: &NetworkError, what: String) -> Usage {
    Usage {
        exit_code: 1,
        ..Usage::wrong(what, error.trouble.to_string(), explain::network(error))
    }
}
