//! `completions` and `man`: files for the shell and for `man`, printed.

use crate::cli::Arguments;
use crate::cli::generated::{Completions, Man};
use crate::cli::usage::Usage;
use crate::commands::{App, Stop};
use clap::CommandFactory;
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};
use std::io;
use std::process::ExitCode;
use zoho_grant::error::Error;
use zoho_grant::untrusted::Untrusted;

/// The program, as the shell finds it.
const PROGRAM: &str = env!("CARGO_BIN_NAME");

/// The variable by which a shell's script asks for candidates.
const ASKED: &str = "ZOHO_GRANT_COMPLETE";

/// zsh runs a file of its $fpath as the function itself, when it is first needed.
const ZSH_AUTOLOAD: &str = "if [[ ${funcstack[1]} == _zoho-grant ]]; then
    _clap_dynamic_completer_zoho_grant \"$@\"
fi
";

/// Answers the script of a shell, if one asks, and ends.
pub fn answer_shell() {
    CompleteEnv::with_factory(Arguments::command)
        .var(ASKED)
        .complete();
}

/// Runs `completions`.
pub fn completions(arguments: &Completions, app: &App) -> Result<ExitCode, Stop> {
    let script = script(arguments.shell).map_err(Error::NotPrinted)?;
    printed(script, app)
}

/// Runs `man`.
pub fn man(arguments: &Man, app: &App) -> Result<ExitCode, Stop> {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let command = match &arguments.command {
        None => &program,
        Some(name) => program
            .find_subcommand(name)
            .ok_or_else(|| no_command(name))?,
    };
    let page = clap_mangen::Man::new(command.clone())
        .source(concat!(
            env!("CARGO_BIN_NAME"),
            " ",
            env!("CARGO_PKG_VERSION")
        ))
        .manual("User Commands");
    let mut text = Vec::new();
    page.render(&mut text).map_err(Error::NotPrinted)?;
    printed(text, app)
}

fn script(shell: Shell) -> io::Result<Vec<u8>> {
    let mut script = Vec::new();
    let name = shell.to_string();
    match Shells::builtins().completer(&name) {
        // Its script for values would evaluate the line that is being typed, with whatever stands in it.
        Some(completer) if shell != Shell::PowerShell => {
            completer.write_registration(ASKED, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
        }
        _ => clap_complete::generate(shell, &mut Arguments::command(), PROGRAM, &mut script),
    }
    if shell == Shell::Zsh {
        script.extend_from_slice(ZSH_AUTOLOAD.as_bytes());
    }
    Ok(script)
}

fn printed(text: Vec<u8>, app: &App) -> Result<ExitCode, Stop> {
    let text = String::from_utf8(text).map_err(io::Error::other);
    text.and_then(|text| app.terminal.print(&text))
        .map_err(Error::NotPrinted)?;
    Ok(ExitCode::SUCCESS)
}

fn no_command(name: &str) -> Usage {
    Usage::new(
        "man",
        format!("there is no command {}", Untrusted::new(name)),
        "zoho-grant --help lists the commands.",
    )
}
