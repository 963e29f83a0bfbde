//! Why credentials cannot be saved, or saved ones used, and what to do next.

use crate::error::explanation::{Explanation, explained};
use crate::profiles::error::ProfileError as Profile;
use crate::profiles::profile::Name;
use crate::untrusted::Untrusted;

/// Explains why obtained credentials could not be saved.
pub(super) fn not_saved(error: &Profile) -> Explanation {
    let explanation = explain(error);
    Explanation {
        title: "Credentials not saved",
        cause: format!(
            "{} Nothing is lost: they were written to the output instead.",
            explanation.cause
        ),
        exit_code: 1,
        ..explanation
    }
}

/// Explains why saved credentials cannot be used.
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
        "Unlock the keyring and run the command in that session, or consent again and save to a file:",
    )
    .command("zoho-grant login --save --save-to file")
}

/// Explains why saved credentials cannot be read or changed, or why a profile cannot be saved.
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
            format!("Reason: {reason}.")
        }
        Profile::Locked(reason) => {
            let reason = Untrusted::new(reason);
            format!("It is locked, or it has no default collection ({reason}).")
        }
        Profile::NotAFile(_) => {
            "It is a link, a folder or a pipe, which another user may have put there.".to_owned()
        }
        Profile::NotOurs(_) => "Its owner could have added their own servers.".to_owned(),
        Profile::Open(_) => {
            "It contains secrets, so only you should be able to read and write it.".to_owned()
        }
        Profile::Busy(_) => {
            "The other run was stopped (Ctrl-Z), or is waiting for the keyring.".to_owned()
        }
        Profile::Interrupted => "The keyring, or another run, did not answer in time.".to_owned(),
        Profile::Lost(_) => "They were deleted there, or a different keyring is open.".to_owned(),
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
                "Give yourself permission to read it: chmod 600 {}.",
                Untrusted::path(path)
            );
        }
        Profile::NotAFile(path) => {
            return format!("Move {} to another place.", Untrusted::path(path));
        }
        Profile::NotOurs(path) => {
            let path = Untrusted::path(path);
            return format!("Run as its owner, or take ownership: sudo chown \"$USER\" {path}.");
        }
        Profile::Open(path) => {
            let path = Untrusted::path(path);
            return format!(
                "Remove access for others: chmod go-rwx {path}. If other people use this machine, also revoke the saved tokens: zoho-grant revoke."
            );
        }
        Profile::Broken { path, .. } => {
            let path = Untrusted::path(path);
            return format!("Correct {path}, or move it and save again: zoho-grant login --save.");
        }
        Profile::Busy(path) => {
            let path = Untrusted::path(path);
            return format!("Wait for that run or end it; on Linux, `fuser -v {path}` shows it.");
        }
        Profile::Lost(name) => return format!("Consent again: zoho-grant login --save {name}."),
        Profile::Missing { .. } => {
            "Pass another with --profile, or a file of variables with --env-file, or save one: zoho-grant login --save."
        }
        Profile::Unwritable { .. } => {
            "Free up space there or correct its permissions, then try again."
        }
        Profile::Lock { .. } => {
            "Check the permissions of its folder, and whether its file system supports locks."
        }
        Profile::NoKeyring(_) => {
            "Pass --save-to file to save them to a file that only you can read, or omit --save."
        }
        Profile::Locked(_) => {
            "Unlock the keyring (log in to the desktop, or open its password manager) and try again, or pass \
             --save-to file."
        }
        Profile::Keyring(_) => {
            "Try again, or pass --save-to file to save them to a file that only you can read."
        }
        Profile::Interrupted => {
            "Use the credentials that were output, or log in again: with the keyring unlocked, or with --save-to file."
        }
    };
    fixed.to_owned()
}
