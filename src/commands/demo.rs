//! `demo`: each way to tokens, against the stand-in.

use crate::cli::flows::Flow;
use crate::cli::plan::{Opener, Plan};
use crate::cli::usage::Usage;
use crate::cli::{Demo as Arguments, rehearsal};
use crate::commands::login::announce;
use crate::commands::{conclude, context, device, login, nothing_pasted};
use crate::prompt;
use crate::terminal::Terminal;
use secrecy::{ExposeSecret, SecretString};
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use zoho_grant::error::Error;
use zoho_grant::event::Event;
use zoho_grant::login::outcome::Outcome;
use zoho_grant::login::self_client::exchange;
use zoho_grant::loopback::Loopback;
use zoho_stand_in::{DataCenter, StandIn, visitor};

/// Runs it.
pub async fn run(arguments: &Arguments, terminal: &Arc<Terminal>) -> ExitCode {
    let plan = match rehearsal::plan(arguments).await {
        Ok(plan) => plan,
        Err(usage) => return terminal.usage(&usage),
    };
    match arguments.way {
        Flow::Paste if arguments.yes => conclude(terminal, &paste(&plan, terminal).await),
        Flow::Login | Flow::Paste => conclude(terminal, &login::follow(&plan, terminal).await),
        Flow::Device => {
            terminal.rehearsal();
            terminal.warn(&plan.warnings);
            let followed = device::follow(&plan.settings, plan.opener, terminal);
            conclude(terminal, &followed.await)
        }
        Flow::SelfClient => self_client(&plan, terminal).await,
    }
}

/// The visitor pastes the address at which they ended.
async fn paste(plan: &Plan, terminal: &Arc<Terminal>) -> Result<Outcome, Error> {
    let (sender, pasted) = mpsc::channel(1);
    let loopback = Loopback::bind(&plan.redirect_uri)
        .await
        .map_err(Error::Port)?;
    let mut context = context(terminal, Opener::Nobody, pasted);
    let told = Arc::clone(&context.tell);
    context.tell = Arc::new(move |event| {
        if let Event::Ready { address, .. } = &event {
            tokio::spawn(visit(address.clone(), sender.clone()));
        }
        told(event);
    });
    announce(plan, &loopback, terminal);
    zoho_grant::login::login(&plan.settings, loopback, &mut context).await
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
    let code = match code(plan, stand_in, terminal).await {
        Ok(code) => code,
        Err(usage) => return terminal.usage(&usage),
    };
    let mut context = context(terminal, Opener::Nobody, nothing_pasted());
    let outcome = exchange(&plan.settings, &code, &mut context).await;
    conclude(terminal, &outcome)
}

/// The grant token, as the console makes it.
async fn code(plan: &Plan, stand_in: &StandIn, terminal: &Terminal) -> Result<SecretString, Usage> {
    let scopes: Vec<&str> = plan.settings.scopes.iter().collect();
    if plan.opener == Opener::Visitor {
        return Ok(stand_in.self_client_code(&scopes).into());
    }
    let server = stand_in.accounts_url(DataCenter::Us);
    terminal.console(&format!("{server}/console?scope={}", scopes.join(",")));
    // The console answers meanwhile.
    let code = spawn_blocking(prompt::grant_token).await;
    let code = code.map_err(io::Error::other).flatten();
    code.map_err(|error| Usage::unanswered(&error))
}
