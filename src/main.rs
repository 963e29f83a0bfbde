//! The `zoho-grant` command: arguments → command → exit code.
#![forbid(unsafe_code)]

mod browser;
mod cli;
mod commands;
mod prompt;
mod signals;
mod terminal;

use cli::usage::Usage;
use cli::{Command, help};
use commands::App;
use commands::token::Bare;
use std::process::ExitCode;
use std::sync::Arc;
use terminal::Terminal;

fn main() -> ExitCode {
    #[cfg(unix)]
    signals::keep_no_core();
    signals::watch();
    commands::generated::answer_shell();
    let arguments = help::arguments();
    let terminal = Arc::new(Terminal::on_stderr(arguments.talk));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let app = match runtime {
        Ok(runtime) => App { runtime, terminal },
        Err(error) => return terminal.error(Usage::machine(&error)),
    };
    let ended = match &arguments.command {
        Command::Setup(arguments) => commands::setup::run(arguments, &app),
        Command::Login(arguments) => commands::login::run(arguments, &app),
        Command::Demo(arguments) => commands::demo::run(arguments, &app),
        Command::Exchange(grant) => commands::exchange::run(grant, &app),
        Command::Device(arguments) => commands::device::run(arguments, &app),
        Command::Token(from) => commands::token::print(Bare::Token, from, &app),
        Command::Header(from) => commands::token::print(Bare::Header, from, &app),
        Command::Run(arguments) => commands::run::run(arguments, &app),
        Command::Api(arguments) => commands::api::run(arguments, &app),
        Command::Check(arguments) => commands::check::check(arguments, &app),
        Command::Export(arguments) => commands::export::run(arguments, &app),
        Command::Revoke(arguments) => commands::revoke::revoke(arguments, &app),
        Command::Profiles { json } => commands::profiles::list(*json, &app),
        Command::Forget { profile } => commands::profiles::forget(profile.as_ref(), &app),
        Command::Scopes { word, json } => commands::lookup::scopes(word.as_deref(), *json, &app),
        Command::Completions { shell } => commands::generated::completions(*shell, &app),
        Command::Man { command } => commands::generated::man(command.as_deref(), &app),
        Command::Datacenters { json } => commands::lookup::data_centers(*json, &app),
    };
    let code = ended.map_or_else(|usage| app.terminal.error(usage), ExitCode::from);
    // A name lookup or browser that is still running must not keep the process alive.
    app.runtime.shutdown_background();
    code
}
