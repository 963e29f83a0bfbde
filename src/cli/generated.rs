//! Arguments of the commands that print files for the shell and for `man`.

use crate::cli::complete;
use clap::Args;
use clap_complete::Shell;
use clap_complete::engine::ArgValueCandidates;

/// Options of `completions`.
#[derive(Args)]
#[command(after_help = "Once, for every later shell:
  bash        zoho-grant completions bash > ~/.local/share/bash-completion/completions/zoho-grant
  zsh         zoho-grant completions zsh > _zoho-grant           in a folder of $fpath
  fish        zoho-grant completions fish > ~/.config/fish/completions/zoho-grant.fish
  elvish      zoho-grant completions elvish >> ~/.config/elvish/rc.elv
  PowerShell  zoho-grant completions powershell >> $PROFILE      options alone, no values")]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// Options of `man`.
#[derive(Args)]
#[command(after_help = "To read one: zoho-grant man login | man -l -")]
pub struct Man {
    /// The command; if omitted, the program
    #[arg(add = ArgValueCandidates::new(complete::commands))]
    pub command: Option<String>,
}
