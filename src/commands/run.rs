//! `run`: a program with a live access token in its environment.

use crate::cli::tokens::Run;
use crate::cli::usage::Usage;
use crate::cli::variables::NAMES;
use crate::commands::live::{domain, live};
use crate::commands::source::Source;
use crate::commands::{App, Ended};
use crate::signals;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::Command;
use zoho_grant::credentials::Credentials;
use zoho_grant::handover::dotenv;
use zoho_grant::handover::format_options::Prefix;
use zoho_grant::untrusted::Untrusted;

/// Replaces this process with the program, if the system can; the exit code is the program's.
pub fn run(arguments: &Run, app: &App) -> Ended {
    let source = Source::of(&arguments.from)?;
    let mut live = live(app, &source, arguments.refresh, None)?;
    live.put_back(&source);
    let domain = domain(&live.kept, &source, &arguments.trust_api_domain)?;
    live.tell_problem(app);
    let credentials = Credentials {
        api_domain: domain.map(|domain| Untrusted::new(domain.as_str())),
        ..live.kept
    };
    let (program, rest) = arguments
        .command
        .split_first()
        .expect("clap requires at least one word");
    let mut command = Command::new(program);
    command.args(rest);
    fill(&mut command, &credentials, arguments);
    let error = start(command);
    Err(not_started(program, &error))
}

/// No inherited variable may contradict the ones set here.
fn fill(command: &mut Command, credentials: &Credentials, arguments: &Run) {
    let prefix = &arguments.from.env_prefix;
    for prefix in [prefix, &Prefix::default()] {
        for name in NAMES {
            command.env_remove(prefix.name(name));
        }
    }
    for (name, value) in dotenv::variables(credentials) {
        let is_given = match name {
            "ACCESS_TOKEN" | "ACCESS_TOKEN_EXPIRES_AT" | "ACCOUNTS_URL" | "API_DOMAIN" | "DC" => {
                true
            }
            // For a program that refreshes tokens itself.
            "CLIENT_ID" | "CLIENT_SECRET" | "REFRESH_TOKEN" => arguments.with_refresh_token,
            _ => false,
        };
        if let Some(value) = value.filter(|_| is_given) {
            command.env(prefix.name(name), &*value);
        }
    }
}

/// Returns only if the program could not be started.
#[cfg(unix)]
fn start(mut command: Command) -> io::Error {
    use std::os::unix::process::CommandExt;
    signals::keep_cores_again();
    command.exec()
}

/// Exits with the program's exit code. Ctrl-C reaches the program directly.
#[cfg(not(unix))]
fn start(mut command: Command) -> io::Error {
    drop(signals::listen());
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

/// 127 and 126, as in shells: there is no such program, or it cannot be started.
fn not_started(program: &OsStr, error: &io::Error) -> Usage {
    let missing = error.kind() == io::ErrorKind::NotFound && !is_there(program);
    let shown = Untrusted::path(Path::new(program));
    let (exit_code, remedy) = if missing {
        (127, "Check its name and PATH.")
    } else {
        let remedy = "Check that this system can run it, and that you have permission to.";
        (126, remedy)
    };
    Usage::new(&format!("run -- {shown}"), error, remedy).exiting(exit_code)
}

/// A script whose interpreter is missing exists nonetheless.
fn is_there(program: &OsStr) -> bool {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return path.exists();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(path).exists())
}
