//! `completions` and `man`: prints files for the shell and for `man`.

use crate::cli::help;
use crate::cli::usage::Usage;
use crate::commands::{App, Ended};
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};
use zoho_grant::untrusted::Untrusted;

/// The program's name, as the shell finds it.
const PROGRAM: &str = env!("CARGO_BIN_NAME");

/// The variable through which a shell script requests candidates.
const ASKED: &str = "ZOHO_GRANT_COMPLETE";

/// zsh runs a file in its $fpath as the function itself on first use.
const ZSH_AUTOLOAD: &str = "if [[ ${funcstack[1]} == _zoho-grant ]]; then
    _clap_dynamic_completer_zoho_grant \"$@\"
fi
";

/// If a shell script requests candidates, answers and exits.
pub fn answer_shell() {
    CompleteEnv::with_factory(help::command)
        .var(ASKED)
        .complete();
}

/// Runs `completions`.
pub fn completions(shell: Shell, app: &App) -> Ended {
    let mut script = Vec::new();
    match Shells::builtins().completer(&shell.to_string()) {
        // Its script for values would evaluate the line being typed, whatever it contains.
        Some(completer) if shell != Shell::PowerShell => {
            completer
                .write_registration(ASKED, PROGRAM, PROGRAM, PROGRAM, &mut script)
                .map_err(|error| Usage::machine(&error))?;
        }
        _ => clap_complete::generate(shell, &mut help::command(), PROGRAM, &mut script),
    }
    if shell == Shell::Zsh {
        script.extend_from_slice(ZSH_AUTOLOAD.as_bytes());
    }
    app.terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(0)
}

/// Runs `man`.
pub fn man(command: Option<&str>, app: &App) -> Ended {
    let mut program = help::command().disable_help_subcommand(true);
    program.build();
    let command = match command {
        None => &program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| {
            let why = format!("there is no command {}", Untrusted::new(name));
            Usage::new("man", why, "zoho-grant --help lists the commands.")
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone())
        .source(format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION")))
        .manual("User Commands")
        .render(&mut text)
        .map_err(|error| Usage::machine(&error))?;
    app.terminal.print(&String::from_utf8_lossy(&text))?;
    Ok(0)
}
