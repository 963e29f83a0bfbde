//! Lines on standard error, wrapped to the terminal's width, and one live line that is overwritten.

use crate::prompt;
use anstyle::{AnsiColor, Style};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;
use terminal_size::terminal_size_of;

/// For what a person must see at a glance.
pub const BOLD: Style = Style::new().bold();
/// For details.
pub const DIM: Style = Style::new().dimmed();
/// For success.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// For success with something to check.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// For failure.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// Returns to the start of the row and clears it.
const ERASE: &str = "\r\x1b[2K";

/// The spinner's frames.
const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// How long each frame is shown.
const FRAME: Duration = Duration::from_millis(100);

/// Standard error. A closed terminal must not end the login, so write errors are ignored.
pub struct Screen {
    state: Arc<Mutex<State>>,
    /// Whether a line can be overwritten, and may be.
    is_live: bool,
    /// Width in columns.
    width: fn() -> usize,
}

struct State {
    out: Box<dyn Write + Send>,
    /// The live line on the last row.
    live: Option<LiveLine>,
    /// The spinner's current frame; none before the first spinner.
    frame: Option<usize>,
}

struct LiveLine {
    text: String,
    spins: bool,
}

impl Screen {
    /// Writes to `out`, which strips colors if need be.
    pub fn new(out: Box<dyn Write + Send>, is_live: bool, width: fn() -> usize) -> Self {
        let state = State {
            out,
            live: None,
            frame: None,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            is_live,
            width,
        }
    }

    /// Writes lines, replacing the live line if there is one.
    pub fn line(&self, lines: &str) {
        let lines = wrapped(lines, (self.width)());
        let mut state = lock(&self.state);
        let erase = state.live.as_ref().map_or("", |_| ERASE);
        // A spinner reappears below.
        state.live.take_if(|live| !live.spins);
        let _ = writeln!(state.out, "{erase}{lines}");
    }

    /// Overwrites the live line, and returns whether it could. If it `spins`, other lines appear above it.
    pub fn live(&self, text: &str, spins: bool) -> bool {
        if !self.is_live {
            return false;
        }
        // A row that wraps could not be cleared.
        let room = (self.width)().saturating_sub(3);
        let text = text.chars().take(room).collect();
        let mut state = lock(&self.state);
        state.live = Some(LiveLine { text, spins });
        if spins && state.frame.is_none() {
            state.frame = Some(0);
            let shared = Arc::downgrade(&self.state);
            thread::spawn(move || move_on(&shared));
        }
        state.draw();
        true
    }

    /// Clears the live line.
    pub fn clear(&self) {
        let mut state = lock(&self.state);
        if state.live.take().is_some() {
            let _ = write!(state.out, "{ERASE}");
            let _ = state.out.flush();
        }
    }
}

impl State {
    fn draw(&mut self) {
        if let Some(LiveLine { text, spins }) = &self.live {
            let frame = self.frame.filter(|_| *spins);
            let frame = frame.map_or_else(String::new, |at| format!("{} ", FRAMES[at]));
            let _ = write!(self.out, "{ERASE}{DIM}{frame}{text}{DIM:#}");
            let _ = self.out.flush();
        }
    }
}

/// Locks what stays valid whatever happened while it was locked.
pub fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Animates the spinner while there is a screen. In the background, the last row belongs to the shell.
fn move_on(state: &Weak<Mutex<State>>) {
    loop {
        thread::sleep(FRAME);
        let Some(state) = state.upgrade() else { return };
        let mut state = lock(&state);
        let spins = state.live.as_ref().is_some_and(|live| live.spins);
        if spins && prompt::is_in_foreground() {
            state.frame = state.frame.map(|at| (at + 1) % FRAMES.len());
            state.draw();
        }
    }
}

/// The width of the terminal behind standard error; if it is unknown, no line is too long.
pub fn width() -> usize {
    let size = terminal_size_of(std::io::stderr());
    size.map_or(usize::MAX, |(width, _)| width.0.into())
}

/// Marks a space at which a line is not broken.
const GLUE: char = '\u{a0}';

/// A command to copy, never broken across lines.
pub fn unbroken(command: &str) -> String {
    command.replace(' ', &GLUE.to_string())
}

/// Wraps lines between words, but not inside a command, an address, or an option with its value. Continuation lines are
/// indented to the text of their line.
pub fn wrapped(lines: &str, width: usize) -> String {
    let wrap = |line: &str| {
        let line = glued(line);
        // Breaking before its only word would leave an empty row.
        if !line.trim().contains(' ') {
            return line.replace(GLUE, " ");
        }
        let hang = hang(&line);
        let hang = " ".repeat(if hang > width / 2 { NARROW } else { hang });
        let options = textwrap::Options::new(width)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .subsequent_indent(&hang);
        textwrap::fill(&line, options).replace(GLUE, " ")
    };
    lines.lines().map(wrap).collect::<Vec<_>>().join("\n")
}

/// The indent of continuation lines on a terminal that is too narrow for two columns.
const NARROW: usize = 6;

/// How far a line's text is indented: after its label, if two spaces separate them.
fn hang(line: &str) -> usize {
    const LABEL: usize = 24;
    let plain = anstream::adapter::strip_str(line).to_string();
    let text = plain.trim_start();
    let indent = plain.len() - text.len();
    let label = text.find("  ").filter(|end| *end <= LABEL);
    label.map_or(indent, |end| {
        let value = text[end..].trim_start();
        indent + textwrap::core::display_width(&text[..text.len() - value.len()])
    })
}

/// Glues commands, and options with their values, together.
fn glued(line: &str) -> String {
    let mut words = line.split(' ').peekable();
    let mut text = String::with_capacity(2 * line.len());
    let mut in_command = false;
    while let Some(word) = words.next() {
        text += word;
        let Some(next) = words.peek() else { break };
        let ends = word.ends_with(['.', ',', ':', ';', ')']);
        let begins = word.ends_with("zoho-grant");
        in_command = !ends && (in_command || begins);
        let is_value = word.starts_with("--") && !ends && (in_command || is_placeholder(next));
        let together = begins || is_value || in_command && next.starts_with('-');
        text.push(if together { GLUE } else { ' ' });
    }
    text
}

/// As `FILE` in "--output FILE".
fn is_placeholder(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ',', ':', ';', ')']);
    let stands_for = |char: char| char.is_ascii_uppercase() || "_,-".contains(char);
    !word.is_empty() && word.chars().all(stands_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    const TEXT: &str = "Next:  Consent again, with --dc of the data center where the client is registered: zoho-grant login \
        --profile work --save. Or give --client-secret-file PATH of https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ.";

    #[test]
    fn words_are_kept_whole_and_so_are_commands_addresses_and_options() {
        expect![[r"
            Next:  Consent again, with --dc of the data center where the client is
                   registered: zoho-grant login --profile work --save. Or give
                   --client-secret-file PATH of
                   https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ.
            Next:  Consent again, with --dc of the
                   data center where the client is
                   registered:
                   zoho-grant login --profile work --save.
                   Or give --client-secret-file PATH
                   of
                   https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ.
        "]]
        .assert_eq(&[80, 40].map(|width| wrapped(TEXT, width) + "\n").concat());
    }

    #[test]
    fn colors_and_links_take_no_room() {
        let line = format!(
            "{BOLD}one{BOLD:#} two \x1b]8;;http://localhost:8085/start/x\x1b\\three\x1b]8;;\x1b\\ four"
        );
        assert_eq!(wrapped(&line, 13), line.replace(" four", "\nfour"));
    }
}
