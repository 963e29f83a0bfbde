//! The keyring of Linux desktops (specifications.freedesktop.org/secret-service-spec), over D-Bus without a C library.

use crate::keep::trouble::Trouble;
use secret_service::blocking::{Item, SecretService};
use secret_service::{EncryptionType, Error};
use std::collections::HashMap;
use zeroize::Zeroizing;

/// What is kept under a name.
pub(super) fn read(user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Trouble> {
    let service = service()?;
    let Some(item) = find(&service, user)? else {
        return Ok(None);
    };
    item.ensure_unlocked()
        .or_else(|_| item.unlock())
        .map_err(trouble)?;
    let secret = item.get_secret().map_err(trouble)?;
    Ok(Some(Zeroizing::new(secret)))
}

/// Keeps a secret under a name, in place of what was there.
pub(super) fn write(user: &str, secret: &str) -> Result<(), Trouble> {
    let service = service()?;
    let collection = match service.get_default_collection() {
        Err(Error::NoResult) => service.create_collection("Default keyring", "default"),
        found => found,
    };
    let collection = collection.map_err(trouble)?;
    collection.unlock().map_err(trouble)?;
    let label = format!("zoho-grant: {user}");
    let secret = secret.as_bytes();
    let created = collection.create_item(&label, attributes(user), secret, true, "text/plain");
    created.map(drop).map_err(trouble)
}

/// Removes what is kept under a name, if there is anything.
pub(super) fn remove(user: &str) -> Result<(), Trouble> {
    let service = service()?;
    match find(&service, user)?.map(|item| item.delete()) {
        // Another process may have been quicker.
        None | Some(Ok(()) | Err(Error::NoResult)) => Ok(()),
        Some(Err(error)) => Err(trouble(error)),
    }
}

fn service() -> Result<SecretService<'static>, Trouble> {
    SecretService::connect(EncryptionType::Dh)
        .map_err(|error| Trouble::NoKeyring(error.to_string()))
}

fn find<'a>(service: &'a SecretService<'static>, user: &str) -> Result<Option<Item<'a>>, Trouble> {
    let found = service.search_items(attributes(user)).map_err(trouble)?;
    Ok(found.unlocked.into_iter().chain(found.locked).next())
}

fn attributes(user: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", "zoho-grant"), ("username", user)])
}

fn trouble(error: Error) -> Trouble {
    match error {
        Error::Locked | Error::NoResult | Error::Prompt | Error::PromptDisconnected => {
            Trouble::Locked(error.to_string())
        }
        Error::Unavailable => Trouble::NoKeyring(error.to_string()),
        other => Trouble::Keyring(other.to_string()),
    }
}
