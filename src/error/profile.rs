//! Why saved credentials cannot be used, or not be saved, and what to do next.

use crate::error::explain::{Explanation, explained};
use crate::profiles::error::ProfileError as Profile;
use crate::profiles::profile::Name;
use crate::untrusted::Untrusted;

/// What was obtained and could not be saved.
pub(super) fn not_saved(error: &Profile) -> Explanation {
    let explanation = explain(error);
    Explanation {
        title: "Credentials not saved",
        cause: format!(
            "{} Nothing is lost: they were handed over instead.",
            explanation.cause
        ),
        exit_code: 1,
        ..explanation
    }
}

/// What was saved and cannot be used. Other credentials are no help with a keyring.
pub(super) fn unusable(error: &Profile) -> Explanation {
    let explanation = explain(error);
    if !matches!(
        error,
        Profile::NoKeyring(_) | Profile::Locked(_) | Profile::Keyring(_)
    ) {
        return explanation;
    }
    explained(
        1,
        "Keyring unavailable",
        explanation.cause,
        "Unlock the keyring that holds them and run the command in that session, or consent again and save to a file:",
    )
    .command("zoho-grant login --save --save-to file")
}

/// Saved credentials that cannot be read or changed, or a profile that could not keep any.
pub(super) fn explain(error: &Profile) -> Explanation {
    let cause = match error {
        Profile::Missing { known, .. } if known.is_empty() => {
            "No profile has been saved yet.".to_owned()
        }
        Profile::Missing { known, .. } => {
            let known: Vec<_> = known.iter().map(Name::as_str).collect();
            format!("Saved profiles: {}.", known.join(", "))
        }
        Profile::Unreadable { reason, .. }
        | Profile::Broken { reason, .. }
        | Profile::Unwritable { reason, .. }
        | Profile::Lock { reason, .. }
        | Profile::NoKeyring(reason)
        | Profile::Keyring(reason) => {
            let reason = Untrusted::new(reason.trim_end_matches('.'));
            format!("The reason given: {reason}.")
        }
        Profile::Locked(reason) => {
            let reason = Untrusted::new(reason);
            format!("It is locked, or it has no default collection ({reason}).")
        }
        Profile::NotAFile(_) => {
            "It is a link, a folder or a pipe, which another user may have put there.".to_owned()
        }
        Profile::NotOurs(_) => "Its owner could have entered servers of their own.".to_owned(),
        Profile::Open(_) => "It holds secrets, which nobody else may read or write.".to_owned(),
        Profile::Busy(_) => {
            "The other run was stopped (Ctrl-Z), or is waiting for the keyring.".to_owned()
        }
        Profile::Interrupted => "The keyring, or another run, did not answer in time.".to_owned(),
        Profile::Lost(_) => "They were removed there, or another keyring is open.".to_owned(),
    };
    let exit_code = if matches!(error, Profile::Missing { .. }) {
        2
    } else {
        1
    };
    explained(
        exit_code,
        "Saved credentials unavailable",
        cause,
        remedy(error),
    )
}

fn remedy(error: &Profile) -> String {
    let fixed = match error {
        Profile::Unreadable { path, .. } => {
            return format!(
                "Give yourself the right to read it: chmod 600 {}.",
                Untrusted::path(path)
            );
        }
        Profile::NotAFile(path) => {
            return format!("Move {} to another place.", Untrusted::path(path));
        }
        Profile::NotOurs(path) => {
            let path = Untrusted::path(path);
            return format!(
                "Run as its owner, or give it to yourself: sudo chown \"$USER\" {path}."
            );
        }
        Profile::Open(path) => {
            let path = Untrusted::path(path);
            return format!(
                "Take the rights of others away: chmod go-rwx {path}. If other people use this machine, also revoke what was saved: zoho-grant revoke."
            );
        }
        Profile::Broken { path, .. } => {
            let path = Untrusted::path(path);
            return format!("Correct {path}, or move it and save again: zoho-grant login --save.");
        }
        Profile::Busy(path) => {
            let path = Untrusted::path(path);
            return format!("Let that run finish or end it; on Linux `fuser -v {path}` names it.");
        }
        Profile::Lost(name) => return format!("Consent again: zoho-grant login --save {name}."),
        Profile::Missing { .. } => {
            "Name another with --profile, a file of variables with --env-file, or save one: zoho-grant login --save."
        }
        Profile::Unwritable { .. } => {
            "Free up space there or correct its permissions, then try again."
        }
        Profile::Lock { .. } => {
            "Check the permissions of its folder, and whether its file system supports locks."
        }
        Profile::NoKeyring(_) => {
            "Give --save-to file to keep them in a file that only you can read, or leave --save out."
        }
        Profile::Locked(_) => {
            "Unlock the keyring (log in to the desktop, or open its password manager) and try again, or give \
             --save-to file."
        }
        Profile::Keyring(_) => {
            "Try again, or give --save-to file to keep them in a file that only you can read."
        }
        Profile::Interrupted => {
            "Use what was handed over, or log in again: with the keyring unlocked, or with --save-to file."
        }
    };
    fixed.to_owned()
}
