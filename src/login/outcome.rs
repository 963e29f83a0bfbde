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

    /// Writes the credentials because no browser fetched the page, or may not any more.
    pub(super) fn hand_over_after_all(&mut self, settings: &Settings, context: &mut Context) {
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
    let mut failed = Vec::new();
    let mut kept = None;
    if let Some(keeping) = settings.keeping.clone() {
        let keep = keeping.keep(credentials.clone(), &mut context.stopped);
        match keep.await {
            Ok(place) => kept = Some(place),
            Err(trouble) => failed.push(Error::NotKept(trouble)),
        }
    }
    let mut written = Written::Nowhere;
    let only_kept = settings.keeping.as_ref().is_some_and(|to| !to.hand_over);
    if !page_first && (kept.is_none() || !only_kept) {
        let output = context.output.as_mut();
        let (place, not) = handover::hand_over(&credentials, &settings.target, output);
        written = place;
        failed.extend(not.map(Error::NotWritten));
    }
    // Only an untrusted API domain is more serious, and that already comes first.
    let grave = problems
        .iter()
        .take_while(|problem| problem.explain().exit_code == 7)
        .count();
    problems.splice(grave..grave, failed);
    // The credentials are safe; what follows may take its time.
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
