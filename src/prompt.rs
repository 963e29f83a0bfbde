//! Prompts on the terminal, secrets typed there, and text pasted while the program waits.

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use inquire::error::{InquireError, InquireResult};
use inquire::ui::RenderConfig;
use inquire::validator::MinLengthValidator;
use inquire::{Confirm, MultiSelect, Password, PasswordDisplayMode, Select, Text};
use secrecy::SecretString;
use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read, stderr, stdin};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;
use zeroize::{Zeroize, Zeroizing};
use zoho_grant::handover::file;
use zoho_grant::zoho::data_centers::{DATA_CENTERS, DataCenter};
use zoho_grant::zoho::registration;
use zoho_grant::zoho::scope_catalog::{self, KnownScope};
use zoho_grant::zoho::scopes::Scopes;

/// A secret is a few dozen bytes; anything longer is a different file.
const SECRET_BYTES: usize = 4096;

/// How many scopes are shown at once.
const SCOPES_SHOWN: usize = 8;

/// How many pasted lines may wait to be judged; a pasted page has more.
const LINES: usize = 16;

/// The prompt for which the terminal is in raw mode.
static OPEN: Mutex<Option<String>> = Mutex::new(None);

/// Whether prompts are possible: a person sees standard error and types on standard input.
pub fn possible() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Whether prompts are shown in color.
pub fn colored(colored: bool) {
    inquire::set_global_render_config(if colored {
        RenderConfig::default_colored()
    } else {
        RenderConfig::empty()
    });
}

/// Asks for the data center; also accepts the address of the person's CRM.
pub fn data_center() -> io::Result<&'static DataCenter> {
    let question = "Data center, or the address of your CRM:";
    let domain = |center: &DataCenter| center.accounts_server.replace("https://accounts.", "");
    let shown = |center: &DataCenter| format!("{center}, {}", domain(center));
    let lines: Vec<_> = DATA_CENTERS.iter().map(shown).collect();
    let chosen = ask(question, || {
        Select::new(question, lines)
            .with_page_size(DATA_CENTERS.len())
            .with_scorer(&|typed, _, line, at| {
                let named = registration::data_center(typed);
                let fits = named.map(|center| *center == DATA_CENTERS[at]);
                rank(fits.unwrap_or_else(|| has(line, typed)), at)
            })
            .with_help_message("Type or paste to search, Enter to continue")
            .raw_prompt()
    })?;
    Ok(&DATA_CENTERS[chosen.index])
}

/// Asks for a line of text.
pub fn text(question: &str, help: &str) -> io::Result<String> {
    let prompt = || Text::new(question).with_help_message(help).prompt();
    ask(question, prompt)
}

/// Asks for scopes, with a list preselected; the known ones can be searched.
pub fn scopes(preselected: &Scopes) -> io::Result<Scopes> {
    let question = "Scopes:";
    let is_preselected = |known: &KnownScope| preselected.iter().any(|it| it == known.scope);
    let (mut known, others): (Vec<_>, Vec<_>) = scope_catalog::all().partition(is_preselected);
    let default: Vec<_> = (0..known.len()).collect();
    known.extend(others);
    let shown = |it: &KnownScope| format!("{}  {}", it.scope, it.description);
    let lines = known.iter().map(shown).collect();
    let least = MinLengthValidator::new(1).with_message("Select at least one scope.");
    let chosen = ask(question, || {
        MultiSelect::new(question, lines)
            .with_default(&default)
            .with_page_size(SCOPES_SHOWN)
            .with_keep_filter(false)
            .with_scorer(&|typed, _, line, at| rank(has(line, typed), at))
            .with_formatter(&|chosen| format!("{} selected", chosen.len()))
            .with_validator(least)
            .with_help_message("Type to search, Space to select, Enter to continue")
            .raw_prompt()
    })?;
    let names: Vec<_> = chosen.iter().map(|it| known[it.index].scope).collect();
    Scopes::parse(&names.join(",")).map_err(io::Error::other)
}

fn has(line: &str, typed: &str) -> bool {
    line.to_lowercase().contains(&typed.to_lowercase())
}

/// In the order of the list.
fn rank(fits: bool, at: usize) -> Option<i64> {
    fits.then(|| -i64::try_from(at).unwrap_or(i64::MAX))
}

/// Asks yes or no; Enter alone means no.
pub fn confirm(question: &str) -> io::Result<bool> {
    ask(question, || {
        Confirm::new(question).with_default(false).prompt()
    })
}

/// Asks for one of these lines, and returns its index.
pub fn select(question: &str, options: Vec<String>) -> io::Result<usize> {
    let chosen = ask(question, || {
        let page = options.len();
        Select::new(question, options)
            .with_page_size(page)
            .raw_prompt()
    })?;
    Ok(chosen.index)
}

/// A secret that is prompted for on a terminal without showing it, otherwise read from standard input, and trimmed.
pub fn secret(name: &str) -> io::Result<SecretString> {
    if !possible() {
        return whole(standard_input()?);
    }
    let question = format!("{name} (not shown):");
    let answer = ask(&question, || {
        Password::new(&question)
            .with_display_mode(PasswordDisplayMode::Hidden)
            .without_confirmation()
            .prompt()
    })?;
    Ok(alone(&Zeroizing::new(answer)))
}

/// The client secret from a file, or [`secret`] for `-`.
pub fn secret_file(path: &Path) -> io::Result<SecretString> {
    if path == Path::new("-") {
        return secret("Client secret");
    }
    let text = file::read(path, SECRET_BYTES).map_err(io::Error::other)?;
    Ok(alone(&text))
}

/// Lines that the person pastes while the program waits for the browser. The terminal shows them.
pub fn pasted() -> mpsc::Receiver<SecretString> {
    let (sender, pasted) = mpsc::channel(LINES);
    std::thread::spawn(move || {
        let mut line = Zeroizing::new(Vec::new());
        while system::wait_for_line(&sender)
            && matches!(stdin().lock().read_until(b'\n', &mut line), Ok(1..))
        {
            // A page has more lines than can be judged.
            let _ = sender.try_send(unmarked(&String::from_utf8_lossy(&line)).into());
            line.zeroize();
        }
    });
    pasted
}

#[cfg(unix)]
pub use system::is_ready;
pub use system::{forget_typed, is_in_foreground};

/// Restores the terminal if a prompt is open. No prompt can open or close until the guard is dropped.
pub fn leave() -> MutexGuard<'static, Option<String>> {
    let open = open();
    if open.is_some() && is_in_foreground() {
        let _ = disable_raw_mode();
        // Turns bracketed paste off, shows the cursor, and begins a new line.
        system::show("\x1b[?2004l\x1b[?25h\r\n");
    }
    open
}

/// Prepares the terminal again for the interrupted prompt.
#[cfg(unix)]
pub fn resume() {
    if open().is_some() {
        system::wait_for_foreground();
    }
    if let Some(question) = &*open() {
        let _ = raw_mode();
        system::show(&format!("\x1b[?2004h\r? {question} "));
    }
}

/// Prompts only in the foreground: in the background, the shell would get the answer.
fn ask<T>(question: &str, prompt: impl FnOnce() -> InquireResult<T>) -> io::Result<T> {
    system::wait_for_foreground();
    let mut opening = open();
    raw_mode()?;
    *opening = Some(question.to_owned());
    drop(opening);
    system::watch_the_end();
    let answer = prompt();
    let mut closing = open();
    *closing = None;
    disable_raw_mode()?;
    answer.map_err(|error| match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            io::ErrorKind::Interrupted.into()
        }
        InquireError::IO(error) => error,
        other => io::Error::other(other),
    })
}

fn open() -> MutexGuard<'static, Option<String>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Turns raw mode on, but keeps the keys that send signals: the library leaves it alone if it is already on.
fn raw_mode() -> io::Result<()> {
    enable_raw_mode()?;
    system::keep_signals()
}

/// Removes the marks that a terminal puts around pasted text.
fn unmarked(line: &str) -> &str {
    let mut texts = line.split('\x1b').map(|piece| {
        let text = piece.trim_start_matches("[200~");
        text.trim_start_matches("[201~").trim()
    });
    texts.find(|text| !text.is_empty()).unwrap_or_default()
}

fn whole(source: impl Read) -> io::Result<SecretString> {
    // With room to spare, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * SECRET_BYTES));
    source
        .take(SECRET_BYTES as u64 + 1)
        .read_to_string(&mut text)?;
    if text.len() > SECRET_BYTES {
        let why = format!("it is longer than {SECRET_BYTES} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(alone(&text))
}

/// Removes what editors leave around it.
fn alone(text: &str) -> SecretString {
    let slips = |char: char| char.is_whitespace() || char == '\u{feff}';
    text.trim_matches(slips).into()
}

/// Standard input without the library's buffer, which is never wiped.
fn standard_input() -> io::Result<File> {
    #[cfg(unix)]
    let own = std::os::fd::AsFd::as_fd(&stdin()).try_clone_to_owned()?;
    #[cfg(windows)]
    let own = std::os::windows::io::AsHandle::as_handle(&stdin()).try_clone_to_owned()?;
    Ok(own.into())
}

#[cfg(unix)]
mod system {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::termios::{LocalModes, OptionalActions, QueueSelector};
    use rustix::termios::{tcflush, tcgetattr, tcgetpgrp, tcsetattr};
    use secrecy::SecretString;
    use signal_hook::consts::SIGTTOU;
    use signal_hook::low_level::{exit, raise};
    use std::io::{self, stderr, stdin};
    use std::os::fd::AsFd;
    use std::sync::Once;
    use std::thread::sleep;
    use std::time::Duration;
    use tokio::sync::mpsc::Sender;
    use zoho_grant::context::Signal;

    /// How often to check whether the process is in the foreground.
    const PAUSE: Duration = Duration::from_millis(300);

    /// Whether the terminal's input, and thus its last row, is ours.
    pub fn is_in_foreground() -> bool {
        match tcgetpgrp(stdin()) {
            Ok(group) => group == rustix::process::getpgrp(),
            // A terminal that is not our controlling terminal has no background.
            Err(error) => error == Errno::NOTTY,
        }
    }

    /// Stops the process in the background, as every prompt there does. Pauses afterward, so that a signal that arrived
    /// while it was stopped is handled first.
    pub fn wait_for_foreground() {
        while !is_in_foreground() {
            sleep(PAUSE);
            if !is_in_foreground() {
                let _ = raise(SIGTTOU);
            }
        }
    }

    /// Whether a line can be read; false if nobody wants it any more. In the background, reading would stop the process.
    pub fn wait_for_line(wanted: &Sender<SecretString>) -> bool {
        while !wanted.is_closed() {
            if !is_in_foreground() {
                sleep(PAUSE);
            } else if let Some(ready) = is_ready(stdin(), PollFlags::IN, PAUSE)
                && !wanted.is_closed()
            {
                return ready;
            }
        }
        false
    }

    /// Discards unread input, because the shell would run it.
    pub fn forget_typed() {
        if is_in_foreground() {
            let _ = tcflush(stdin(), QueueSelector::IFlush);
        }
    }

    pub fn keep_signals() -> io::Result<()> {
        let mut modes = tcgetattr(stdin())?;
        modes.local_modes |= LocalModes::ISIG;
        Ok(tcsetattr(stdin(), OptionalActions::Now, &modes)?)
    }

    /// Writes without the library's lock, and only if there is room, so that a blocked terminal blocks nothing here.
    pub fn show(text: &str) {
        if is_ready(stderr(), PollFlags::OUT, Duration::ZERO) == Some(true) {
            let _ = rustix::io::write(stderr(), text.as_bytes());
        }
    }

    /// Ends the process if a prompt's terminal is gone: the library would read from it forever.
    pub fn watch_the_end() {
        static WATCHED: Once = Once::new();
        WATCHED.call_once(|| {
            std::thread::spawn(|| {
                while is_ready(stdin(), PollFlags::empty(), Duration::MAX).is_none() {}
                if super::open().is_some() {
                    exit(Signal::HangUp.exit_code().into());
                }
            });
        });
    }

    /// Waits until it is ready: false if it is gone, none if it is not ready in time.
    pub fn is_ready(file: impl AsFd, how: PollFlags, within: Duration) -> Option<bool> {
        let mut polled = [PollFd::new(&file, how)];
        match poll(&mut polled, Timespec::try_from(within).ok().as_ref()) {
            Ok(0) | Err(Errno::INTR) => None,
            outcome => Some(outcome.is_ok() && polled[0].revents() == how),
        }
    }
}

/// Other systems have no background, and the library reads keys that send signals as ordinary keys.
#[cfg(not(unix))]
mod system {
    use secrecy::SecretString;
    use std::io;
    use tokio::sync::mpsc::Sender;

    pub fn is_in_foreground() -> bool {
        true
    }

    pub fn wait_for_foreground() {}

    pub fn wait_for_line(wanted: &Sender<SecretString>) -> bool {
        !wanted.is_closed()
    }

    pub fn forget_typed() {}

    pub fn keep_signals() -> io::Result<()> {
        Ok(())
    }

    pub fn show(text: &str) {
        eprint!("{text}");
    }

    pub fn watch_the_end() {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_secret_is_taken_whole_or_not_at_all() {
        let taken = |bytes: usize| whole("s".repeat(bytes).as_bytes());
        let secret = taken(SECRET_BYTES).unwrap();
        assert_eq!(secret.expose_secret().len(), SECRET_BYTES);
        let refused = taken(SECRET_BYTES + 1).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        assert_eq!(refused.to_string(), "it is longer than 4096 bytes");
    }

    #[test]
    fn the_marks_of_a_paste_are_not_part_of_it() {
        for line in [
            "code=c\n",
            "\x1b[200~code=c\x1b[201~\n",
            "\x1b[200~code=c\n",
            "\x1b[201~\x1b[200~code=c\x1b[201~\n",
        ] {
            assert_eq!(unmarked(line), "code=c", "{line:?}");
        }
        assert_eq!(unmarked("\x1b[201~\n"), "");
    }
}
