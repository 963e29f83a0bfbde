//! Zoho's refusals, remembered between runs: Zoho would refuse again, and each request counts toward its rate limit.

use crate::handover::file::{Existing, PrivateFile, make_folder};
use crate::profiles::lock::{self, PATIENCE};
use crate::zoho::client::Client;
use crate::zoho::token::{ExchangeError, Tokens};
use crate::zoho::token_error::TokenError;
use crate::zoho::trust::AccountsServer;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};
use secrecy::{ExposeSecret, SecretString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long Zoho throttles a client.
const THROTTLE: Duration = Duration::from_mins(10);

/// Older refusals belong to tokens that are no longer used.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Where the refusal of a refresh token is remembered: in this program's state folder, under a name that reveals nothing
/// about the token.
pub fn path(
    state: &Path,
    client: &Client,
    server: &AccountsServer,
    refresh_token: &SecretString,
) -> PathBuf {
    let mut digest = Context::new(&SHA256);
    for part in [refresh_token.expose_secret(), client.id(), server.as_str()] {
        digest.update(&part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    let name = BASE64_URL_SAFE_NO_PAD.encode(digest.finish());
    state.join("refused").join(name)
}

/// The lock for sources that have no other. None if it is unavailable: then each process asks for itself.
pub fn lock(path: &Path) -> Option<File> {
    make_folder(path.parent()?).ok()?;
    lock::beside(path, PATIENCE).ok()
}

/// What Zoho would still say, and when it said so: a revoked token stays revoked, but throttling ends.
pub fn recall(path: &Path, now: SystemTime) -> Option<(TokenError, SystemTime)> {
    let (text, _) = PrivateFile::at(path, Existing::Replace).read().ok()?;
    let (word, at) = text.trim_end().split_once(' ')?;
    let at = humantime::parse_rfc3339(at).ok()?;
    match word {
        "dead" => Some((TokenError::InvalidCode, at)),
        "throttled" if now.duration_since(at).ok()? < THROTTLE => Some((TokenError::Throttled, at)),
        _ => None,
    }
}

/// Remembers a lasting refusal, and forgets it once Zoho issues a token. If that fails, Zoho is simply asked again.
pub fn remember(path: &Path, answer: &Result<Tokens, ExchangeError>, now: SystemTime) {
    let word = match answer {
        Ok(_) => return drop(fs::remove_file(path)),
        Err(ExchangeError::Refused(TokenError::InvalidCode)) => "dead",
        Err(ExchangeError::Refused(TokenError::Throttled)) => "throttled",
        Err(_) => return,
    };
    if let Some(folder) = path.parent() {
        let _ = make_folder(folder);
        forget_old(folder, now);
    }
    let text = format!("{word} {}\n", humantime::format_rfc3339_millis(now));
    let _ = PrivateFile::at(path, Existing::Replace).write(&text);
}

fn forget_old(folder: &Path, now: SystemTime) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        let age = written.map(|written| now.duration_since(written).unwrap_or_default());
        if age.is_ok_and(|age| age > KEPT) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
