//! `setup`: a page in the browser leads from nothing to credentials.

use crate::browser;
use crate::cli::plan::Opener;
use crate::cli::setup::{self as plan, SetupPlan};
use crate::cli::{Demo, Login};
use crate::commands::{App, Ended, login, revoke_old};
use crate::{prompt, signals};
use std::cell::Cell;
use std::future::pending;
use std::sync::Arc;
use tokio::sync::Notify;
use zoho_grant::error::Error;
use zoho_grant::event::{Event, Tell};
use zoho_grant::login::outcome::Outcome;
use zoho_grant::loopback::Loopback;
use zoho_grant::settings::Settings;
use zoho_grant::setup::setup;

/// Runs `setup`. Where the page would be useless, `login` asks the same questions in the terminal.
pub fn run(arguments: &Login, app: &App) -> Ended {
    if prompt::possible() && no_browser_here(arguments) {
        return login::run(arguments, app);
    }
    let plan = plan::plan(arguments)?;
    if let Some(code) = follow(plan, arguments.grant.keep.revoke_old, app) {
        return Ok(code);
    }
    signals::unlisten();
    login::run(arguments, app)
}

/// Rehearses `setup`.
pub fn rehearse(arguments: &Demo, app: &App) -> Ended {
    let plan = app.runtime.block_on(plan::rehearsed(arguments))?;
    app.terminal.rehearsal();
    let code = follow(plan, false, app);
    Ok(code.expect("a rehearsal never falls back to the terminal"))
}

/// Carries out the plan, and returns its exit code. None if the terminal must ask instead.
fn follow(plan: SetupPlan, revoke_old: bool, app: &App) -> Option<u8> {
    let old = revoke_old::old(plan.keeping.as_ref());
    let outcome = app.runtime.block_on(obtain(plan, app)).transpose()?;
    Some(app.end(outcome, old, revoke_old))
}

/// Whether the page would be useless: no browser is wanted, or it is on another machine, to which this port is not
/// forwarded.
fn no_browser_here(arguments: &Login) -> bool {
    let over_ssh = std::env::var_os("SSH_CONNECTION").is_some_and(|value| !value.is_empty());
    arguments.callback.no_browser || over_ssh && !browser::is_set_up()
}

/// Shows the page until a login succeeds, and returns that login's settings too. None if no browser can be opened and
/// the terminal can ask instead.
async fn obtain(plan: SetupPlan, app: &App) -> Result<Option<(Outcome, Settings)>, Error> {
    let loopback = Loopback::bind(&plan.redirect_uri).await?;
    app.terminal.warn(&plan.warnings);
    let can_ask = prompt::possible() && plan.stand_in.is_none();
    let pasting = prompt::possible() && !plan.redirect_uri.is_here();
    let failed = Arc::new(Notify::new());
    let mut context = app.context(plan.opener, pasting);
    if can_ask && plan.opener == Opener::Browser {
        let failed = Arc::clone(&failed);
        let tell: Tell = Arc::new(move |event| {
            if matches!(event, Event::BrowserFailed(_)) {
                failed.notify_one();
            }
        });
        context.open = Box::new(move |address| browser::open(address, Arc::clone(&tell)));
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
            Ok(None)
        }
        outcome = setup((beginning, draft), &make, loopback, &mut context) => outcome.map(Some),
    };
    if pasting {
        prompt::forget_typed();
    }
    outcome
}
