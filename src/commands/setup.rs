//! `setup`: a page in the browser leads from nothing to credentials.

use crate::browser;
use crate::cli::Demo;
use crate::cli::Login;
use crate::cli::plan::Opener;
use crate::cli::setup::{self as plan, Plan};
use crate::commands::{App, Ended, login, revoke_old};
use crate::{prompt, signals};
use std::cell::Cell;
use std::future::pending;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::Notify;
use zoho_grant::credentials::Credentials;
use zoho_grant::error::Error;
use zoho_grant::event::Event;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::loopback::Loopback;
use zoho_grant::settings::Settings;
use zoho_grant::setup::setup;

/// The outcome of the guided setup, and the settings that led to it.
type Obtained = Result<(Outcome, Settings), Error>;

/// Runs `setup`.
pub fn run(arguments: &Login, app: &App) -> Ended {
    if prompt::possible() && no_browser_here(arguments) {
        return in_the_terminal(arguments, app);
    }
    let plan = plan::plan(arguments)?;
    let old = plan.keeping().and_then(revoke_old::kept);
    let revoke_old = arguments.grant.keep.revoke_old;
    if let Some(ended) = app.runtime.block_on(follow(plan, app)) {
        return Ok(end(ended, old, revoke_old, app));
    }
    signals::unlisten();
    in_the_terminal(arguments, app)
}

/// Rehearses `setup`.
pub fn rehearse(arguments: &Demo, app: &App) -> Ended {
    let plan = app.runtime.block_on(plan::rehearsed(arguments))?;
    app.terminal.rehearsal();
    let ended = app.runtime.block_on(follow(plan, app));
    let ended = ended.expect("a rehearsal never falls back to the terminal");
    Ok(end(ended, None, false, app))
}

fn end(ended: Obtained, old: Option<Credentials>, revoke_old: bool, app: &App) -> ExitCode {
    let (mut outcome, settings) = match ended {
        Ok((outcome, settings)) => (Ok(outcome), Some(settings)),
        Err(error) => (Err(error), None),
    };
    app.end(&mut outcome, settings.as_ref(), old, revoke_old)
}

/// The same questions in the terminal.
fn in_the_terminal(arguments: &Login, app: &App) -> Ended {
    login::run(arguments, app)
}

/// Whether the page would be useless: no browser is wanted, or it is on another machine, to which this port is not
/// forwarded.
fn no_browser_here(arguments: &Login) -> bool {
    let over_ssh = std::env::var_os("SSH_CONNECTION").is_some_and(|value| !value.is_empty());
    arguments.callback.no_browser || over_ssh && !browser::is_set_up()
}

/// Carries out the plan. None if no browser can be opened and the terminal can ask instead.
async fn follow(plan: Plan, app: &App) -> Option<Obtained> {
    let loopback = match Loopback::bind(&plan.redirect_uri).await {
        Ok(loopback) => loopback,
        Err(taken) => return Some(Err(taken.into())),
    };
    app.terminal.warn(&plan.warnings);
    let can_ask = prompt::possible() && plan.stand_in.is_none();
    let pasting = prompt::possible() && !plan.redirect_uri.is_here();
    let failed = Arc::new(Notify::new());
    let mut context = app.context(plan.opener, pasting);
    if can_ask && plan.opener == Opener::Browser {
        let failed = Arc::clone(&failed);
        context.open = Box::new(move |address| {
            let failed = Arc::clone(&failed);
            let tell = Arc::new(move |event: Event| {
                if matches!(event, Event::BrowserFailed(_)) {
                    failed.notify_one();
                }
            });
            browser::open(address, tell);
        });
    }
    // Whoever entered something has the page, whatever became of the program that was to open it.
    let has_page = Cell::new(false);
    let make = |entered| {
        has_page.set(true);
        plan.settings(entered)
    };
    let no_page = async {
        failed.notified().await;
        if has_page.get() {
            pending::<()>().await;
        }
    };
    let (beginning, draft) = (plan.beginning.clone(), plan.draft.clone());
    let outcome = tokio::select! {
        biased;
        () = no_page => {
            app.terminal.warn_of("No browser could be opened, so the questions are asked here.");
            None
        }
        outcome = setup((beginning, draft), &make, loopback, &mut context) => Some(outcome),
    };
    if pasting {
        prompt::forget_typed();
    }
    outcome
}
