//! `demo`: rehearses each flow against the stand-in.

use crate::cli::plan::{Opener, Plan};
use crate::cli::usage::Usage;
use crate::cli::{Demo, Flow, rehearsal};
use crate::commands::{App, Ended, login, setup};
use crate::prompt;
use secrecy::SecretString;
use zoho_grant::login::device::device;
use zoho_grant::login::self_client::exchange;
use zoho_stand_in::StandIn;

/// Runs `demo`.
pub fn run(arguments: &Demo, app: &App) -> Ended {
    if arguments.flow == Flow::Setup {
        return setup::rehearse(arguments, app);
    }
    let plan = app.runtime.block_on(rehearsal::plan(arguments))?;
    let settings = &plan.settings;
    let (Flow::SelfClient | Flow::Device, Some(stand_in)) = (arguments.flow, &plan.stand_in) else {
        return Ok(app.obtain(settings, false, login::follow(&plan, None, app)));
    };
    app.terminal.rehearsal();
    app.terminal.warn(&plan.warnings);
    if arguments.flow == Flow::Device {
        let flow = async { device(settings, &mut app.context(plan.opener, false)).await };
        return Ok(app.obtain(settings, false, flow));
    }
    let code = code(&plan, stand_in, app)?;
    let flow = async { exchange(settings, &code, &mut app.context(Opener::Nobody, false)).await };
    Ok(app.obtain(settings, false, flow))
}

/// A grant token, as the API console creates it.
fn code(plan: &Plan, stand_in: &StandIn, app: &App) -> Result<SecretString, Usage> {
    let settings = &plan.settings;
    if plan.opener == Opener::Visitor {
        let scopes: Vec<&str> = settings.scopes.iter().collect();
        return Ok(stand_in.self_client_code(&scopes).into());
    }
    let (server, scopes) = (&settings.home, settings.scopes.joined(","));
    app.terminal
        .must_say("Generate a grant token in the stand-in's API console, and paste it here:");
    app.terminal
        .must_say(&format!("  {server}/console?scope={scopes}"));
    // `ask` keeps the runtime going, so that the console can respond.
    app.ask(|| prompt::secret("Grant token"))
}
