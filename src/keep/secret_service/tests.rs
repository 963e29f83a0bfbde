//! Against a service that asks the person: a real one does so in a window. What it answers is that of the
//! specification, and its other half of the session is this program's own; `tests/suite/life_keyring.rs` is against a
//! service of somebody else.

use super::*;
use bus::Bus;
use tokio::io::{AsyncReadExt, copy_bidirectional};
use tokio::net::UnixStream;
use tokio_dbus::{Buffers, Connection, ConnectionBuilder, MessageKind};

const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";
const ITEM: &str = "/org/freedesktop/secrets/collection/login/1";
const PROMPT: &str = "/org/freedesktop/secrets/prompt/1";

/// What a connection without authentication begins with.
const BEGIN: usize = b"\0BEGIN\r\n".len();

/// What can be wrong with an answer.
enum Fault {
    /// It is the error of this name.
    Error(&'static str),
    /// It is a number.
    Type,
}

/// A service, and what it does when the person shall decide.
struct Service {
    /// What is kept, and whether the person must unlock it first.
    item: Option<Vec<u8>>,
    locked: bool,
    /// The collection by default.
    collection: bool,
    /// The person closes every question.
    dismissing: bool,
    /// What is wrong with every answer.
    fault: Option<Fault>,
    questions: u32,
    key: Option<Key>,
}

impl Service {
    fn with(item: Option<&[u8]>) -> Self {
        Self {
            item: item.map(<[u8]>::to_vec),
            locked: false,
            collection: true,
            dismissing: false,
            fault: None,
            questions: 0,
            key: None,
        }
    }

    /// Serves one conversation; the service afterwards.
    async fn serve<T>(
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
            if let Some(Fault::Error(name)) = self.fault {
                buffers.send.write_message(message.error(name, serial))?;
                continue;
            }
            buffers.body.clear();
            if let Some(Fault::Type) = self.fault {
                buffers.body.store(7u32)?;
            } else {
                self.reply(path, member, &mut message.body(), &mut buffers.body)?;
            }
            let reply = message.method_return(serial).with_body(&buffers.body);
            buffers.send.write_message(reply)?;
            if member == "Prompt" {
                self.questions += 1;
                self.locked &= self.dismissing;
                self.collection |= !self.dismissing;
                buffers.body.clear();
                buffers.body.store(self.dismissing)?;
                buffers.body.store(Variant::String(""))?;
                let signal = buffers.send.signal(path, "Completed");
                let signal = signal.with_interface("org.freedesktop.Secret.Prompt");
                buffers
                    .send
                    .write_message(signal.with_body(&buffers.body))?;
            }
        }
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
                let found = [!self.locked, self.locked].map(|here| here && self.item.is_some());
                for found in found {
                    let mut items = reply.store_array::<Path>()?;
                    if found {
                        items.store(object(ITEM));
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
            "CreateItem" => {
                assert_eq!((path.to_string(), self.locked), (COLLECTION.into(), false));
                asked.load_raw_array(tokio_dbus::Alignment::U64)?;
                let key = self.key.as_ref().unwrap();
                let secret = asked.load_struct_with(|fields| {
                    fields.read::<ObjectPath>()?;
                    let vector = fields.read::<[u8]>()?;
                    Ok(key.decrypt(vector, fields.read::<[u8]>()?))
                })?;
                self.item = Some(secret.unwrap().to_vec());
                reply.store(object(ITEM))?;
                reply.store(NONE)?;
            }
            "GetSecret" => {
                assert!(!self.locked);
                let key = self.key.as_ref().unwrap();
                let (vector, encrypted) = key.encrypt(self.item.as_ref().unwrap());
                reply
                    .store_struct::<(Path, Array<u8>, Array<u8>, Str)>()?
                    .store(object("/session"))
                    .store_array(|bytes| bytes.write_slice(&vector))
                    .store_array(|bytes| bytes.write_slice(&encrypted))
                    .store("text/plain")
                    .finish();
            }
            "Delete" => {
                self.item = None;
                reply.store(object(PROMPT))?;
            }
            "Hello" | "AddMatch" | "Prompt" => {}
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

async fn kept(keyring: &mut Keyring, secret: &[u8]) -> Result<(), Failure> {
    let collection = keyring.default_collection().await?;
    keyring.unlock(&collection).await?;
    keyring.keep(&collection, "default", secret).await
}

async fn had(keyring: &mut Keyring) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let item = keyring.find("default").await?.unwrap();
    keyring.unlock(&item).await?;
    keyring.secret(&item).await
}

#[tokio::test]
async fn what_was_kept_comes_back() {
    for secret in [&b""[..], b"1000.a", b"sixteen bytes...", &[7; 1000]] {
        let service = Service::with(None);
        let (outcome, service) = service
            .serve(async |keyring| kept(keyring, secret).await)
            .await;
        outcome.unwrap();
        assert_eq!(service.item.as_deref(), Some(secret));
        let (found, service) = service.serve(async |keyring| had(keyring).await).await;
        assert_eq!(found.unwrap().as_slice(), secret);
        assert_eq!(service.questions, 0);
    }
}

#[tokio::test]
async fn a_locked_item_is_read_when_the_person_unlocks_it() {
    let mut service = Service::with(Some(b"1000.a"));
    service.locked = true;
    let (found, service) = service.serve(async |keyring| had(keyring).await).await;
    assert_eq!(found.unwrap().as_slice(), b"1000.a");
    assert_eq!(service.questions, 1);
}

#[tokio::test]
async fn a_question_that_is_dismissed_leaves_it_locked() {
    let mut service = Service::with(Some(b"1000.a"));
    (service.locked, service.dismissing) = (true, true);
    let (found, _) = service.serve(async |keyring| had(keyring).await).await;
    let trouble = found.unwrap_err().trouble();
    assert!(matches!(trouble, Trouble::Locked(_)), "{trouble:?}");
}

#[tokio::test]
async fn a_first_collection_is_made_with_the_person() {
    let mut service = Service::with(None);
    service.collection = false;
    let (outcome, service) = service
        .serve(async |keyring| kept(keyring, b"1000.a").await)
        .await;
    outcome.unwrap();
    assert_eq!(
        (service.item.as_deref(), service.questions),
        (Some(&b"1000.a"[..]), 1)
    );
}

#[tokio::test]
async fn without_a_collection_it_counts_as_locked() {
    let mut service = Service::with(None);
    (service.collection, service.dismissing) = (false, true);
    let (outcome, _) = service
        .serve(async |keyring| kept(keyring, b"1000.a").await)
        .await;
    let trouble = outcome.unwrap_err().trouble();
    assert!(matches!(trouble, Trouble::Locked(_)), "{trouble:?}");
}

#[tokio::test]
async fn removing_may_ask_too() {
    let service = Service::with(Some(b"1000.a"));
    let delete = async |keyring: &mut Keyring| {
        let item = keyring.find("default").await?.unwrap();
        keyring.delete(&item).await
    };
    let (outcome, service) = service.serve(delete).await;
    outcome.unwrap();
    assert_eq!((service.item, service.questions), (None, 1));
}

#[tokio::test]
async fn an_error_of_the_bus_says_whether_there_is_a_keyring() {
    type Is = fn(&Trouble) -> bool;
    let expected: [(&str, Is); 4] = [
        ("org.freedesktop.DBus.Error.ServiceUnknown", |trouble| {
            matches!(trouble, Trouble::NoKeyring(_))
        }),
        ("org.freedesktop.DBus.Error.Spawn.ChildExited", |trouble| {
            matches!(trouble, Trouble::NoKeyring(_))
        }),
        ("org.freedesktop.Secret.Error.IsLocked", |trouble| {
            matches!(trouble, Trouble::Locked(_))
        }),
        ("org.freedesktop.DBus.Error.NoReply", |trouble| {
            matches!(trouble, Trouble::Keyring(_))
        }),
    ];
    for (name, is) in expected {
        let mut service = Service::with(None);
        service.fault = Some(Fault::Error(name));
        let (outcome, _) = service.serve(async |_: &mut Keyring| Ok(())).await;
        let trouble = outcome.unwrap_err().trouble();
        assert!(
            is(&trouble) && trouble.cause().contains(name),
            "{trouble:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_of_another_type_is_not_understood() {
    let mut service = Service::with(None);
    service.fault = Some(Fault::Type);
    let (outcome, _) = service.serve(async |_: &mut Keyring| Ok(())).await;
    assert!(matches!(outcome, Err(Failure::Undecipherable)));
}

#[test]
fn a_secret_of_another_session_is_not_read() {
    let [key, other] = [(); 2].map(|()| {
        let half = Half::new();
        let public = half.public();
        half.agree(&public).unwrap()
    });
    let (vector, encrypted) = key.encrypt(&[1; 100]);
    assert_eq!(
        key.decrypt(&vector, &encrypted).unwrap().as_slice(),
        [1; 100]
    );
    let read = other.decrypt(&vector, &encrypted);
    assert!(read.is_none_or(|read| read.as_slice() != [1; 100]));
    assert!(key.decrypt(&vector[1..], &encrypted).is_none());
    assert!(key.decrypt(&vector, &encrypted[1..]).is_none());
    assert!(key.decrypt(&vector, &[]).is_none());
}

#[test]
fn a_half_may_come_without_its_leading_zeros() {
    let half = Half::new();
    let again = half.clone();
    let (vector, encrypted) = half.agree(&[3]).unwrap().encrypt(b"1000.a");
    let mut padded = [0; 128];
    padded[127] = 3;
    let read = again.agree(&padded).unwrap().decrypt(&vector, &encrypted);
    assert_eq!(read.unwrap().as_slice(), b"1000.a");
    assert!(Half::new().agree(&[1; 129]).is_none());
}
