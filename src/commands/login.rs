//! `login`: the browser delivers Zoho's response, or the person pastes it.

use crate::cli::Login;
use crate::cli::plan::{self, Opener, Plan};
use crate::commands::{App, Ended};
use crate::prompt;
use zoho_grant::error::Error;
use zoho_grant::login::login;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::loopback::Loopback;

/// Runs `login`.
pub fn run(arguments: &Login, app: &App) -> Ended {
    let plan = plan::login(arguments)?;
    let revoke_old = arguments.grant.keep.revoke_old;
    let (code, _) = app.obtain(&plan.settings, revoke_old, follow(&plan, app));
    Ok(code)
}

/// Follows the plan of a login or its rehearsal, with what the person pastes.
pub async fn follow(plan: &Plan, app: &App) -> Result<Outcome, Error> {
    let loopback = Loopback::bind(&plan.redirect_uri).await?;
    if let Some(stand_in) = &plan.stand_in {
        stand_in.register_redirect_uri(loopback.redirect_uri().as_str());
    }
    let pasting = prompt::possible() && plan.opener != Opener::PastingVisitor;
    app.terminal
        .listening(plan, loopback.redirect_uri(), pasting);
    let mut context = app.context(plan.opener, pasting);
    let outcome = login(&plan.settings, loopback, &mut context).await;
    if pasting {
        prompt::forget_typed();
    }
    outcome
}
