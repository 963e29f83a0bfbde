//! The keyring of Linux desktops (specifications.freedesktop.org/secret-service-spec), over D-Bus without a C library.

mod address;
mod api;
mod bus;
mod failure;
mod session;

use crate::keep::trouble::Trouble;
use api::Keyring;
use bus::Bus;
use failure::Failure;
use tokio_dbus::ObjectPathBuf;
use zeroize::Zeroizing;

/// What is kept under a name.
pub(super) fn read(user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Trouble> {
    converse(async |keyring| keyring.get(user).await)
}

/// Keeps a secret under a name, in place of what was there.
pub(super) fn write(user: &str, secret: &str) -> Result<(), Trouble> {
    converse(async |keyring| keyring.keep(user, secret).await)
}

/// Removes what is kept under a name, if there is anything.
pub(super) fn remove(user: &str) -> Result<(), Trouble> {
    converse(async |keyring| keyring.remove(user).await)
}

/// One conversation from start to end, on a runtime of its own.
fn converse<T>(talk: impl AsyncFnOnce(&mut Keyring) -> Result<T, Failure>) -> Result<T, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Trouble::NoKeyring(error.to_string()))?;
    let outcome = runtime.block_on(async {
        let mut keyring = Keyring::open(Bus::connect().await?).await?;
        talk(&mut keyring).await
    });
    outcome.map_err(Failure::trouble)
}

impl Keyring {
    /// What is kept by default goes before what another collection holds: that may be out of date.
    async fn get(&mut self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let items = self.find(user).await?;
        let home = self.alias().await?;
        let at_home =
            |item: &&ObjectPathBuf| home.as_ref().is_some_and(|home| item.starts_with(home));
        let Some(item) = items.iter().find(at_home).or(items.first()) else {
            return Ok(None);
        };
        self.unlock(item).await?;
        self.secret(item).await.map(Some)
    }

    async fn keep(&mut self, user: &str, secret: &str) -> Result<(), Failure> {
        let collection = self.default_collection().await?;
        self.unlock(&collection).await?;
        self.create(&collection, user, secret.as_bytes()).await?;
        for item in self.search(user).await? {
            if !item.starts_with(&collection) {
                // What was created goes before it; the removal of all will say it if this one stays.
                let _ = self.delete(&item).await;
            }
        }
        Ok(())
    }

    async fn remove(&mut self, user: &str) -> Result<(), Failure> {
        for item in self.find(user).await? {
            self.unlock(&item).await?;
            self.delete(&item).await?;
        }
        // A service may have said yes and done nothing.
        let left = self.search(user).await?;
        left.is_empty().then_some(()).ok_or(Failure::Undeleted)
    }

    /// The items of a name. Some services find nothing in what is locked.
    async fn find(&mut self, user: &str) -> Result<Vec<ObjectPathBuf>, Failure> {
        let found = self.search(user).await?;
        match self.alias().await? {
            Some(collection) if found.is_empty() => {
                self.unlock(&collection).await?;
                self.search(user).await
            }
            _ => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests;
