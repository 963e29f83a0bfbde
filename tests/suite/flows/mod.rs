//! Tests the flows other than a browser on this machine: pasting, another device, a self client.

#[cfg(target_os = "linux")]
mod guide;
mod library;
#[cfg(unix)]
mod pasted;
mod program;
#[cfg(target_os = "linux")]
mod told;
#[cfg(target_os = "linux")]
mod typed;
