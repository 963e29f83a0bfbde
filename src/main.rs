//! The `zoho-grant` command: arguments → command → exit code.
#![forbid(unsafe_code)]

mod browser;
mod cli;
mod commands;
mod prompt;
mod signals;
mod terminal;

use clap::Parser;
use cli::usage::Usage;
use cli::{Arguments, Command};
use commands::{App, Stop};
use std::process::ExitCode;
use std::sync::Arc;
use terminal::Terminal;

fn main() -> ExitCode {
    signals::keep_no_core();
    signals::watch();
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
    let app = App {
        runtime: &runtime,
        terminal: &terminal,
    };
    let code = match run(&arguments.command, &app) {
        Ok(code) => code,
        Err(Stop::Usage(usage)) => terminal.usage(&usage),
        Err(Stop::Error(error)) => {
            terminal.error(&error);
            ExitCode::from(error.explain().exit_code)
        }
    };
    // A name look-up or a browser that still runs must not hold the process.
    runtime.shutdown_background();
    code
}

fn run(command: &Command, app: &App) -> Result<ExitCode, Stop> {
    let terminal = app.terminal;
    match command {
        Command::Login(arguments) => commands::login::run(arguments, app),
        Command::Demo(arguments) => Ok(app
            .runtime
            .block_on(commands::demo::run(arguments, terminal))),
        Command::Exchange(arguments) => commands::exchange::run(arguments, app),
        Command::Device(arguments) => commands::device::run(arguments, app),
        Command::Token(arguments) => commands::token::token(arguments, app),
        Command::Header(arguments) => commands::token::header(arguments, app),
        Command::Check(arguments) => commands::check::check(arguments, app),
        Command::Export(arguments) => commands::export::run(arguments, terminal),
        Command::Revoke(arguments) => commands::revoke::revoke(arguments, app),
        Command::Profiles(_) => commands::profiles::list(app),
        Command::Forget(arguments) => commands::profiles::forget(arguments, app),
        Command::Scopes(arguments) => Ok(commands::lookup::scopes(arguments, terminal)),
        Command::Datacenters(_) => Ok(commands::lookup::data_centers(terminal)),
        Command::Completions(arguments) => commands::generated::completions(arguments, app),
        Command::Man(arguments) => commands::generated::man(arguments, app),
    }
}
