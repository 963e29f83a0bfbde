//! Saving the client and tokens between runs: profiles, in the system's keyring or in a file.

pub mod error;
mod keyring;
pub mod lock;
pub mod profile;
pub mod record;
pub mod refusal;
pub mod store;

use crate::context::{Signal, stopped};
use crate::credentials::Credentials;
use error::ProfileError;
use profile::{Backend, Name};
use std::thread;
use std::time::Duration;
use store::Profiles;
use tokio::sync::{oneshot, watch};
use tokio::time::sleep;

/// Writing a file or an unlocked keyring takes less; someone who stops a login should not wait longer.
const LAST_PATIENCE: Duration = Duration::from_secs(1);

/// What `--save` requested: profile, backend, and whether to output the credentials too.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// The person's profiles.
    pub profiles: Profiles,
    /// The profile's name.
    pub name: Name,
    /// Where to save the secrets.
    pub place: Backend,
    /// Whether the credentials are also output.
    pub hand_over: bool,
}

impl Keeping {
    /// Saves the credentials, unless a signal comes first: a keyring may prompt the person, or never answer. No runtime
    /// waits for the thread.
    pub(crate) async fn keep(
        self,
        kept: Credentials,
        stopped_by: &mut watch::Receiver<Option<Signal>>,
    ) -> Result<(Name, Backend), ProfileError> {
        let (sender, saved) = oneshot::channel();
        let thread = thread::Builder::new().spawn(move || {
            let saved = self.profiles.save(&self.name, &kept, self.place);
            // After a timeout, nobody listens.
            let _ = sender.send(saved.map(|()| (self.name, self.place)));
        });
        thread.map_err(|error| ProfileError::Keyring(error.to_string()))?;
        tokio::select! {
            biased;
            saved = saved => saved.unwrap_or_else(|_| Err(ProfileError::Keyring("it could not be asked".to_owned()))),
            () = async { stopped(stopped_by).await; sleep(LAST_PATIENCE).await } => Err(ProfileError::Interrupted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::samples;
    use crate::profiles::lock::PATIENCE;
    use tempfile::{TempDir, tempdir};

    fn keeping() -> (TempDir, Keeping) {
        let folder = tempdir().unwrap();
        let keeping = Keeping {
            profiles: Profiles::of(folder.path().to_owned()),
            name: Name::default(),
            place: Backend::File,
            hand_over: false,
        };
        (folder, keeping)
    }

    #[tokio::test(start_paused = true)]
    async fn a_signal_gives_up_what_never_ends() {
        let (_folder, keeping) = keeping();
        // Never released: the thread must not outlive the folder.
        std::mem::forget(keeping.profiles.lock(&keeping.name, PATIENCE).unwrap());
        let (_stop, mut stopped_by) = watch::channel(Some(Signal::Interrupt));
        let profiles = keeping.profiles.clone();
        let ended = keeping.keep(samples::full(), &mut stopped_by).await;
        assert_eq!(ended, Err(ProfileError::Interrupted));
        assert!(profiles.list().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_signal_lets_a_keeping_finish_that_takes_no_time() {
        let (_folder, keeping) = keeping();
        let (_stop, mut stopped_by) = watch::channel(Some(Signal::Terminate));
        let profiles = keeping.profiles.clone();
        let ended = keeping.keep(samples::full(), &mut stopped_by).await;
        assert_eq!(ended, Ok((Name::default(), Backend::File)));
        assert!(profiles.load(&Name::default()).is_ok());
    }
}
