//! Opening the person's browser, which writes to neither of our outputs and knows none of our variables.

use crate::cli::variables::withhold;
use std::ffi::OsStr;
use std::process::{Command as StdCommand, Stdio};
use std::time::{Duration, Instant};
use tokio::process::Command;
use zoho_grant::event::{Event, Tell};

/// A command that fails later than this was a browser that a person closed.
const FAILS_WITHIN: Duration = Duration::from_secs(5);

/// Opens an address without waiting: each command in turn, until one works.
pub fn open(address: &str, tell: Tell) {
    let commands = match std::env::var("BROWSER") {
        Ok(list) if !list.trim().is_empty() => chosen(&list, address),
        _ => open::commands(address),
    };
    tokio::spawn(async move {
        let mut last = "no program for it was found".to_owned();
        for command in commands {
            match run(command).await {
                Ok(()) => return,
                Err(reason) => last = reason,
            }
        }
        tell(Event::BrowserFailed(last));
    });
}

/// Whether there is anything that a browser could be opened with. Macs and Windows always have one.
pub fn can_open() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let opener = |command: &StdCommand| is_program(command.get_program());
    cfg!(not(unix))
        || cfg!(target_vendor = "apple")
        || ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"]
            .into_iter()
            .any(is_set)
        || open::commands("http://localhost").iter().any(opener)
}

/// Whether the shell would find it.
fn is_program(name: &OsStr) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path);
    folders.any(|folder| folder.join(name).is_file())
}

/// `$BROWSER`: commands separated by colons, each split into words without a shell; quotes keep a word together, and
/// `%s` stands for the address, which is appended where it stands nowhere.
fn chosen(list: &str, address: &str) -> Vec<StdCommand> {
    let (mut commands, mut words, mut word) = (Vec::new(), Vec::new(), String::new());
    let mut quote = None;
    for (at, char) in list.char_indices() {
        let rest = &list[at + char.len_utf8()..];
        match char {
            _ if quote == Some(char) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(char),
            ':' if quote.is_none() && !is_part(rest, &words, &word) => {
                words.push(std::mem::take(&mut word));
                commands.push(std::mem::take(&mut words));
            }
            _ if quote.is_none() && char.is_whitespace() => words.push(std::mem::take(&mut word)),
            _ => word.push(char),
        }
    }
    words.push(word);
    commands.push(words);
    let command = |mut words: Vec<String>| {
        words.retain(|word| !word.is_empty());
        if !words.iter().any(|word| word.contains("%s")) {
            words.push("%s".to_owned());
        }
        let mut words = words.iter().map(|word| word.replace("%s", address));
        let mut command = StdCommand::new(words.next().filter(|_| words.len() > 0)?);
        command.args(words);
        Some(command)
    };
    commands.into_iter().filter_map(command).collect()
}

/// Whether a colon belongs to its word: behind the letter of a drive, or in an address with `%s` further on.
fn is_part(rest: &str, words: &[String], word: &str) -> bool {
    let further = rest.split(char::is_whitespace).next().unwrap_or_default();
    let is_drive = word.len() == 1 && rest.starts_with('\\');
    let is_first = words.iter().all(String::is_empty);
    if is_first {
        is_drive
    } else {
        further.contains("%s")
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
