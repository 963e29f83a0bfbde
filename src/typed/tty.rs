//! Unix: the terminal's echo is off while it is read. A shell that gives the terminal back switches it on again, so
//! it is looked after all the while.

use super::{LINE_BYTES, ShowAgain};
use crate::signals;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::termios::{LocalModes, OptionalActions, Termios};
use rustix::termios::{tcdrain, tcgetattr, tcgetpgrp, tcsetattr};
use secrecy::SecretString;
use std::io::{self, Write, stderr, stdin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use zeroize::{Zeroize, Zeroizing};
use zoho_grant::error::Signal;

/// Until it is looked again whether the process is in the foreground, and the terminal hidden there.
const PAUSE: Duration = Duration::from_millis(300);

static HIDING: Mutex<Hiding> = Mutex::new(Hiding {
    wanted: false,
    before: None,
});

/// What is done to the terminal.
struct Hiding {
    /// It is to show nothing that is typed.
    wanted: bool,
    /// How it was before it was hidden.
    before: Option<Termios>,
}

impl Hiding {
    fn lock() -> MutexGuard<'static, Self> {
        HIDING.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hides what is typed, if that is wanted. A terminal in the background is the shell's.
    fn keep_up(&mut self) -> io::Result<()> {
        if !self.wanted || !in_foreground() {
            return Ok(());
        }
        let found = tcgetattr(stdin())?;
        // Whoever switched it off already, such as a shell that edits its own line, restores its own settings.
        if found.local_modes.contains(LocalModes::ECHO) {
            tcsetattr(stdin(), OptionalActions::Now, &without_echo(&found))?;
            self.before = Some(found);
        }
        Ok(())
    }

    fn end(&mut self) {
        self.wanted = false;
        if let Some(before) = self.before.take().filter(|_| in_foreground()) {
            let _ = tcsetattr(stdin(), OptionalActions::Flush, &before);
        }
    }
}

fn without_echo(settings: &Termios) -> Termios {
    let mut hidden = settings.clone();
    let echo = LocalModes::ECHO | LocalModes::ECHONL;
    hidden.local_modes.remove(echo);
    hidden
}

/// Asks in the foreground only, and ends the process when the terminal is gone.
pub fn line(prompt: &str) -> io::Result<SecretString> {
    signals::end_at_once();
    let _end = ShowAgain;
    wait_for_foreground()?;
    hide()?;
    write!(stderr(), "{prompt}")?;
    let mut line = Zeroizing::new(Vec::with_capacity(LINE_BYTES));
    while !is_whole(&line) {
        let Ok(readable) = is_readable() else {
            exit(Signal::HangUp.exit_code());
        };
        wait_for_foreground()?;
        keep_hidden()?;
        if readable {
            take(&mut line)?;
        }
    }
    writeln!(stderr())?;
    let text = str::from_utf8(&line).map_err(io::Error::other)?;
    Ok(text.trim().into())
}

/// A thread of its own watches the terminal and reads a line that is there, so that no read holds anything up; the
/// process ends without it.
pub fn read(sender: mpsc::Sender<SecretString>) {
    if hide().is_err() {
        return;
    }
    std::thread::spawn(move || {
        let mut line = Zeroizing::new(Vec::with_capacity(LINE_BYTES));
        while let Ok(readable) = is_readable()
            && keep_hidden().is_ok()
            && !sender.is_closed()
        {
            if !in_foreground() {
                // In the background, reading would stop the process.
                std::thread::sleep(PAUSE);
            } else if readable && take(&mut line).is_err() {
                return;
            }
            if is_whole(&line) {
                // What is no text is no address either.
                let text = str::from_utf8(&line).unwrap_or("\u{fffd}");
                // More lines than can be judged are a page.
                let _ = sender.try_send(text.into());
                line.zeroize();
            }
        }
    });
}

/// Hides nothing more.
pub fn show_again() {
    Hiding::lock().end();
}

/// Under the lock, so that nothing hides the terminal once more.
pub fn exit(code: u8) -> ! {
    let mut hiding = Hiding::lock();
    hiding.end();
    std::process::exit(i32::from(code))
}

fn hide() -> io::Result<()> {
    let mut hiding = Hiding::lock();
    hiding.wanted = true;
    hiding.keep_up()
}

fn keep_hidden() -> io::Result<()> {
    Hiding::lock().keep_up()
}

fn in_foreground() -> bool {
    match tcgetpgrp(stdin()) {
        Ok(group) => group == rustix::process::getpgrp(),
        // A terminal that controls nothing has no background.
        Err(error) => error == Errno::NOTTY,
    }
}

/// A question in the background would be answered to the shell. Like all that changes a terminal, this call stops the
/// process there, and it changes nothing.
fn wait_for_foreground() -> io::Result<()> {
    Ok(retry_on_intr(|| tcdrain(stdin()))?)
}

/// Waits for something to read, not long. An error says that the terminal is gone.
fn is_readable() -> io::Result<bool> {
    let terminal = stdin();
    let mut polled = [PollFd::new(&terminal, PollFlags::IN)];
    let pause = Timespec::try_from(PAUSE).ok();
    match poll(&mut polled, pause.as_ref()) {
        Err(Errno::INTR) => Ok(false),
        Ok(_) if polled[0].revents().contains(PollFlags::HUP) => Err(Errno::IO.into()),
        outcome => Ok(outcome? > 0),
    }
}

fn is_whole(line: &[u8]) -> bool {
    line.ends_with(b"\n") || line.len() == LINE_BYTES
}

/// Adds what is there to the line: a terminal gives one line at most. The end of the input is an error.
fn take(line: &mut Zeroizing<Vec<u8>>) -> io::Result<()> {
    let mut piece = Zeroizing::new([0; 4096]);
    let length = match rustix::io::read(stdin(), &mut piece[..]) {
        Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(length) => length,
        Err(Errno::INTR | Errno::AGAIN) => 0,
        Err(error) => return Err(error.into()),
    };
    // Beyond its capacity the line would move, and leave an unwiped copy behind.
    let room = LINE_BYTES - line.len();
    line.extend_from_slice(&piece[..length.min(room)]);
    Ok(())
}
