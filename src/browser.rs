//! Opening the person's browser, which writes to none of our outputs and sees none of our variables.

use crate::cli::variables::withhold;
use std::ffi::OsStr;
use std::process::{Command as StdCommand, Stdio};
use std::time::{Duration, Instant};
use tokio::process::Command;
use zoho_grant::event::{Event, Tell};

/// A command that fails later than this was a browser that the person closed.
const FAILS_WITHIN: Duration = Duration::from_secs(5);

/// Separates a command's words; no variable contains it.
const BREAK: char = '\0';

/// Opens an address without waiting: each command in turn, until one works.
pub fn open(address: &str, tell: Tell) {
    let commands = match std::env::var("BROWSER") {
        Ok(list) if !list.trim().is_empty() => chosen(&list, address),
        _ => open::commands(address),
    };
    tokio::spawn(async move {
        let mut last = "no program to open it was found".to_owned();
        for command in commands {
            match run(command).await {
                Ok(()) => return,
                Err(reason) => last = reason,
            }
        }
        tell(Event::BrowserFailed(last));
    });
}

/// Whether a browser can be opened. macOS and Windows always can.
pub fn can_open() -> bool {
    let opener = |command: &StdCommand| is_program(command.get_program());
    cfg!(not(unix))
        || cfg!(target_vendor = "apple")
        || is_set_up()
        || open::commands("http://localhost").iter().any(opener)
}

/// Whether the environment names a browser or a display.
pub fn is_set_up() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let names = ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"];
    names.into_iter().any(is_set)
}

/// Whether the shell would find the program.
fn is_program(name: &OsStr) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path);
    folders.any(|folder| folder.join(name).is_file())
}

/// `$BROWSER`: commands separated by colons, each split into words without a shell. Quotes keep a word together. `%s` is
/// replaced by the address, which is appended if there is no `%s`.
fn chosen(list: &str, address: &str) -> Vec<StdCommand> {
    let (mut lines, mut line, mut quote) = (Vec::new(), String::new(), None);
    for (at, char) in list.char_indices() {
        let rest = &list[at + char.len_utf8()..];
        match char {
            _ if quote == Some(char) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(char),
            ':' if quote.is_none() && !is_part(rest, &line) => {
                lines.push(std::mem::take(&mut line));
            }
            _ if quote.is_none() && char.is_whitespace() => line.push(BREAK),
            _ => line.push(char),
        }
    }
    lines.push(line);
    let command = |line: &String| {
        let mut words: Vec<_> = line.split(BREAK).filter(|word| !word.is_empty()).collect();
        if !line.contains("%s") {
            words.push("%s");
        }
        let mut words = words.iter().map(|word| word.replace("%s", address));
        let mut command = StdCommand::new(words.next().filter(|_| words.len() > 0)?);
        command.args(words);
        Some(command)
    };
    lines.iter().filter_map(command).collect()
}

/// Whether a colon belongs to its word: after a drive letter, or in an address that contains `%s` further on.
fn is_part(rest: &str, line: &str) -> bool {
    let line = line.trim_start_matches(BREAK);
    if line.contains(BREAK) {
        let further = rest.split(char::is_whitespace).next();
        further.is_some_and(|further| further.contains("%s"))
    } else {
        line.len() == 1 && rest.starts_with('\\')
    }
}

async fn run(mut command: StdCommand) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    withhold(&mut command);
    let mut command = Command::from(command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Ctrl-C in the terminal is meant for us, not for the browser.
    #[cfg(unix)]
    command.process_group(0);
    let began = Instant::now();
    let mut child = command
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    match child.wait().await {
        Ok(status) if !status.success() && began.elapsed() < FAILS_WITHIN => {
            Err(format!("{program}: {status}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(list: &str) -> Vec<String> {
        let commands = chosen(list, "http://localhost:1/start/x");
        let line = |command: &StdCommand| {
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            words
                .map(|word| word.to_string_lossy().into_owned())
                .collect::<Vec<_>>()
                .join("|")
        };
        commands.iter().map(line).collect()
    }

    #[test]
    fn quotes_drives_and_addresses_keep_their_colons_and_spaces() {
        assert_eq!(
            lines(
                r#""C:\Program Files\f.exe" -x:C:\f.exe 'a b':firefox ext+container:name=Work&url=%s:w3m"#
            ),
            [
                r"C:\Program Files\f.exe|-x|http://localhost:1/start/x",
                r"C:\f.exe|a b|http://localhost:1/start/x",
                "firefox|ext+container:name=Work&url=http://localhost:1/start/x",
                "w3m|http://localhost:1/start/x",
            ]
        );
    }

    #[test]
    fn the_list_is_split_at_colons_and_words_and_no_shell_sees_it() {
        assert_eq!(
            lines("lynx -x: firefox --url=%s; rm ::chrome"),
            [
                "lynx|-x|http://localhost:1/start/x",
                "firefox|--url=http://localhost:1/start/x;|rm",
                "chrome|http://localhost:1/start/x",
            ]
        );
    }
}
