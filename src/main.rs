//! The `zoho-grant` command: arguments → settings → login → exit code.
#![forbid(unsafe_code)]

mod browser;
mod cli;
mod signals;
mod terminal;

use clap::Parser;
use cli::plan::{self, Opener, Plan};
use cli::usage::Usage;
use cli::{Arguments, Command};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;
use terminal::Terminal;
use zoho_grant::demo::visitor;
use zoho_grant::error::Error;
use zoho_grant::event::Tell;
use zoho_grant::loopback::Loopback;
use zoho_grant::{Login, Surroundings, login};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = Arc::new(Terminal::on_stderr(arguments.command.talk()));
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return terminal.usage(&Usage::machine(&error)),
    };
    let code = match &arguments.command {
        Command::Login(arguments) => match plan::login(arguments) {
            Ok(plan) => runtime.block_on(run(plan, &terminal)),
            Err(usage) => terminal.usage(&usage),
        },
        Command::Export(arguments) => export(arguments, &terminal),
        Command::Demo(arguments) => runtime.block_on(async {
            match plan::demo(arguments).await {
                Ok(plan) => run(plan, &terminal).await,
                Err(usage) => terminal.usage(&usage),
            }
        }),
    };
    // A name look-up or a browser that still runs must not hold the process.
    runtime.shutdown_background();
    code
}

fn export(arguments: &cli::Export, terminal: &Terminal) -> ExitCode {
    let mut warnings = Vec::new();
    let exported = cli::export::export(arguments, &mut std::io::stdout(), &mut warnings);
    terminal.warn(&warnings);
    match exported {
        Ok(written) => {
            terminal.exported(&written);
            ExitCode::SUCCESS
        }
        Err(usage) => terminal.usage(&usage),
    }
}

async fn run(plan: Plan, terminal: &Arc<Terminal>) -> ExitCode {
    let bound = Loopback::bind(&plan.settings.redirect_uri);
    let outcome = match bound {
        Ok(loopback) => go(&plan, loopback, terminal).await,
        Err(taken) => Err(Error::Port(taken)),
    };
    terminal.outcome(&outcome, SystemTime::now());
    ExitCode::from(
        outcome
            .as_ref()
            .map_or_else(Error::exit_code, Login::exit_code),
    )
}

async fn go(plan: &Plan, loopback: Loopback, terminal: &Arc<Terminal>) -> Result<Login, Error> {
    if let Some(stand_in) = &plan.stand_in {
        stand_in.register_redirect_uri(loopback.redirect_uri().as_str());
    }
    terminal.listening(&plan.settings, loopback.redirect_uri());
    terminal.warn(&plan.warnings);
    let told = Arc::clone(terminal);
    let tell: Tell = Arc::new(move |event| told.event(&event));
    let mut around = Surroundings {
        open: opener(plan, &tell),
        tell,
        output: Box::new(std::io::stdout()),
        random: Box::new(UnwrapErr(SysRng)),
        now: SystemTime::now,
        stopped: signals::listen(),
    };
    login(&plan.settings, loopback, &mut around).await
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
