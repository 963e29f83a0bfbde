//! What a login obtained and where it was written.

use crate::context::Context;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::event::Event;
use crate::handover::{self, Written};
use crate::login::reading;
use crate::profiles::profile::{Backend, Name};
use crate::settings::Settings;
use crate::zoho::http::Zoho;

/// A login that obtained credentials.
#[derive(Debug)]
pub struct Outcome {
    /// The credentials.
    pub credentials: Credentials,
    /// Where they were written.
    pub written: Written,
    /// The profile that they were saved to, and its backend.
    pub kept: Option<(Name, Backend)>,
    /// Problems despite success, the most serious first.
    pub problems: Vec<Error>,
    /// Whether it is unknown which user of this machine delivered Zoho's response: they may have consented with their
    /// own account.
    pub sender_unseen: bool,
    /// What the program that will read the CRM would find there, as a sentence; none if nothing was tried.
    pub reading: Option<String>,
}

impl Outcome {
    /// The exit code: 0, or the most serious problem's.
    pub fn exit_code(&self) -> u8 {
        let gravest = self.problems.first();
        gravest.map_or(0, |problem| problem.explain().exit_code)
    }

    /// Writes the credentials where they should go.
    pub(super) fn write(&mut self, settings: &Settings, context: &mut Context) {
        let output = context.output.as_mut();
        let (written, not) = handover::hand_over(&self.credentials, &settings.target, output);
        self.written = written;
        self.problems.extend(not.map(Error::NotWritten));
    }
}

/// Saves and writes the credentials; with `page_first`, the page shows them before they are written. If either step
/// fails, nothing is lost.
pub(super) async fn hand_over(
    zoho: &Zoho,
    settings: &Settings,
    obtained: (Credentials, Vec<Error>),
    page_first: bool,
    context: &mut Context,
) -> Outcome {
    let (credentials, mut problems) = obtained;
    (context.tell)(Event::HandingOver);
    let mut outcome = Outcome {
        credentials,
        written: Written::Nowhere,
        kept: None,
        problems: Vec::new(),
        sender_unseen: false,
        reading: None,
    };
    if let Some(keeping) = settings.keeping.clone() {
        let keep = keeping.keep(outcome.credentials.clone(), &mut context.stopped);
        match keep.await {
            Ok(place) => outcome.kept = Some(place),
            Err(trouble) => outcome.problems.push(Error::NotKept(trouble)),
        }
    }
    let only_kept = settings.keeping.as_ref().is_some_and(|to| !to.hand_over);
    if !page_first && (outcome.kept.is_none() || !only_kept) {
        outcome.write(settings, context);
    }
    // Only an untrusted API domain is more serious, and that already comes first.
    let grave = problems.partition_point(|problem| problem.explain().exit_code == 7);
    problems.splice(grave..grave, outcome.problems);
    outcome.problems = problems;
    // The credentials are safe; what follows may take its time.
    outcome.reading = reading::of(zoho, settings, &outcome.credentials, context).await;
    outcome
}
