//! What can be seen of a process without touching it: some clients serve one connection only.

use crate::Outcome;
use std::fs;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Far more than a start takes, also of an interpreter; then it has failed.
const START_WITHIN: Duration = Duration::from_secs(10);

/// Between two looks at a process's memory.
const LOOK: Duration = Duration::from_micros(500);

/// Between two looks at a port: a watch that never rests takes the processor from the program that starts.
pub const PAUSE: Duration = Duration::from_micros(50);

/// Waits for a listening socket in the kernel's tables.
pub fn listening(port: u16, began: Instant) -> Outcome<Duration> {
    // Local address, remote address, state 0A: LISTEN.
    let port = format!(":{port:04X}");
    let listens = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().take(4).collect();
        matches!(fields[..], [_, local, _, "0A"] if local.ends_with(&port))
    };
    while began.elapsed() < START_WITHIN {
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            if fs::read_to_string(table)?.lines().any(listens) {
                return Ok(began.elapsed());
            }
        }
        thread::sleep(PAUSE);
    }
    Err("nothing listens".into())
}

/// Follows the kernel's mark of the most memory that was resident until the process ends; bytes.
pub fn peak(process: u32) -> JoinHandle<u64> {
    thread::spawn(move || {
        let mut peak = 0;
        // A process that ended, and was not waited for yet, has no such mark.
        while let Ok(seen) = peak_bytes(process) {
            peak = seen;
            thread::sleep(LOOK);
        }
        peak
    })
}

/// The kernel's own mark: `VmHWM`, in kB of 1024 bytes.
pub fn peak_bytes(process: u32) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kilobytes
        .ok_or("no VmHWM in the process's status")?
        .parse::<u64>()?
        * 1024)
}
