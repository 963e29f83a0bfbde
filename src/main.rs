//! The `zoho-grant` command: arguments → command → exit code.
#![forbid(unsafe_code)]

mod browser;
mod cli;
mod commands;
mod signals;
mod terminal;

use clap::Parser;
use cli::usage::Usage;
use cli::{Arguments, Command};
use commands::{Around, Stop, check, exchange, login, profiles, revoke, token};
use std::process::ExitCode;
use std::sync::Arc;
use terminal::Terminal;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = Arc::new(Terminal::on_stderr(arguments.command.talk()));
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return terminal.usage(&Usage::machine(&error)),
    };
    let around = Around {
        runtime: &runtime,
        terminal: &terminal,
    };
    let outcome = match &arguments.command {
        Command::Login(arguments) => login::login(arguments, &around),
        Command::Demo(arguments) => login::demo(arguments, &around),
        Command::Exchange(arguments) => exchange::run(arguments, &around),
        Command::Token(arguments) => token::token(arguments, &around),
        Command::Header(arguments) => token::header(arguments, &around),
        Command::Check(arguments) => check::check(arguments, &around),
        Command::Revoke(arguments) => revoke::revoke(arguments, &around),
        Command::Profiles(_) => profiles::list(&around),
        Command::Forget(arguments) => profiles::forget(arguments, &around),
    };
    let code = match outcome {
        Ok(code) => code,
        Err(Stop::Usage(usage)) => terminal.usage(&usage),
        Err(Stop::Error(error)) => {
            terminal.error(&error);
            ExitCode::from(error.exit_code())
        }
    };
    // A name look-up or a browser that still runs must not hold the process.
    runtime.shutdown_background();
    code
}
