//! A child process.

use std::io;
use std::process::{Child, Command};

/// A process that ends when this is dropped.
pub struct Process(pub Child);

impl Process {
    /// Starts a command.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        command.spawn().map(Self)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
