//! The process of Chromium: found, launched, shared, ended.

use crate::program::DEADLINE;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use tempfile::TempDir;

/// Names to look for in PATH.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    // Containers give little shared memory.
    "--disable-dev-shm-usage",
    // A tab of one test must not be slowed down for that of another.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
];

/// A running Chromium, ended when the last tab is gone.
pub struct Chromium {
    process: Child,
    /// Where it speaks DevTools protocol.
    pub address: String,
    _profile: TempDir,
}

impl Chromium {
    /// The one that runs, or a new one. None where there is none, which `REQUIRE_BROWSER=1` forbids.
    pub fn shared() -> Option<Arc<Self>> {
        static RUNNING: Mutex<Weak<Chromium>> = Mutex::new(Weak::new());
        let Some(program) = found() else {
            let required = std::env::var_os("REQUIRE_BROWSER").is_some_and(|value| value == "1");
            assert!(!required, "REQUIRE_BROWSER=1, but no Chromium is in PATH");
            // Not by eprintln!, whose words cargo swallows when a test passes.
            let skipped = "SKIPPED, a test in the browser: no Chromium in PATH or in CHROMIUM";
            let _ = writeln!(std::io::stderr(), "{skipped}");
            return None;
        };
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let chromium = running
            .upgrade()
            .unwrap_or_else(|| Arc::new(Self::launch(&program)));
        *running = Arc::downgrade(&chromium);
        Some(chromium)
    }

    fn launch(program: &Path) -> Self {
        let profile = tempfile::tempdir().expect("there is a place for temporary files");
        let mut process = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Chromium can be run");
        let stderr = BufReader::new(process.stderr.take().expect("it is piped"));
        let (sender, address) = mpsc::channel();
        // Reads to the end, so that Chromium never waits for room.
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("DevTools listening on ") {
                    let _ = sender.send(address.to_owned());
                }
            }
        });
        Self {
            process,
            address: address.recv_timeout(DEADLINE).expect("Chromium listens"),
            _profile: profile,
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn found() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let mut candidates = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.find(|candidate| candidate.is_file())
}
