//! The overview of the commands, an example for each, and what to run instead of commands that other tools have.

use crate::cli::Arguments;
use crate::terminal::screen::wrapped;
use clap::builder::{StyledStr, Styles};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};
use std::fmt::Write;
use std::io::stdout;

/// A command and how it is used.
type Entry = (&'static str, &'static str);

/// The commands under their headings, each with an example.
const GROUPS: [(&str, &[Entry]); 5] = [
    (
        "Get credentials",
        &[
            (
                "setup",
                "zoho-grant setup\n  zoho-grant setup --for airbyte --save",
            ),
            (
                "login",
                "zoho-grant login --for airbyte --save\n  \
                 zoho-grant login --dc eu --format dotenv --output .env",
            ),
            ("device", "zoho-grant device --dc eu --save"),
            ("exchange", "zoho-grant exchange --dc eu --save"),
            (
                "demo",
                "zoho-grant demo\n  zoho-grant demo --yes --format json\n  zoho-grant demo --fail invalid-client",
            ),
        ],
    ),
    (
        "Use credentials",
        &[
            ("token", "TOKEN=$(zoho-grant token --profile work)"),
            (
                "header",
                "zoho-grant header | curl -H @- https://www.zohoapis.eu/crm/v8/org",
            ),
            (
                "run",
                "zoho-grant run -- python sync.py\n  \
                 zoho-grant run --profile work --with-refresh-token -- zoho-crm-mcp",
            ),
            ("api", "zoho-grant api /crm/v8/org"),
            (
                "export",
                "zoho-grant export --format airbyte --output airbyte.json",
            ),
            ("check", "zoho-grant check --profile work"),
        ],
    ),
    (
        "Manage saved profiles",
        &[
            ("profiles", "zoho-grant profiles"),
            ("revoke", "zoho-grant revoke --profile work"),
            ("forget", "zoho-grant forget work"),
        ],
    ),
    (
        "Look things up",
        &[
            ("scopes", "zoho-grant scopes coql"),
            ("datacenters", "zoho-grant datacenters"),
        ],
    ),
    (
        "Shell",
        &[
            (
                "completions",
                "zoho-grant completions fish > ~/.config/fish/completions/zoho-grant.fish",
            ),
            ("man", "zoho-grant man login | man -l -"),
        ],
    ),
];

/// Names of commands in other tools, and the equivalent here.
const MEANT: [(&[&str], &str); 7] = [
    (
        &[
            "auth",
            "connect",
            "signin",
            "sign-in",
            "init",
            "start",
            "configure",
            "config",
            "authorize",
        ],
        "zoho-grant setup guides you in the browser, zoho-grant login in the terminal",
    ),
    (
        &["logout", "signout", "sign-out", "disconnect"],
        "zoho-grant revoke revokes the refresh token at Zoho and deletes the profile; zoho-grant forget only deletes the profile",
    ),
    (
        &["whoami", "status", "me", "info", "verify", "test"],
        "zoho-grant check shows who owns the credentials and whether they work",
    ),
    (
        &["refresh", "renew", "access-token", "get-token"],
        "zoho-grant token prints a live access token, refreshing it if necessary; --refresh forces that",
    ),
    (
        &["list", "ls", "accounts"],
        "zoho-grant profiles lists the saved profiles",
    ),
    (
        &["delete", "remove", "rm"],
        "zoho-grant forget deletes a saved profile; zoho-grant revoke also revokes its refresh token at Zoho",
    ),
    (
        &["print", "show", "env", "dump"],
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
    let name = command.get_name();
    let mut all = GROUPS.iter().flat_map(|(_, entries)| entries.iter());
    let Some((_, example)) = all.find(|(known, _)| *known == name) else {
        return command;
    };
    let header = Styles::default().get_header().to_owned();
    let footer = command.get_after_help().map(StyledStr::ansi);
    let footer = footer.map_or_else(String::new, |footer| format!("\n\n{footer}"));
    command.after_help(format!("{header}Example:{header:#}\n  {example}{footer}"))
}

fn overview(program: &Command) -> StyledStr {
    let styles = Styles::default();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let width = terminal_size::terminal_size_of(stdout());
    let width = width.map_or(WIDTH, |(width, _)| WIDTH.min(width.0.into()));
    let mut text = "{before-help}{about-with-newline}\n{usage-heading} {usage}\n\n".to_owned();
    for (heading, entries) in GROUPS {
        let _ = writeln!(text, "{header}{heading}:{header:#}");
        for (name, _) in entries {
            let known = program.find_subcommand(name);
            if let Some(about) = known.and_then(Command::get_about) {
                let line = format!(
                    "  {literal}{name}{literal:#}{:1$}{about}",
                    "",
                    13 - name.len()
                );
                let _ = writeln!(text, "{}", wrapped(&line, width));
            }
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
    match error.kind() {
        ErrorKind::ValueValidation => {
            let hidden = ContextValue::String("…".to_owned());
            error.insert(ContextKind::InvalidValue, hidden);
        }
        ErrorKind::InvalidSubcommand => {
            if let Some(meant) = meant(&error) {
                error.remove(ContextKind::SuggestedSubcommand);
                let tips = ContextValue::StyledStrs(vec![meant.into()]);
                error.insert(ContextKind::Suggested, tips);
            }
        }
        _ => {}
    }
    error
}

fn meant(error: &clap::Error) -> Option<&'static str> {
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let given = given.to_lowercase();
    let mut meant = MEANT.iter();
    let found = meant.find(|(names, _)| names.contains(&given.as_str()));
    found.map(|(_, meant)| *meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_listed_once() {
        let listed = || GROUPS.iter().flat_map(|(_, entries)| entries.iter());
        for command in command().get_subcommands() {
            let name = command.get_name();
            assert_eq!(
                listed().filter(|(known, _)| *known == name).count(),
                1,
                "{name}"
            );
            let help = overview(&super::command()).to_string();
            assert!(help.contains(&format!("\n  {name} ")), "{help}");
        }
        let longest = listed().map(|(name, _)| name.len()).max();
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
                let listed = || GROUPS.iter().flat_map(|(_, entries)| entries.iter());
                assert!(listed().any(|(known, _)| *known == name), "{name}");
            }
            for name in names {
                let error = command().try_get_matches_from(["zoho-grant", name]);
                let error = clearer(error.unwrap_err());
                assert_eq!(error.exit_code(), 2);
                assert!(error.to_string().contains(meant), "{name}: {error}");
            }
        }
    }
}
