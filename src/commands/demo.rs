//! `demo`: rehearses each flow against the stand-in.

use crate::cli::plan::{Opener, Plan};
use crate::cli::usage::Usage;
use crate::cli::{Demo, Flow, rehearsal};
use crate::commands::{App, Ended, device, exchange, login, setup};
use crate::prompt;
use secrecy::SecretString;
use zoho_stand_in::{DataCenter, StandIn};

/// Runs `demo`.
pub fn run(arguments: &Demo, app: &App) -> Ended {
    if arguments.flow == Flow::Setup {
        return setup::rehearse(arguments, app);
    }
    let plan = app.runtime.block_on(rehearsal::plan(arguments))?;
    let settings = &plan.settings;
    if let (Flow::SelfClient | Flow::Device, Some(stand_in)) = (arguments.flow, &plan.stand_in) {
        app.terminal.rehearsal();
        app.terminal.warn(&plan.warnings);
        if arguments.flow == Flow::SelfClient {
            let code = code(&plan, stand_in, app)?;
            let flow = exchange::follow(settings, &code, app);
            return Ok(app.obtain(settings, false, flow).0);
        }
        let flow = device::follow(settings, plan.opener, app);
        return Ok(app.obtain(settings, false, flow).0);
    }
    Ok(app
        .obtain(settings, false, login::follow(&plan, None, app))
        .0)
}

/// A grant token, as the API console creates it.
fn code(plan: &Plan, stand_in: &StandIn, app: &App) -> Result<SecretString, Usage> {
    let scopes: Vec<&str> = plan.settings.scopes.iter().collect();
    if plan.opener == Opener::Visitor {
        return Ok(stand_in.self_client_code(&scopes).into());
    }
    let server = stand_in.accounts_url(DataCenter::Us);
    let scopes = scopes.join(",");
    app.terminal
        .must_say("Generate a grant token in the stand-in's API console, and paste it here:");
    app.terminal
        .must_say(&format!("  {server}/console?scope={scopes}"));
    // `ask` keeps the runtime going, so that the console can respond.
    app.ask(|| prompt::secret("Grant token"))
}
