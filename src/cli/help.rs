//! The overview of the commands, an example for each, and what to run instead of commands that other tools have.

use crate::cli::Arguments;
use crate::terminal::screen::wrapped;
use clap::builder::{StyledStr, Styles};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};
use std::fmt::Write;
use std::io::stdout;

/// The commands under their headings.
const GROUPS: [(&str, &str); 5] = [
    ("Get credentials", "setup login device exchange demo"),
    ("Use credentials", "token header run api export check"),
    ("Manage saved profiles", "profiles revoke forget"),
    ("Look things up", "scopes datacenters"),
    ("Shell", "completions man"),
];

/// At least one for each command.
const EXAMPLES: [&str; 23] = [
    "zoho-grant setup",
    "zoho-grant setup --for airbyte --save",
    "zoho-grant login --for airbyte --save",
    "zoho-grant login --dc eu --format dotenv --output .env",
    "zoho-grant device --dc eu --save",
    "zoho-grant exchange --dc eu --save",
    "zoho-grant demo",
    "zoho-grant demo --yes --format json",
    "zoho-grant demo --fail invalid-client",
    "TOKEN=$(zoho-grant token --profile work)",
    "zoho-grant header | curl -H @- https://www.zohoapis.eu/crm/v8/org",
    "zoho-grant run -- python sync.py",
    "zoho-grant run --profile work --with-refresh-token -- zoho-crm-mcp",
    "zoho-grant api /crm/v8/org",
    "zoho-grant export --format airbyte --output airbyte.json",
    "zoho-grant check --profile work",
    "zoho-grant profiles",
    "zoho-grant revoke --profile work",
    "zoho-grant forget work",
    "zoho-grant scopes coql",
    "zoho-grant datacenters",
    "zoho-grant completions fish > ~/.config/fish/completions/zoho-grant.fish",
    "zoho-grant man login | man -l -",
];

/// Names of commands in other tools, and the equivalent here.
const MEANT: [(&str, &str); 7] = [
    (
        "auth connect signin sign-in init start configure config authorize",
        "zoho-grant setup guides you in the browser, zoho-grant login in the terminal",
    ),
    (
        "logout signout sign-out disconnect",
        "zoho-grant revoke revokes the refresh token at Zoho and deletes the profile; zoho-grant forget only deletes the profile",
    ),
    (
        "whoami status me info verify test",
        "zoho-grant check shows who owns the credentials and whether they work",
    ),
    (
        "refresh renew access-token get-token",
        "zoho-grant token prints a live access token, refreshing it if necessary; --refresh forces that",
    ),
    (
        "list ls accounts",
        "zoho-grant profiles lists the saved profiles",
    ),
    (
        "delete remove rm",
        "zoho-grant forget deletes a saved profile; zoho-grant revoke also revokes its refresh token at Zoho",
    ),
    (
        "print show env dump",
        "zoho-grant export prints saved credentials in any format",
    ),
];

/// Clap's default width, used if the terminal's width is unknown.
const WIDTH: usize = 100;

/// The command line with its overview and examples.
pub fn command() -> Command {
    let program = Arguments::command().mut_subcommands(with_example);
    let overview = overview(&program);
    program
        .before_help("Start here: zoho-grant setup")
        .help_template(overview)
        .after_help("zoho-grant COMMAND --help shows the options of a command, with an example.")
}

/// This run's arguments; exits with clap's error if they are unusable.
pub fn arguments() -> Arguments {
    let matches = command().try_get_matches();
    let arguments = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
    arguments.unwrap_or_else(|error| clearer(error).exit())
}

fn with_example(command: Command) -> Command {
    let runs = format!("zoho-grant {}", command.get_name());
    let header = Styles::default().get_header().to_owned();
    let mut help = format!("{header}Example:{header:#}");
    for example in EXAMPLES.iter().filter(|example| example.contains(&runs)) {
        let _ = write!(help, "\n  {example}");
    }
    if let Some(footer) = command.get_after_help() {
        let _ = write!(help, "\n\n{}", footer.ansi());
    }
    command.after_help(help)
}

fn overview(program: &Command) -> StyledStr {
    let styles = Styles::default();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let width = terminal_size::terminal_size_of(stdout());
    let width = width.map_or(WIDTH, |(width, _)| WIDTH.min(width.0.into()));
    let mut text = "{before-help}{about-with-newline}\n{usage-heading} {usage}\n\n".to_owned();
    for (heading, names) in GROUPS {
        let _ = writeln!(text, "{header}{heading}:{header:#}");
        for name in names.split(' ') {
            let known = program.find_subcommand(name);
            let about = known.and_then(Command::get_about);
            let about = about.expect("every name is a command's");
            let room = 13 - name.len();
            let line = format!("  {literal}{name}{literal:#}{:room$}{about}", "");
            let _ = writeln!(text, "{}", wrapped(&line, width));
        }
        text.push('\n');
    }
    let _ = write!(
        text,
        "{header}Options:{header:#}\n{{options}}{{after-help}}"
    );
    text.into()
}

/// Hides a rejected value, which may be a secret in the wrong place, and suggests the command that was meant.
fn clearer(mut error: clap::Error) -> clap::Error {
    let given = error.get(ContextKind::InvalidSubcommand);
    let given = given.map(|given| given.to_string().to_lowercase());
    let are_given = |names: &str| names.split(' ').any(|name| given.as_deref() == Some(name));
    if error.kind() == ErrorKind::ValueValidation {
        let hidden = ContextValue::String("…".to_owned());
        error.insert(ContextKind::InvalidValue, hidden);
    } else if let Some((_, meant)) = MEANT.iter().find(|(names, _)| are_given(names)) {
        error.remove(ContextKind::SuggestedSubcommand);
        let tips = ContextValue::StyledStrs(vec![(*meant).into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_listed_once() {
        let listed = || GROUPS.iter().flat_map(|(_, names)| names.split(' '));
        for command in command().get_subcommands() {
            let name = command.get_name();
            assert_eq!(listed().filter(|known| *known == name).count(), 1, "{name}");
            let help = overview(&super::command()).to_string();
            assert!(help.contains(&format!("\n  {name} ")), "{help}");
        }
        let longest = listed().map(str::len).max();
        assert!(
            longest < Some(13),
            "the column is as wide as the longest name"
        );
    }

    #[test]
    fn every_command_has_an_example_that_it_accepts() {
        for command in command().get_subcommands_mut() {
            let name = command.get_name().to_owned();
            let help = command.render_long_help().to_string();
            let (_, example) = help.split_once("Example:\n").unwrap();
            let lines = example.lines().take_while(|line| line.starts_with("  "));
            assert!(lines.clone().count() > 0, "{name}");
            for line in lines {
                let (_, words) = line.split_once("zoho-grant").unwrap();
                let words = words.split([')', '|', '>']).next().unwrap();
                assert!(words.starts_with(&format!(" {name}")), "{line}");
                let words = ["zoho-grant"].into_iter().chain(words.split_whitespace());
                let taken = super::command().try_get_matches_from(words);
                assert!(taken.is_ok(), "{line}: {}", taken.unwrap_err());
            }
        }
    }

    #[test]
    fn suggestions_for_other_tools_commands_exist() {
        for (names, meant) in MEANT {
            for word in meant.split("zoho-grant ").skip(1) {
                let name = word.split(' ').next().unwrap();
                let listed = || GROUPS.iter().flat_map(|(_, names)| names.split(' '));
                assert!(listed().any(|known| known == name), "{name}");
            }
            for name in names.split(' ') {
                let error = command().try_get_matches_from(["zoho-grant", name]);
                let error = clearer(error.unwrap_err());
                assert_eq!(error.exit_code(), 2);
                assert!(error.to_string().contains(meant), "{name}: {error}");
            }
        }
    }
}
