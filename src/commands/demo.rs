//! `demo`: each way to tokens, against the stand-in.

use crate::cli::plan::{Opener, Plan};
use crate::cli::usage::Usage;
use crate::cli::ways::Way;
use crate::cli::{Demo as Arguments, ask, rehearsal};
use crate::commands::login::announce;
use crate::commands::{conclude, device, login, nothing_pasted, surroundings};
use crate::terminal::Terminal;
use secrecy::{ExposeSecret, SecretString};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::mpsc;
use zoho_grant::Login;
use zoho_grant::error::Error;
use zoho_grant::event::Event;
use zoho_grant::loopback::Loopback;
use zoho_grant::self_client::exchange;
use zoho_stand_in::{DataCenter, StandIn, visitor};

/// Runs it.
pub async fn run(arguments: &Arguments, terminal: &Arc<Terminal>) -> ExitCode {
    let plan = match rehearsal::plan(arguments).await {
        Ok(plan) => plan,
        Err(usage) => return terminal.usage(&usage),
    };
    match arguments.way {
        Way::Paste if arguments.yes => conclude(terminal, &paste(&plan, terminal).await),
        Way::Login | Way::Paste => conclude(terminal, &login::follow(&plan, terminal).await),
        Way::Device => {
            terminal.rehearsal();
            terminal.warn(&plan.warnings);
            let followed = device::follow(&plan.settings, plan.opener, terminal);
            conclude(terminal, &followed.await)
        }
        Way::SelfClient => self_client(&plan, terminal).await,
    }
}

/// The visitor pastes the address at which they ended.
async fn paste(plan: &Plan, terminal: &Arc<Terminal>) -> Result<Login, Error> {
    let (sender, pasted) = mpsc::channel(1);
    let loopback = Loopback::bind(&plan.redirect_uri)
        .await
        .map_err(Error::Port)?;
    let mut around = surroundings(terminal, Opener::Nobody, pasted);
    let told = Arc::clone(&around.tell);
    around.tell = Arc::new(move |event| {
        if let Event::Ready { address, .. } = &event {
            tokio::spawn(visit(address.clone(), sender.clone()));
        }
        told(event);
    });
    announce(plan, &loopback, terminal);
    zoho_grant::login(&plan.settings, loopback, &mut around).await
}

async fn visit(address: SecretString, pasted: mpsc::Sender<SecretString>) {
    if let Ok(visit) = visitor::consent(address.expose_secret()).await {
        // A login that ended meanwhile needs it no more.
        let _ = pasted.send(visit.address).await;
    }
}

async fn self_client(plan: &Plan, terminal: &Arc<Terminal>) -> ExitCode {
    let Some(stand_in) = &plan.stand_in else {
        return ExitCode::FAILURE;
    };
    terminal.rehearsal();
    terminal.warn(&plan.warnings);
    let code = match code(plan, stand_in, terminal) {
        Ok(code) => code,
        Err(usage) => return terminal.usage(&usage),
    };
    let mut around = surroundings(terminal, Opener::Nobody, nothing_pasted());
    let outcome = exchange(&plan.settings, &code, &mut around).await;
    conclude(terminal, &outcome)
}

/// The grant token, as the console makes it.
fn code(plan: &Plan, stand_in: &StandIn, terminal: &Terminal) -> Result<SecretString, Usage> {
    let scopes: Vec<&str> = plan.settings.scopes.iter().collect();
    if plan.opener == Opener::Visitor {
        return Ok(stand_in.self_client_code(&scopes).into());
    }
    let server = stand_in.accounts_url(DataCenter::Us);
    terminal.console(&format!("{server}/console?scope={}", scopes.join(",")));
    ask::grant_token().map_err(|error| Usage::unanswered(&error))
}
