//! `login`: the browser brings Zoho's answer, or the person pastes it.

use crate::cli::Login as Arguments;
use crate::cli::plan::{self, Plan};
use crate::commands::{App, Stop, conclude, context, nothing_pasted, revoke_old};
use crate::prompt;
use crate::terminal::Terminal;
use std::process::ExitCode;
use std::sync::Arc;
use zoho_grant::error::Error;
use zoho_grant::login::login;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::loopback::Loopback;

/// Runs it.
pub fn run(arguments: &Arguments, app: &App) -> Result<ExitCode, Stop> {
    let plan = plan::login(arguments)?;
    let old = revoke_old::old(&plan.settings);
    let outcome = app.runtime.block_on(follow(&plan, app.terminal));
    let code = conclude(app.terminal, &outcome);
    revoke_old::offer(app, &outcome, old, arguments.keep.revoke_old);
    Ok(code)
}

/// Follows the plan of a login or its rehearsal, with what the person types.
pub async fn follow(plan: &Plan, terminal: &Arc<Terminal>) -> Result<Outcome, Error> {
    let loopback = Loopback::bind(&plan.redirect_uri).await?;
    terminal.pasting(plan.pasting);
    let pasted = if plan.pasting {
        prompt::pasted()
    } else {
        nothing_pasted()
    };
    announce(plan, &loopback, terminal);
    let mut context = context(terminal, plan.opener, pasted);
    let outcome = login(&plan.settings, loopback, &mut context).await;
    if plan.pasting {
        prompt::forget_typed();
    }
    outcome
}

/// Says what the person must know before they consent.
pub fn announce(plan: &Plan, loopback: &Loopback, terminal: &Terminal) {
    if let Some(stand_in) = &plan.stand_in {
        stand_in.register_redirect_uri(loopback.redirect_uri().as_str());
    }
    terminal.listening(&plan.settings, loopback.redirect_uri(), plan.opener);
    terminal.warn(&plan.warnings);
    if let Some(command) = &plan.tunnel {
        terminal.tunnel(command);
    }
}
