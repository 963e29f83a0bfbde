//! `profiles` and `forget`: lists and removes saved profiles.

use crate::cli::folder;
use crate::cli::usage::Usage;
use crate::cli::variables::Variables;
use crate::commands::lookup::{self, told};
use crate::commands::{App, Ended};
use serde_json::{Value, json};
use std::process::ExitCode;
use zoho_grant::error::Error;
use zoho_grant::handover::format_options::Prefix;
use zoho_grant::profiles::error::ProfileError;
use zoho_grant::profiles::profile::Name;
use zoho_grant::profiles::record::Record;
use zoho_grant::untrusted::Untrusted;

/// Lists the saved profiles.
pub fn list(json: bool, app: &App) -> Ended {
    let listed = folder::profiles()?.list().map_err(Error::Profile)?;
    if json {
        return lookup::print(listed.iter().map(object), app);
    }
    app.terminal.profiles(&listed)?;
    Ok(ExitCode::SUCCESS)
}

fn object((name, record): (&Name, &Record)) -> Value {
    let raw = |text: &Option<Untrusted>| text.as_ref().map(|text| text.raw().to_owned());
    told(json!({
        "profile": name.as_str(),
        "kept": record.kept,
        "client_id": record.client_id,
        "accounts_url": record.accounts_url,
        "organization": record.organization.as_ref().map(|of| told(json!({
            "name": raw(&of.name), "id": raw(&of.id), "type": raw(&of.kind), "edition": raw(&of.edition),
        }))),
        "user": record.user.as_ref().map(|of| told(json!({
            "name": raw(&of.name), "email": raw(&of.email),
        }))),
    }))
}

/// Removes a saved profile.
pub fn forget(named: Option<&Name>, app: &App) -> Ended {
    let name = Variables::of_environment(&Prefix::default()).profile_name(named)?;
    folder::profiles()?.forget(&name).map_err(unforgotten)?;
    app.terminal.say(&format!(
        "Deleted profile {name} from this machine. Tokens that were not revoked stay valid at Zoho. To revoke them too, use zoho-grant revoke instead of forget."
    ));
    Ok(ExitCode::SUCCESS)
}

/// The profile of `forget` is not an option, and no file can replace it.
fn unforgotten(trouble: ProfileError) -> Usage {
    let is_missing = matches!(trouble, ProfileError::Missing { .. });
    let usage = Usage::from(Error::Profile(trouble));
    if is_missing {
        let remedy = "Pass the name of a saved profile; zoho-grant profiles lists them.".to_owned();
        Usage { remedy, ..usage }
    } else {
        usage
    }
}
