//! What a login obtained, and where it was handed over.

use crate::context::Context;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::handover::{self, Written};
use crate::login::reading;
use crate::profiles::error::ProfileError;
use crate::profiles::profile::{Backend, Name};
use crate::settings::Settings;
use crate::zoho::http::Zoho;

/// A login that obtained something.
#[derive(Debug)]
pub struct Outcome {
    /// What it obtained.
    pub credentials: Credentials,
    /// Where it was written.
    pub written: Written,
    /// The profile that keeps it, and where.
    pub kept: Option<(Name, Backend)>,
    /// What is wrong all the same, the gravest first.
    pub problems: Vec<Error>,
    /// Nobody could see which user of this machine brought Zoho's response: they may have consented with an account
    /// of their own.
    pub sender_unseen: bool,
    /// What the program that will read the CRM would find there, one sentence each; empty when nothing was asked.
    pub reading: Vec<String>,
}

impl Outcome {
    /// 0, or that of the gravest problem.
    pub fn exit_code(&self) -> u8 {
        let gravest = self.problems.first();
        gravest.map_or(0, |problem| problem.explain().exit_code)
    }
}

/// Saves and writes what was obtained: nothing of it is lost when one of them fails.
pub(super) async fn hand_over(
    zoho: &Zoho,
    settings: &Settings,
    obtained: (Credentials, Vec<Error>),
    context: &mut Context,
) -> Outcome {
    let (credentials, mut problems) = obtained;
    let (kept, not_kept) = match keep(settings, &credentials, context).await {
        Ok(kept) => (kept, None),
        Err(trouble) => (None, Some(Error::NotKept(trouble))),
    };
    let (written, not_written) = if kept.is_some() && !settings.hands_over() {
        (Written::Nowhere, None)
    } else {
        handover::hand_over(&credentials, &settings.target, context.output.as_mut())
    };
    // Only a foreign API domain is graver: it comes first already.
    let grave = problems
        .iter()
        .take_while(|problem| problem.explain().exit_code == 7)
        .count();
    let not_written = not_written.map(Error::NotWritten);
    problems.splice(grave..grave, not_kept.into_iter().chain(not_written));
    // The credentials are in safety: what follows may take its time.
    let reading = reading::of(zoho, settings, &credentials, context).await;
    Outcome {
        reading,
        credentials,
        written,
        kept,
        problems,
        sender_unseen: false,
    }
}

async fn keep(
    settings: &Settings,
    credentials: &Credentials,
    context: &mut Context,
) -> Result<Option<(Name, Backend)>, ProfileError> {
    let Some(keeping) = settings.keeping.clone() else {
        return Ok(None);
    };
    let kept = keeping.keep(credentials.clone(), &mut context.stopped);
    kept.await.map(Some)
}
