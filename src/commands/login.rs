//! `login`: the browser brings Zoho's answer, or the person pastes it.

use crate::cli::Login as Arguments;
use crate::cli::plan::{self, Plan};
use crate::commands::{Around, Stop, conclude, nothing_pasted, revoke_old, surroundings};
use crate::terminal::Terminal;
use crate::typed;
use secrecy::SecretString;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::mpsc;
use zoho_grant::error::Error;
use zoho_grant::loopback::Loopback;
use zoho_grant::{Login, login};

/// Runs it.
pub fn run(arguments: &Arguments, around: &Around) -> Result<ExitCode, Stop> {
    let plan = plan::login(arguments)?;
    let old = revoke_old::old(&plan.settings);
    let outcome = around.runtime.block_on(follow(&plan, around.terminal));
    let code = conclude(around.terminal, &outcome);
    revoke_old::offer(around, &outcome, old, arguments.keep.revoke_old);
    Ok(code)
}

/// Follows the plan of a login or its rehearsal, with what the person types.
pub async fn follow(plan: &Plan, terminal: &Arc<Terminal>) -> Result<Login, Error> {
    let bound = Loopback::bind(&plan.redirect_uri).await;
    match bound {
        Ok(loopback) => {
            terminal.pasting(plan.pasting);
            let _end = typed::ShowAgain;
            let pasted = if plan.pasting {
                typed::lines()
            } else {
                nothing_pasted()
            };
            go(plan, loopback, pasted, terminal).await
        }
        Err(taken) => Err(Error::Port(taken)),
    }
}

async fn go(
    plan: &Plan,
    loopback: Loopback,
    pasted: mpsc::Receiver<SecretString>,
    terminal: &Arc<Terminal>,
) -> Result<Login, Error> {
    announce(plan, &loopback, terminal);
    let mut around = surroundings(terminal, plan.opener, pasted);
    login(&plan.settings, loopback, &mut around).await
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
