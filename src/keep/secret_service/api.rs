//! The calls of the Secret Service API, and the session in which they are made.

use super::bus::{Bus, Method};
use super::failure::Failure;
use super::session::{self, Half, Key};
use std::time::Duration;
use tokio::time::timeout;
use tokio_dbus::ty::{Array, Dict, ObjectPath as Path, Str, Variant as Any};
use tokio_dbus::{Body, BodyBuf, Error, ObjectPath, ObjectPathBuf, Signature, StoreArray, Variant};
use zeroize::Zeroizing;

const SERVICE: &ObjectPath = ObjectPath::new_const(b"/org/freedesktop/secrets");

/// For the first answer, about which nobody has to be asked: as long as other libraries wait for any.
const PATIENCE: Duration = Duration::from_secs(25);

/// How an answer names "none": no prompt, no such collection.
pub(super) const NONE: &ObjectPath = ObjectPath::new_const(b"/");

const ON_SERVICE: &str = "org.freedesktop.Secret.Service";
const ON_COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ON_ITEM: &str = "org.freedesktop.Secret.Item";

const OPEN_SESSION: Method = Method(ON_SERVICE, "OpenSession", "vo");
const SEARCH_ITEMS: Method = Method(ON_SERVICE, "SearchItems", "aoao");
const UNLOCK: Method = Method(ON_SERVICE, "Unlock", "aoo");
const READ_ALIAS: Method = Method(ON_SERVICE, "ReadAlias", "o");
const CREATE_COLLECTION: Method = Method(ON_SERVICE, "CreateCollection", "oo");
const CREATE_ITEM: Method = Method(ON_COLLECTION, "CreateItem", "oo");
const GET_SECRET: Method = Method(ON_ITEM, "GetSecret", "(oayays)");
const DELETE: Method = Method(ON_ITEM, "Delete", "o");

/// The Secret Service with a session, in which secrets travel encrypted.
pub(super) struct Keyring {
    bus: Bus,
    session: ObjectPathBuf,
    key: Key,
}

impl Keyring {
    pub(super) async fn open(mut bus: Bus) -> Result<Self, Failure> {
        let half = Half::new();
        let ask = |body: &mut BodyBuf| {
            body.store(session::ALGORITHM)?;
            body.store_variant(Signature::new("ay")?)?
                .store_array::<u8>()
                .write_slice(&half.public());
            Ok(())
        };
        let read = |body: &mut Body<'_>| {
            let mut theirs = body.read_variant_as::<Array<u8>>()?;
            let mut bytes = Vec::new();
            while let Some(byte) = theirs.load()? {
                bytes.push(byte);
            }
            Ok((body.read::<ObjectPath>()?.to_owned(), bytes))
        };
        let opened = bus.call(SERVICE, &OPEN_SESSION, ask, read);
        let opened = timeout(PATIENCE, opened).await;
        let (session, theirs) = opened.map_err(|_| Failure::Slow)??;
        let key = half.agree(&theirs).ok_or(Failure::Undecipherable)?;
        Ok(Self { bus, session, key })
    }

    /// The items of a name, the unlocked ones first.
    pub(super) async fn search(&mut self, user: &str) -> Result<Vec<ObjectPathBuf>, Failure> {
        let ask = |body: &mut BodyBuf| {
            attributes(body.store_array()?, user);
            Ok(())
        };
        let all = |body: &mut Body<'_>| {
            let mut items = Vec::new();
            for _ in ["unlocked", "locked"] {
                let mut paths = body.load_array::<Path>()?;
                while let Some(path) = paths.read()? {
                    items.push(path.to_owned());
                }
            }
            Ok(items)
        };
        self.bus.call(SERVICE, &SEARCH_ITEMS, ask, all).await
    }

    /// Asks the person, if it is locked.
    pub(super) async fn unlock(&mut self, object: &ObjectPath) -> Result<(), Failure> {
        let ask = |body: &mut BodyBuf| {
            body.store_array::<Path>()?.store(object);
            Ok(())
        };
        let prompt = |body: &mut Body<'_>| {
            body.load_array::<Path>()?;
            path(body)
        };
        let prompt = self.bus.call(SERVICE, &UNLOCK, ask, prompt).await?;
        self.answer(&prompt).await
    }

    /// Where new secrets go. Made if there is none, for which the service asks the person for a password.
    pub(super) async fn default_collection(&mut self) -> Result<ObjectPathBuf, Failure> {
        if let Some(collection) = self.alias().await? {
            return Ok(collection);
        }
        let ask = |body: &mut BodyBuf| {
            let mut properties = body.store_array::<Dict<Str, Any>>()?;
            let label = "org.freedesktop.Secret.Collection.Label";
            let entry = properties.store_entry().store(label);
            entry.store(Variant::String("Default keyring")).finish();
            properties.finish();
            body.store("default")
        };
        let prompt = self
            .bus
            .call(SERVICE, &CREATE_COLLECTION, ask, made)
            .await?;
        self.answer(&prompt).await?;
        self.alias().await?.ok_or(Failure::NoCollection)
    }

    pub(super) async fn alias(&mut self) -> Result<Option<ObjectPathBuf>, Failure> {
        let ask = |body: &mut BodyBuf| body.store("default");
        let found = self.bus.call(SERVICE, &READ_ALIAS, ask, path).await?;
        Ok((*found != *NONE).then_some(found))
    }

    pub(super) async fn create(
        &mut self,
        collection: &ObjectPath,
        user: &str,
        secret: &[u8],
    ) -> Result<(), Failure> {
        let label = format!("zoho-grant: {user}");
        let (vector, encrypted) = self.key.encrypt(secret);
        let session = &self.session;
        let ask = |body: &mut BodyBuf| {
            let mut properties = body.store_array::<Dict<Str, Any>>()?;
            let entry = properties.store_entry();
            let entry = entry.store("org.freedesktop.Secret.Item.Label");
            entry.store(Variant::String(&label)).finish();
            let entry = properties.store_entry();
            let entry = entry.store("org.freedesktop.Secret.Item.Attributes");
            let of_texts = Signature::new("a{ss}")?;
            entry
                .store_variant(of_texts, |value| attributes(value.store_array(), user))
                .finish();
            properties.finish();
            body.store_struct::<(Path, Array<u8>, Array<u8>, Str)>()?
                .store(session)
                .store_array(|bytes| bytes.write_slice(&vector))
                .store_array(|bytes| bytes.write_slice(&encrypted))
                .store("text/plain")
                .finish();
            let replace = true;
            body.store(replace)
        };
        let prompt = self.bus.call(collection, &CREATE_ITEM, ask, made).await?;
        self.answer(&prompt).await
    }

    pub(super) async fn secret(
        &mut self,
        item: &ObjectPath,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let (session, key) = (&self.session, &self.key);
        let ask = |body: &mut BodyBuf| body.store(&**session);
        let decrypted = |body: &mut Body<'_>| {
            body.load_struct_with(|fields| {
                fields.read::<ObjectPath>()?;
                let vector = fields.read::<[u8]>()?;
                Ok(key.decrypt(vector, fields.read::<[u8]>()?))
            })
        };
        let secret = self.bus.call(item, &GET_SECRET, ask, decrypted).await?;
        secret.ok_or(Failure::Undecipherable)
    }

    pub(super) async fn delete(&mut self, item: &ObjectPath) -> Result<(), Failure> {
        let nothing = |_: &mut BodyBuf| Ok(());
        match self.bus.call(item, &DELETE, nothing, path).await {
            Ok(prompt) => self.answer(&prompt).await,
            // Another process was quicker.
            Err(failure) if failure.is_missing_object() => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Lets the service ask the person, if it wants to.
    async fn answer(&mut self, prompt: &ObjectPath) -> Result<(), Failure> {
        if *prompt == *NONE {
            return Ok(());
        }
        self.bus.prompt(prompt).await
    }
}

/// By which an item is found again.
fn attributes(mut dictionary: StoreArray<'_, Dict<Str, Str>>, user: &str) {
    for (name, value) in [("service", "zoho-grant"), ("username", user)] {
        dictionary.store_entry().store(name).store(value).finish();
    }
}

fn path(body: &mut Body<'_>) -> Result<ObjectPathBuf, Error> {
    body.read::<ObjectPath>().map(ObjectPath::to_owned)
}

/// The prompt, after the path of what was made.
fn made(body: &mut Body<'_>) -> Result<ObjectPathBuf, Error> {
    path(body)?;
    path(body)
}
