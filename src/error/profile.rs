//! Why credentials cannot be saved, or saved ones used, and what to do next.

use crate::error::explanation::{Explanation, explained};
use crate::profiles::error::ProfileError as Profile;
use crate::profiles::profile::Name;
use crate::untrusted::Untrusted;

/// Explains why obtained credentials could not be saved.
pub(super) fn not_saved(error: &Profile) -> Explanation {
    let mut explanation = explain(error);
    explanation.title = "Credentials not saved";
    let spared = " Nothing is lost: they were written to the output instead.";
    explanation.cause.push_str(spared);
    explanation
}

/// Explains why saved credentials cannot be used.
pub(super) fn unusable(error: &Profile) -> Explanation {
    let explanation = explain(error);
    match error {
        Profile::NoKeyring(_) | Profile::Locked(_) | Profile::Keyring(_) => explained(
            "Keyring unavailable",
            &explanation.cause,
            "Unlock the keyring and run the command in that session, or consent again and save to \
             a file:",
        )
        .command("zoho-grant login --save --save-to file"),
        _ => explanation,
    }
}

/// Explains why saved credentials cannot be read or changed, or why a profile cannot be saved.
pub(super) fn explain(error: &Profile) -> Explanation {
    let unavailable =
        |cause: &str, remedy: &str| explained("Saved credentials unavailable", cause, remedy);
    match error {
        Profile::Missing { known, .. } => unavailable(
            &saved(known),
            "Pass another with --profile, or a file of variables with --env-file, or save one: \
             zoho-grant login --save.",
        )
        .exiting(2),
        Profile::Unreadable(path, reason) => unavailable(
            &because(reason),
            &format!("Give yourself permission to read it: chmod 600 {path}."),
        ),
        Profile::NotAFile(path) => unavailable(
            "It is a link, a folder or a pipe, which another user may have put there.",
            &format!("Move {path} to another place."),
        ),
        Profile::NotOurs(path) => unavailable(
            "Its owner could have added their own servers.",
            &format!("Run as its owner, or take ownership: sudo chown \"$USER\" {path}."),
        ),
        Profile::Open(path) => unavailable(
            "It contains secrets, so only you should be able to read and write it.",
            &format!(
                "Remove access for others: chmod go-rwx {path}. If other people use this machine, also revoke the saved \
                 tokens: zoho-grant revoke."
            ),
        ),
        Profile::Broken(path, reason) => unavailable(
            &because(reason),
            &format!("Correct {path}, or move it and save again: zoho-grant login --save."),
        ),
        Profile::Unwritable(_, reason) => unavailable(
            &because(reason),
            "Free up space there or correct its permissions, then try again.",
        ),
        Profile::Lock(_, reason) => unavailable(
            &because(reason),
            "Check the permissions of its folder, and whether its file system supports locks.",
        ),
        Profile::Busy(path) => unavailable(
            "The other run was stopped (Ctrl-Z), or is waiting for the keyring.",
            &format!("Wait for that run or end it; on Linux, `fuser -v {path}` shows it."),
        ),
        Profile::NoKeyring(reason) => unavailable(
            &because(reason),
            "Pass --save-to file to save them to a file that only you can read, or omit --save.",
        ),
        Profile::Locked(reason) => unavailable(
            &format!(
                "It is locked, or it has no default collection ({}).",
                Untrusted::new(reason)
            ),
            "Unlock the keyring (log in to the desktop, or open its password manager) and try again, or pass \
             --save-to file.",
        ),
        Profile::Keyring(reason) => unavailable(
            &because(reason),
            "Try again, or pass --save-to file to save them to a file that only you can read.",
        ),
        Profile::Lost(name) => unavailable(
            "They were deleted there, or a different keyring is open.",
            &format!("Consent again: zoho-grant login --save {name}."),
        ),
        Profile::Interrupted => unavailable(
            "The keyring, or another run, did not answer in time.",
            "Use the credentials that were output, or log in again: with the keyring unlocked, or with --save-to file.",
        ),
    }
}

fn because(reason: &str) -> String {
    let reason = Untrusted::new(reason.trim_end_matches('.'));
    format!("Reason: {reason}.")
}

fn saved(known: &[Name]) -> String {
    let known: Vec<_> = known.iter().map(Name::as_str).collect();
    match known.as_slice() {
        [] => "No profile has been saved yet.".to_owned(),
        known => format!("Saved profiles: {}.", known.join(", ")),
    }
}
