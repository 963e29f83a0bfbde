//! The `zoho-grant` command: arguments → command → exit code.
#![forbid(unsafe_code)]

mod browser;
mod cli;
mod commands;
mod signals;
mod terminal;
mod typed;

use clap::Parser;
use cli::usage::Usage;
use cli::{Arguments, Command};
use commands::{Around, Stop};
use std::process::ExitCode;
use std::sync::Arc;
use terminal::Terminal;

fn main() -> ExitCode {
    commands::generated::answer_shell();
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
    let code = match run(&arguments.command, &around) {
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

fn run(command: &Command, around: &Around) -> Result<ExitCode, Stop> {
    let terminal = around.terminal;
    match command {
        Command::Login(arguments) => commands::login::run(arguments, around),
        Command::Demo(arguments) => Ok(around
            .runtime
            .block_on(commands::demo::run(arguments, terminal))),
        Command::Exchange(arguments) => commands::exchange::run(arguments, around),
        Command::Device(arguments) => commands::device::run(arguments, around),
        Command::Token(arguments) => commands::token::token(arguments, around),
        Command::Header(arguments) => commands::token::header(arguments, around),
        Command::Check(arguments) => commands::check::check(arguments, around),
        Command::Export(arguments) => commands::export::run(arguments, terminal),
        Command::Revoke(arguments) => commands::revoke::revoke(arguments, around),
        Command::Profiles(_) => commands::profiles::list(around),
        Command::Forget(arguments) => commands::profiles::forget(arguments, around),
        Command::Scopes(arguments) => Ok(commands::lookup::scopes(arguments, terminal)),
        Command::Datacenters(_) => Ok(commands::lookup::data_centers(terminal)),
        Command::Completions(arguments) => commands::generated::completions(arguments, around),
        Command::Man(arguments) => commands::generated::man(arguments, around),
    }
}
