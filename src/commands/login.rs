//! `login` and `demo`: through the browser.

use crate::browser;
use crate::cli::plan::{self, Opener, Plan};
use crate::cli::{Demo, Login as Arguments};
use crate::commands::{Around, Stop, revoke_old};
use crate::signals;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;
use zoho_grant::demo::visitor;
use zoho_grant::error::Error;
use zoho_grant::event::Tell;
use zoho_grant::keep::kept::Kept;
use zoho_grant::loopback::Loopback;
use zoho_grant::{Login, Surroundings};

/// At Zoho.
pub fn login(arguments: &Arguments, around: &Around) -> Result<ExitCode, Stop> {
    let plan = plan::login(arguments)?;
    let old = revoke_old::old(&plan);
    let outcome = around.runtime.block_on(run(&plan, around));
    Ok(ended(around, &outcome, old, arguments.keep.revoke_old))
}

/// At the stand-in.
pub fn demo(arguments: &Demo, around: &Around) -> Result<ExitCode, Stop> {
    let outcome = around.runtime.block_on(async {
        let plan = plan::demo(arguments).await?;
        Ok::<_, Stop>(run(&plan, around).await)
    })?;
    Ok(ended(around, &outcome, None, false))
}

/// Says how it ended, offers to revoke what it replaced, and gives the exit code.
pub fn ended(
    around: &Around,
    outcome: &Result<Login, Error>,
    old: Option<Kept>,
    revoke_old: bool,
) -> ExitCode {
    around.terminal.outcome(outcome, SystemTime::now());
    if let Ok(login) = outcome {
        revoke_old::offer(around, login, old, revoke_old);
    }
    exit_code(outcome)
}

/// The exit code of an outcome.
pub fn exit_code(outcome: &Result<Login, Error>) -> ExitCode {
    let code = outcome.as_ref();
    ExitCode::from(code.map_or_else(Error::exit_code, Login::exit_code))
}

/// The real world around a login; call it within the runtime.
pub fn surroundings(plan: &Plan, tell: Tell) -> Surroundings {
    Surroundings {
        open: opener(plan, &tell),
        tell,
        output: Box::new(std::io::stdout()),
        random: Box::new(UnwrapErr(SysRng)),
        now: SystemTime::now,
        stopped: signals::listen(),
    }
}

async fn run(plan: &Plan, around: &Around<'_>) -> Result<Login, Error> {
    let loopback = Loopback::bind(&plan.settings.redirect_uri).map_err(Error::Port)?;
    if let Some(stand_in) = &plan.stand_in {
        stand_in.register_redirect_uri(loopback.redirect_uri().as_str());
    }
    let terminal = around.terminal;
    terminal.listening(&plan.settings, loopback.redirect_uri());
    terminal.warn(&plan.warnings);
    let mut surroundings = surroundings(plan, around.tell());
    zoho_grant::login(&plan.settings, loopback, &mut surroundings).await
}

fn opener(plan: &Plan, tell: &Tell) -> Box<dyn Fn(&str) + Send> {
    let tell = Arc::clone(tell);
    match plan.opener {
        Opener::Nobody => Box::new(|_| {}),
        Opener::Browser => Box::new(move |address| browser::open(address, Arc::clone(&tell))),
        Opener::Visitor => Box::new(|address| {
            let address = address.to_owned();
            // Where the visit ended is told by the login itself.
            tokio::spawn(async move { drop(visitor::consent(&address).await) });
        }),
    }
}
