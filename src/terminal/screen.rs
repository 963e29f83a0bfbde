//! Lines on standard error, and one live line that is written over.

use anstyle::{AnsiColor, Style};
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a person must find at a glance.
pub const BOLD: Style = Style::new().bold();
/// What most people need not read.
pub const DIM: Style = Style::new().dimmed();
/// It worked.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// It worked, and something needs a look.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// It did not work.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// Back to the start of the row, and the row emptied.
const ERASE: &str = "\r\x1b[2K";

/// Where lines go. A terminal that is gone must not end the login, so failures to write are passed over.
pub struct Screen {
    state: Mutex<State>,
    /// Whether a line can be written over.
    pub is_terminal: bool,
}

struct State {
    out: Box<dyn Write + Send>,
    /// The live line stands on the last row.
    live: bool,
}

impl Screen {
    /// Writes to `out`, which strips colors if need be.
    pub fn new(out: Box<dyn Write + Send>, is_terminal: bool) -> Self {
        let state = Mutex::new(State { out, live: false });
        Self { state, is_terminal }
    }

    /// Writes a line, in place of the live one if that stands.
    pub fn line(&self, line: &str) {
        let mut state = self.state();
        let erase = if std::mem::take(&mut state.live) {
            ERASE
        } else {
            ""
        };
        let _ = writeln!(state.out, "{erase}{line}");
    }

    /// Writes the live line over itself; nothing where lines cannot be written over.
    pub fn live(&self, line: &str) {
        if self.is_terminal {
            let mut state = self.state();
            let _ = write!(state.out, "{ERASE}{line}");
            let _ = state.out.flush();
            state.live = true;
        }
    }

    /// Takes the live line away.
    pub fn clear(&self) {
        let mut state = self.state();
        if std::mem::take(&mut state.live) {
            let _ = write!(state.out, "{ERASE}");
            let _ = state.out.flush();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
