//! Opening the person's browser, which writes to neither of our outputs and knows none of our variables.

use crate::cli::variables::withhold;
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

/// `$BROWSER`: commands separated by colons, each split into words without a shell; `%s` stands for the
/// address, which is appended where it stands nowhere.
fn chosen(list: &str, address: &str) -> Vec<StdCommand> {
    let commands = list.split(':').map(|entry| {
        let mut words: Vec<String> = entry
            .split_whitespace()
            .map(|word| word.replace("%s", address))
            .collect();
        if !words.is_empty() && !entry.contains("%s") {
            words.push(address.to_owned());
        }
        words
    });
    let commands = commands.filter(|words| !words.is_empty());
    commands
        .map(|words| {
            let mut command = StdCommand::new(&words[0]);
            command.args(&words[1..]);
            command
        })
        .collect()
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
