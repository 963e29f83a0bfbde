//! `profiles` and `forget`: lists and removes saved profiles.

use crate::cli::folder;
use crate::cli::usage::Usage;
use crate::cli::variables::profile_named;
use crate::commands::{App, Ended, lookup};
use serde_json::json;
use zoho_grant::error::Error;
use zoho_grant::profiles::error::ProfileError;
use zoho_grant::profiles::profile::Name;

/// Lists the saved profiles.
pub fn list(json: bool, app: &App) -> Ended {
    let listed = folder::profiles()?.list().map_err(Error::Profile)?;
    if json {
        let list = listed.iter().map(|(name, record)| {
            json!({
                "profile": name,
                "kept": record.kept,
                "client_id": record.client_id,
                "accounts_url": record.accounts_url,
                "organization": record.organization,
                "user": record.user,
            })
        });
        return lookup::print(list, app);
    }
    app.terminal.profiles(&listed)?;
    Ok(0)
}

/// Removes a saved profile.
pub fn forget(named: Option<&Name>, app: &App) -> Ended {
    let name = profile_named(named)?.unwrap_or_default();
    folder::profiles()?.forget(&name).map_err(unforgotten)?;
    app.terminal.say(&format!(
        "Deleted profile {name} from this machine. Tokens that were not revoked stay valid at Zoho. To revoke them too, use zoho-grant revoke instead of forget."
    ));
    Ok(0)
}

/// The profile of `forget` is not an option, and no file can replace it.
fn unforgotten(trouble: ProfileError) -> Usage {
    let is_missing = matches!(trouble, ProfileError::Missing { .. });
    let mut usage = Usage::from(Error::Profile(trouble));
    if is_missing {
        usage.remedy = "Pass the name of a saved profile; zoho-grant profiles lists them.".into();
    }
    usage
}
