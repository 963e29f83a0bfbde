//! The `zoho-grant` command: arguments → settings → login → exit code.
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
    let code = runtime.block_on(run(&arguments.command, &terminal));
    // A name look-up or a browser that still runs must not hold the process.
    runtime.shutdown_background();
    code
}

async fn run(command: &Command, terminal: &Arc<Terminal>) -> ExitCode {
    match command {
        Command::Login(arguments) => commands::login::run(arguments, terminal).await,
        Command::Demo(arguments) => commands::demo::run(arguments, terminal).await,
        Command::Device(arguments) => commands::device::run(arguments, terminal).await,
        Command::Export(arguments) => commands::export::run(arguments, terminal),
        Command::Scopes(arguments) => commands::lookup::scopes(arguments, terminal),
        Command::Datacenters(_) => commands::lookup::data_centers(terminal),
    }
}
