//! `login`: the browser delivers Zoho's response, or the person pastes it.

use crate::cli::Login;
use crate::cli::layers::Layers;
use crate::cli::plan::{self, Opener, Plan};
use crate::commands::{App, Ended, guide};
use crate::prompt;
use zoho_grant::error::Error;
use zoho_grant::login::login;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::loopback::Loopback;

/// Runs `login`. On a terminal, it asks for what is missing.
pub fn run(arguments: &Login, app: &App) -> Ended {
    let mut arguments = arguments.clone();
    let layers = Layers::new(&arguments.grant)?;
    let bound = guide::complete(&mut arguments, &layers, app)?;
    let plan = plan::login(&arguments, layers)?;
    let revoke_old = arguments.grant.keep.revoke_old;
    Ok(app.obtain(&plan.settings, revoke_old, follow(&plan, bound, app)))
}

/// Carries out the plan of a login or its rehearsal, accepting pasted text. The redirect URI may already be bound.
pub async fn follow(plan: &Plan, bound: Option<Loopback>, app: &App) -> Result<Outcome, Error> {
    let loopback = match bound {
        Some(bound) => bound,
        None => Loopback::bind(&plan.redirect_uri).await?,
    };
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
