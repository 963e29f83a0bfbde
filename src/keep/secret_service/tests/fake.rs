//! A Secret Service that does what a test wants, at the other end of a socket.

use super::super::api::{Keyring, NONE};
use super::super::bus::Bus;
use super::super::failure::Failure;
use super::super::session::{self, Half, Key};
use tokio::io::{AsyncReadExt, copy_bidirectional};
use tokio::net::UnixStream;
use tokio_dbus::ty::{Array, ObjectPath as Path, Str};
use tokio_dbus::{Body, BodyBuf, Buffers, Connection, ConnectionBuilder, MessageKind};
use tokio_dbus::{ObjectPath, Signature, Variant};

const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";
const ITEMS: [&str; 2] = [
    "/org/freedesktop/secrets/collection/login/1",
    "/org/freedesktop/secrets/collection/other/1",
];
const PROMPT: &str = "/org/freedesktop/secrets/prompt/1";

/// What a connection without authentication begins with.
const BEGIN: usize = b"\0BEGIN\r\n".len();

/// What a service can do besides.
#[derive(Clone, Copy, PartialEq)]
pub enum Quirk {
    /// The person closes every question.
    Dismissed,
    /// It goes away while it asks.
    Leaves,
    /// It never answers.
    Silent,
    /// It finds nothing in what is locked.
    Blind,
    /// It says that it deleted, and did not.
    Keeps,
    /// Every answer is the error of this name.
    Error(&'static str),
    /// Every answer is a number.
    Number,
}

/// A service, and what it does when the person shall decide.
pub struct Service {
    /// What is kept in the collection by default, and in another.
    pub items: [Option<Vec<u8>>; 2],
    /// Whether the person must unlock both.
    pub locked: bool,
    /// Whether there is a collection by default.
    pub collection: bool,
    pub quirk: Option<Quirk>,
    pub questions: u32,
    key: Option<Key>,
}

impl Service {
    pub fn with(item: Option<&[u8]>) -> Self {
        Self {
            items: [item.map(<[u8]>::to_vec), None],
            locked: false,
            collection: true,
            quirk: None,
            questions: 0,
            key: None,
        }
    }

    pub fn locked(quirk: Option<Quirk>) -> Self {
        Self {
            locked: true,
            quirk,
            ..Self::with(Some(b"1000.a"))
        }
    }

    /// Serves one conversation; the service afterwards.
    pub async fn serve<T>(
        mut self,
        talk: impl AsyncFnOnce(&mut Keyring) -> Result<T, Failure>,
    ) -> (Result<T, Failure>, Self) {
        let (ours, theirs) = connected();
        let conversation = async {
            let mut keyring = Keyring::open(Bus::over(ours).await?).await?;
            talk(&mut keyring).await
        };
        let outcome = tokio::select! {
            outcome = conversation => outcome,
            ended = self.answer(theirs) => panic!("the service ended: {ended:?}"),
        };
        (outcome, self)
    }

    async fn answer(&mut self, mut connection: Connection) -> tokio_dbus::Result<()> {
        let mut buffers = Buffers::new();
        connection.connect(&mut buffers).await?;
        loop {
            connection.wait(&mut buffers).await?;
            let message = buffers.recv.last_message()?;
            let MessageKind::MethodCall { path, member } = message.kind() else {
                panic!("it only calls");
            };
            let serial = buffers.send.next_serial();
            buffers.body.clear();
            match self.quirk {
                Some(Quirk::Silent) => continue,
                Some(Quirk::Error(name)) => {
                    buffers.send.write_message(message.error(name, serial))?;
                    continue;
                }
                Some(Quirk::Number) => buffers.body.store(7u32)?,
                _ => self.reply(path, member, &mut message.body(), &mut buffers.body)?,
            }
            let reply = message.method_return(serial).with_body(&buffers.body);
            buffers.send.write_message(reply)?;
            let prompt = (member == "Prompt").then(|| path.to_owned());
            if let Some(prompt) = prompt {
                self.questions += 1;
                self.ask(&prompt, &mut buffers)?;
            }
        }
    }

    /// The person decides, and is told of.
    fn ask(&mut self, path: &ObjectPath, buffers: &mut Buffers) -> tokio_dbus::Result<()> {
        buffers.body.clear();
        if self.quirk == Some(Quirk::Leaves) {
            for name in ["org.freedesktop.secrets", ":1.1", ""] {
                buffers.body.store(name)?;
            }
            let bus = ObjectPath::new_const(b"/org/freedesktop/DBus");
            let signal = buffers.send.signal(bus, "NameOwnerChanged");
            let signal = signal.with_interface("org.freedesktop.DBus");
            buffers
                .send
                .write_message(signal.with_body(&buffers.body))?;
            return Ok(());
        }
        let dismissed = self.quirk == Some(Quirk::Dismissed);
        self.locked &= dismissed;
        self.collection |= !dismissed;
        buffers.body.store(dismissed)?;
        buffers.body.store(Variant::String(""))?;
        let signal = buffers.send.signal(path, "Completed");
        let signal = signal.with_interface("org.freedesktop.Secret.Prompt");
        buffers
            .send
            .write_message(signal.with_body(&buffers.body))?;
        Ok(())
    }

    fn reply(
        &mut self,
        path: &ObjectPath,
        member: &str,
        asked: &mut Body<'_>,
        reply: &mut BodyBuf,
    ) -> tokio_dbus::Result<()> {
        let object = |path| ObjectPath::new(path).unwrap();
        match member {
            "OpenSession" => {
                assert_eq!(asked.read::<str>()?, session::ALGORITHM);
                assert_eq!(asked.read::<Signature>()?, "ay");
                let half = Half::new();
                let bytes = reply.store_variant(Signature::new("ay")?)?;
                bytes.store_array::<u8>().write_slice(&half.public());
                self.key = half.agree(asked.read::<[u8]>()?);
                reply.store(object("/session"))?;
            }
            "SearchItems" => {
                for locked in [false, true] {
                    let blind = locked && self.quirk == Some(Quirk::Blind);
                    let mut paths = reply.store_array::<Path>()?;
                    // The other collection comes first: which one does is chance.
                    for (item, path) in self.items.iter().zip(ITEMS).rev() {
                        if item.is_some() && self.locked == locked && !blind {
                            paths.store(object(path));
                        }
                    }
                }
            }
            "Unlock" => {
                reply.store_array::<Path>()?.finish();
                reply.store(if self.locked { object(PROMPT) } else { NONE })?;
            }
            "ReadAlias" => reply.store(if self.collection {
                object(COLLECTION)
            } else {
                NONE
            })?,
            "CreateCollection" => {
                reply.store(NONE)?;
                reply.store(object(PROMPT))?;
            }
            "Hello" | "AddMatch" | "Prompt" => {}
            other => self.reply_of_items(path, other, asked, reply)?,
        }
        Ok(())
    }

    fn reply_of_items(
        &mut self,
        path: &ObjectPath,
        member: &str,
        asked: &mut Body<'_>,
        reply: &mut BodyBuf,
    ) -> tokio_dbus::Result<()> {
        let object = |path| ObjectPath::new(path).unwrap();
        match member {
            "CreateItem" => {
                assert_eq!((path.to_string(), self.locked), (COLLECTION.into(), false));
                asked.load_raw_array(tokio_dbus::Alignment::U64)?;
                let key = self.key.as_ref().unwrap();
                let secret = asked.load_struct_with(|fields| {
                    fields.read::<ObjectPath>()?;
                    let vector = fields.read::<[u8]>()?;
                    Ok(key.decrypt(vector, fields.read::<[u8]>()?))
                })?;
                self.items[0] = Some(secret.unwrap().to_vec());
                reply.store(object(ITEMS[0]))?;
                reply.store(NONE)?;
            }
            "GetSecret" => {
                assert!(!self.locked);
                let key = self.key.as_ref().unwrap();
                let item = &self.items[usize::from(path == object(ITEMS[1]))];
                let (vector, encrypted) = key.encrypt(item.as_ref().unwrap());
                reply
                    .store_struct::<(Path, Array<u8>, Array<u8>, Str)>()?
                    .store(object("/session"))
                    .store_array(|bytes| bytes.write_slice(&vector))
                    .store_array(|bytes| bytes.write_slice(&encrypted))
                    .store("text/plain")
                    .finish();
            }
            "Delete" => {
                assert!(!self.locked);
                if self.quirk != Some(Quirk::Keeps) {
                    self.items[usize::from(path == object(ITEMS[1]))] = None;
                }
                reply.store(NONE)?;
            }
            other => panic!("{other} is asked for"),
        }
        Ok(())
    }
}

/// Both ends of a bus without a bus: each greets, and the other does not hear that.
fn connected() -> (Connection, Connection) {
    let (ours, mut left) = UnixStream::pair().unwrap();
    let (theirs, mut right) = UnixStream::pair().unwrap();
    tokio::spawn(async move {
        for end in [&mut left, &mut right] {
            end.read_exact(&mut [0; BEGIN]).await.unwrap();
        }
        copy_bidirectional(&mut left, &mut right).await
    });
    let connection = |end: UnixStream| {
        let mut builder = ConnectionBuilder::new();
        let builder = builder.no_auth();
        builder.build_with_stream(end.into_std().unwrap()).unwrap()
    };
    (connection(ours), connection(theirs))
}
