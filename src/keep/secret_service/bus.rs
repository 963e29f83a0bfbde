//! A conversation with the Secret Service on the person's session bus: one call at a time. A call has no deadline of
//! its own: some keyrings ask the person before they answer.

use super::address::connection;
use super::failure::Failure;
use tokio_dbus::{Body, BodyBuf, Buffers, Connection, Error, Message, MessageKind, ObjectPath};

const NAME: &str = "org.freedesktop.secrets";

const PROMPT: &str = "org.freedesktop.Secret.Prompt";

/// The signal that ends a prompt.
const COMPLETED: &str = "Completed";

const BUS: &str = "org.freedesktop.DBus";

/// The signal that a service came or went.
const OWNER: &str = "NameOwnerChanged";

/// What can be called: interface, name, and the types of its answer (D-Bus specification, "Type System").
pub(super) struct Method(
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) &'static str,
);

/// The connection. What travels in its buffers is not wiped: no secret is put there as it is.
pub(super) struct Bus {
    connection: Connection,
    buffers: Buffers,
}

impl Bus {
    /// The person's.
    pub(super) async fn connect() -> Result<Self, Failure> {
        Self::over(connection().await.map_err(Failure::Unreachable)?).await
    }

    /// Greets whoever is at the other end.
    pub(super) async fn over(mut connection: Connection) -> Result<Self, Failure> {
        let mut buffers = Buffers::new();
        let connected = connection.connect(&mut buffers).await;
        connected.map_err(Failure::Unreachable)?;
        buffers.hello()?;
        buffers.add_match(&format!(
            "type='signal',sender='{NAME}',interface='{PROMPT}',member='{COMPLETED}'"
        ))?;
        buffers.add_match(&format!(
            "type='signal',sender='{BUS}',interface='{BUS}',member='{OWNER}',arg0='{NAME}'"
        ))?;
        Ok(Self {
            connection,
            buffers,
        })
    }

    /// Calls a method of the service, and reads its answer.
    pub(super) async fn call<T>(
        &mut self,
        object: &ObjectPath,
        Method(interface, member, returns): &Method,
        ask: impl FnOnce(&mut BodyBuf) -> Result<(), Error>,
        read: impl FnOnce(&mut Body<'_>) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let buffers = &mut self.buffers;
        buffers.body.clear();
        ask(&mut buffers.body)?;
        let call = buffers.send.method_call(object, member);
        let call = call.with_interface(interface).with_destination(NAME);
        let serial = buffers.send.write_message(call.with_body(&buffers.body))?;
        loop {
            let message = self.next().await?;
            match message.kind() {
                MessageKind::MethodReturn { reply_serial } if reply_serial == serial => {
                    return if message.signature() == *returns {
                        Ok(read(&mut message.body())?)
                    } else {
                        Err(Failure::Undecipherable)
                    };
                }
                // Whatever was asked for, the greeting among it.
                MessageKind::Error { error_name, .. } => {
                    return Err(Failure::refused(error_name, &message));
                }
                // The bus greets, and confirms.
                _ => {}
            }
        }
    }

    /// Lets the service ask the person, and waits for the end of that. Other processes of the same person could send
    /// that signal too; they gain nothing, for what follows is refused as long as the keyring is locked.
    pub(super) async fn prompt(&mut self, prompt: &ObjectPath) -> Result<(), Failure> {
        let buffers = &mut self.buffers;
        buffers.body.clear();
        let no_window = "";
        buffers.body.store(no_window)?;
        let call = buffers.send.method_call(prompt, "Prompt");
        let call = call.with_interface(PROMPT).with_destination(NAME);
        buffers.send.write_message(call.with_body(&buffers.body))?;
        loop {
            let message = self.next().await?;
            match message.kind() {
                MessageKind::Signal { path, member } if path == prompt && member == COMPLETED => {
                    return if message.body().load_bool()? {
                        Err(Failure::Dismissed)
                    } else {
                        Ok(())
                    };
                }
                // The service is gone, and its question with it.
                MessageKind::Signal { member, .. } if member == OWNER => {
                    return Err(Failure::Dismissed);
                }
                MessageKind::Error { error_name, .. } => {
                    return Err(Failure::refused(error_name, &message));
                }
                _ => {}
            }
        }
    }

    async fn next(&mut self) -> Result<Message<'_>, Failure> {
        self.connection.wait(&mut self.buffers).await?;
        Ok(self.buffers.recv.last_message()?)
    }
}
